import { describe, expect, it } from '@jest/globals'
import {
  book,
  cancel,
  checkIn,
  complete,
  createSlot,
  hold,
  release,
  reschedule,
  withdraw,
} from '../../helpers/clinic/operations.ts'
import { anAccount, anEmployee, aPractice, aSlot, aTimeSlot } from '../../helpers/clinic/world.ts'
import { cloneDatabase } from '../../helpers/database/cluster.ts'
import { connect } from '../../helpers/database/connection.ts'
import { type Db, expectRefusal, inTransaction } from '../../helpers/database/database.ts'
import { clinicDate } from '../../helpers/time/dates.ts'

// Events say what happened to slots and bookings: who changed them, from which state to which, and why.
// test/concurrency tests that they reproduce the present state.

const history = (db: Db, clinicId: string) =>
  db.query(
    `select entity, booking_slot_id as slot, booking_id as booking, from_state as "from", to_state as "to", reason,
            actor, actor_account_id as account, customer_id as customer
     from app_public.events where clinic_id = $1 and from_state || to_state is not null or booking_id is not null order by id`,
    [clinicId],
  )

describe('events', () => {
  it('record each step of a booking', () =>
    inTransaction(async (db) => {
      const { clinicId, doctorId, slotId, customer, receptionist } = await aPractice(db)
      const next = await aSlot(db, clinicId, doctorId, 0)
      const id = await db.as(customer.claims, async () => {
        await hold(db, clinicId, slotId)
        return (await book(db, clinicId, slotId)).id
      })
      await db.as(receptionist.claims, async () => {
        await reschedule(db, clinicId, id, next)
        await checkIn(db, clinicId, id)
        await complete(db, clinicId, id)
      })
      const patient = { actor: 'customer', account: customer.accountId, customer: customer.customerId, reason: null }
      const desk = { ...patient, actor: 'staff', account: receptionist.accountId }
      const rescheduled = { ...desk, reason: 'rescheduled' }
      const slot = { entity: 'booking_slot', booking: null, slot: slotId }
      const booking = { entity: 'booking', booking: id, slot: slotId }
      expect(await history(db, clinicId)).toEqual([
        { ...slot, ...patient, from: 'open', to: 'held' },
        { ...slot, ...patient, from: 'held', to: 'booked' },
        { ...booking, ...patient, from: null, to: 'booked' },
        { ...slot, ...rescheduled, slot: next, from: 'open', to: 'booked' },
        { ...booking, ...rescheduled, slot: next, from: 'booked', to: 'booked' },
        { ...slot, ...rescheduled, from: 'booked', to: 'open' },
        { ...booking, ...desk, slot: next, from: 'booked', to: 'checked_in' },
        { ...booking, ...desk, slot: next, from: 'checked_in', to: 'completed' },
      ])
    }))

  it('contain the reason', () =>
    inTransaction(async (db) => {
      const { clinicId, slotId, customer, receptionist } = await aPractice(db)
      const { id } = await db.as(customer.claims, () => book(db, clinicId, slotId))
      await db.as(customer.claims, () => cancel(db, clinicId, id, 'flu'))
      await db.as(receptionist.claims, () => withdraw(db, clinicId, slotId, { reason: 'conference' }))
      const why = (await history(db, clinicId)).map(({ to, reason, customer: whose }) => [to, reason, whose])
      expect(why).toEqual([
        ['booked', null, customer.customerId],
        ['booked', null, customer.customerId],
        ['cancelled', 'flu', customer.customerId],
        // The event names the former customer; the slot has none now.
        ['open', 'flu', customer.customerId],
        ['withdrawn', 'conference', null],
      ])
    }))

  it('do not keep the reason for later changes in the same transaction', () =>
    inTransaction(async (db) => {
      const { clinicId, doctorId, slotId, customer } = await aPractice(db)
      const next = await aSlot(db, clinicId, doctorId, 60)
      await db.as(customer.claims, async () => {
        const { id } = await book(db, clinicId, slotId)
        await cancel(db, clinicId, id, 'flu')
        await hold(db, clinicId, next)
        await release(db, clinicId, next)
      })
      const reasons = (await history(db, clinicId)).filter(({ slot }) => slot === next).map(({ reason }) => reason)
      expect(reasons).toEqual([null, null])
    }))

  it('contain the role of the caller: customer, staff, admin or system', () =>
    inTransaction(async (db) => {
      const { clinicId, doctorId, customer } = await aPractice(db)
      const manager = await anEmployee(db, clinicId, 'manager')
      const admin = await anAccount(db, { isAdmin: true })
      const timeSlotId = await aTimeSlot(db, clinicId)
      const date = clinicDate(14)
      const { id: slotId } = await createSlot(db, clinicId, doctorId, timeSlotId, date)
      for (const claims of [manager.claims, admin.claims, null]) {
        if (claims) await db.as(claims)
        await withdraw(db, clinicId, slotId)
        await db.asOwner()
        await createSlot(db, clinicId, doctorId, timeSlotId, date)
      }
      await db.as(customer.claims, () => hold(db, clinicId, slotId))
      await createSlot(db, clinicId, doctorId, timeSlotId, `${new Date().getUTCFullYear() + 1}-12-31`)
      const actors = await db.query(
        `select to_state as "to", actor, actor_account_id as account from app_public.events
         where clinic_id = $1 and to_state <> 'open' order by id`,
        [clinicId],
      )
      expect(actors).toEqual([
        { to: 'withdrawn', actor: 'staff', account: manager.accountId },
        { to: 'withdrawn', actor: 'admin', account: admin.accountId },
        { to: 'withdrawn', actor: 'system', account: null },
        { to: 'held', actor: 'customer', account: customer.accountId },
      ])
    }))

  it("are visible to their customer, without the employee's account", () =>
    inTransaction(async (db) => {
      const { clinicId, slotId, customer } = await aPractice(db)
      const other = await aPractice(db)
      await db.as(customer.claims, () => book(db, clinicId, slotId))
      const visible = 'select booking_slot_id, to_state, actor from app_public.events order by id'
      expect(await db.as(customer.claims, () => db.query(visible))).toEqual([
        { booking_slot_id: slotId, to_state: 'booked', actor: 'customer' },
        { booking_slot_id: slotId, to_state: 'booked', actor: 'customer' },
      ])
      expect(await db.as(other.customer.claims, () => db.query(visible))).toEqual([])
      await db.as(customer.claims, () =>
        expectRefusal(db.query('select actor_account_id from app_public.events'), 'insufficient_privilege'),
      )
    }))

  it('are never changed or deleted, not even by the owner', () =>
    inTransaction(async (db) => {
      const { clinicId } = await aPractice(db)
      await expectRefusal(
        db.query(`update app_public.events set reason = 'nothing happened' where clinic_id = $1`, [clinicId]),
        'immutable_column',
      )
      await expectRefusal(
        db.query('delete from app_public.events where clinic_id = $1', [clinicId]),
        'immutable_column',
      )
      await db.as((await anAccount(db, { isAdmin: true })).claims)
      await expectRefusal(db.query('delete from app_public.events'), 'insufficient_privilege')
      await expectRefusal(db.query(`update app_public.events set reason = ''`), 'insufficient_privilege')
      await expectRefusal(
        db.query(
          `insert into app_public.events (clinic_id, entity, booking_slot_id, to_state, actor) values ($1, 'booking_slot', 1, 'open', 'system')`,
          [clinicId],
        ),
        'insufficient_privilege',
      )
    }))

  it('cannot be truncated', async () => {
    // In a clone, because TRUNCATE locks the table before it asks the trigger.
    const database = await cloneDatabase()
    const db = await connect(database.url)
    try {
      await expectRefusal(db.query('truncate app_public.events'), 'immutable_column')
    } finally {
      await db.close()
      await database.drop()
    }
  })
})
