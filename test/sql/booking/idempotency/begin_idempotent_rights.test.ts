import { describe, expect, it } from '@jest/globals'
import { addAbsence } from '../../../helpers/clinic/absences.ts'
import {
  book,
  cancel,
  checkIn,
  complete,
  createSlot,
  hold,
  noShow,
  release,
  reschedule,
  undoCheckIn,
  undoCompletion,
  undoNoShow,
  withdraw,
} from '../../../helpers/clinic/operations.ts'
import { aClinic, aCustomer, anEmployee, aPractice, aSlot, aTimeSlot } from '../../../helpers/clinic/world.ts'
import { type Claims, type Db, expectRefusal, inTransaction } from '../../../helpers/database/database.ts'
import { clinicDate } from '../../../helpers/time/dates.ts'
import { recordBooking } from '../claiming.ts'
import { join, offersOf } from '../waiting/waiting.ts'

// A stored outcome is given only to a caller who still has the right to the operation.

type Practice = Awaited<ReturnType<typeof aPractice>>
type Request = () => Promise<unknown>

const key = 'retry'

const ofBooking =
  (
    ask: (db: Db, clinicId: string, bookingId: string, key: string) => Promise<unknown>,
    hours: number,
    status = 'booked',
  ) =>
  async (db: Db, { clinicId, doctorId, customer }: Practice): Promise<Request> => {
    const slotId = await aSlot(db, clinicId, doctorId, hours)
    const bookingId = await recordBooking(db, slotId, customer.customerId, status)
    return () => ask(db, clinicId, bookingId, key)
  }

/** Each function that takes a key: prepared by the owner, then asked by the clinic's staff. */
const requests: Record<string, (db: Db, practice: Practice) => Promise<Request>> = {
  book_slot: async (db, { clinicId, slotId, customer: { customerId } }) => {
    await known(db, clinicId, customerId)
    return () => book(db, clinicId, slotId, { customerId, key })
  },
  hold_slot: async (db, { clinicId, slotId, customer: { customerId } }) => {
    await known(db, clinicId, customerId)
    return () => hold(db, clinicId, slotId, { customerId, key })
  },
  release_hold: async (db, { clinicId, slotId, customer: { customerId } }) => {
    await known(db, clinicId, customerId)
    await hold(db, clinicId, slotId, { customerId })
    return () => release(db, clinicId, slotId, { customerId, key })
  },
  accept_offer: async (db, { clinicId, slotId, customer: { customerId } }) => {
    const bookingId = await recordBooking(db, slotId, customerId)
    const waiter = await aCustomer(db)
    await db.as(waiter.claims, () => join(db, clinicId))
    await cancel(db, clinicId, bookingId)
    const [offer] = await offersOf(db, slotId)
    return () => db.one('select * from app_public.accept_offer($1, $2, null, $3)', [clinicId, offer?.id, key])
  },
  book_series: async (db, practice) => {
    const slots = await someSlots(db, practice, 72)
    await known(db, practice.clinicId, practice.customer.customerId)
    return () => bookSeries(db, practice, slots, key)
  },
  move_series: async (db, practice) => {
    await known(db, practice.clinicId, practice.customer.customerId)
    const visits = await bookSeries(db, practice, await someSlots(db, practice, 72))
    const slots = await someSlots(db, practice, 96)
    return () =>
      db.query('select id from app_public.move_series($1, $2, $3, $4, $5)', [
        practice.clinicId,
        visits[0]?.series_id,
        visits.map(({ id }) => id),
        slots,
        key,
      ])
  },
  cancel_series: async (db, practice) => {
    await known(db, practice.clinicId, practice.customer.customerId)
    const [visit] = await bookSeries(db, practice, await someSlots(db, practice, 72))
    return () =>
      db.query('select id from app_public.cancel_series($1, $2, $3, null, $4)', [
        practice.clinicId,
        visit?.series_id,
        visit?.date,
        key,
      ])
  },
  cancel_booking: ofBooking((db, clinicId, id, key) => cancel(db, clinicId, id, null, key), 96),
  reschedule_booking: async (db, practice) => {
    const next = await aSlot(db, practice.clinicId, practice.doctorId, 60)
    return ofBooking((db, clinicId, id, key) => reschedule(db, clinicId, id, next, key), 72)(db, practice)
  },
  check_in: ofBooking(checkIn, 0),
  complete_booking: async (db, practice) => {
    const { clinicId, doctorId, customer } = practice
    const id = await recordBooking(db, await aSlot(db, clinicId, doctorId, 0), customer.customerId)
    await checkIn(db, clinicId, id)
    return () => complete(db, clinicId, id, key)
  },
  mark_no_show: ofBooking(noShow, -1),
  undo_check_in: ofBooking(undoCheckIn, 0, 'checked_in'),
  undo_completion: ofBooking(undoCompletion, 0, 'completed'),
  undo_no_show: ofBooking(undoNoShow, -1, 'no_show'),
  withdraw_slot:
    async (db, { clinicId, slotId }) =>
    () =>
      withdraw(db, clinicId, slotId, { key }),
  withdraw_day: async (db, { clinicId, doctorId, slotId, customer }) => {
    await recordBooking(db, slotId, customer.customerId)
    const { slot_date } = await db.one('select slot_date::text from app_public.booking_slots where id = $1', [slotId])
    return () =>
      db.query('select id from app_public.withdraw_day($1, $2, $3, true, null, $4)', [
        clinicId,
        doctorId,
        slot_date,
        key,
      ])
  },
  create_booking_slot: async (db, { clinicId, doctorId }) => {
    const timeSlotId = await aTimeSlot(db, clinicId)
    const date = clinicDate(3)
    return () => createSlot(db, clinicId, doctorId, timeSlotId, date, key)
  },
  add_absence: async (db, { clinicId, doctorId }) => {
    const date = clinicDate(20)
    return () => addAbsence(db, clinicId, { doctorId, from: date, key })
  },
  add_clinic_customer:
    async (db, { clinicId }) =>
    () =>
      db.one(`select * from app_public.add_clinic_customer($1, 'Bob', idempotency_key => $2)`, [clinicId, key]),
}

const known = (db: Db, clinicId: string, customerId: string) =>
  db.query(`insert into app_public.clinic_customers (clinic_id, customer_id, full_name) values ($1, $2, 'Ann')`, [
    clinicId,
    customerId,
  ])

const someSlots = async (db: Db, { clinicId, doctorId }: Practice, hours: number) => [
  await aSlot(db, clinicId, doctorId, hours),
  await aSlot(db, clinicId, doctorId, hours + 2),
]

async function bookSeries(db: Db, { clinicId, customer }: Practice, slots: string[], key: string | null = null) {
  return db.query<{ id: string; series_id: string; date: string }>(
    `select id, series_id, slot_date::text as date
     from app_public.book_series($1, $2, $3, idempotency_key => $4)`,
    [clinicId, customer.customerId, slots, key],
  )
}

const dismiss = (db: Db, clinicId: string, accountId: string) =>
  db.query('update app_public.employees set is_active = false where clinic_id = $1 and account_id = $2', [
    clinicId,
    accountId,
  ])

/** An employee of the practice who also works at another clinic and stays there. */
async function staffOfTwo(db: Db, role: 'receptionist' | 'doctor', { clinicId, doctorId }: Practice) {
  const employee = await anEmployee(db, clinicId, role, role === 'doctor' ? doctorId : null)
  await db.query(
    `insert into app_public.employees (clinic_id, account_id, role, full_name) values ($1, $2, 'manager', 'Kim')`,
    [await aClinic(db), employee.accountId],
  )
  return employee
}

async function expectRepeated(db: Db, claims: Claims, request: Request) {
  const first = await db.as(claims, request)
  expect(await db.as(claims, request)).toEqual(first)
}

it('every function with an idempotency key is tested here', () =>
  inTransaction(async (db) => {
    const functions = await db.query<{ name: string }>(
      `select p.proname as name from pg_proc p join pg_namespace n on n.oid = p.pronamespace
       where n.nspname in ('app_public', 'app_hidden') and 'idempotency_key' = any (p.proargnames)
         -- Their callers are those who have the link: test/sql/link/booking_by_link.test.ts.
         and p.proname !~ '_by_link$' order by 1`,
    )
    expect(functions.map(({ name }) => name)).toEqual(Object.keys(requests).sort())
  }))

describe('a repeated request of staff who were dismissed meanwhile is refused', () => {
  it.each(Object.keys(requests))('%s', (name) =>
    inTransaction(async (db) => {
      const practice = await aPractice(db)
      const { accountId, claims } = await staffOfTwo(db, 'receptionist', practice)
      const request = await (requests[name] as (typeof requests)[string])(db, practice)
      await expectRepeated(db, claims, request)
      await dismiss(db, practice.clinicId, accountId)
      // The refusals that hide from strangers to the clinic whether a row exists.
      const hidden: Record<string, string> = {
        cancel_booking: 'booking_not_found',
        reschedule_booking: 'booking_not_found',
        accept_offer: 'offer_not_found',
      }
      await db.as(claims, () => expectRefusal(request(), hidden[name] ?? 'forbidden'))
    }),
  )
})

describe('a repeated request of a doctor who left the doctor’s bookings to the desk meanwhile is refused', () => {
  it.each(['check_in', 'complete_booking', 'mark_no_show', 'withdraw_slot', 'withdraw_day', 'add_absence'])(
    '%s',
    (name) =>
      inTransaction(async (db) => {
        const practice = await aPractice(db)
        const { accountId, claims } = await staffOfTwo(db, 'doctor', practice)
        const request = await (requests[name] as (typeof requests)[string])(db, practice)
        await expectRepeated(db, claims, request)
        await db.query('update app_public.employees set doctor_id = null where clinic_id = $1 and account_id = $2', [
          practice.clinicId,
          accountId,
        ])
        await db.as(claims, () => expectRefusal(request(), 'forbidden'))
      }),
  )
})

it('a receptionist’s own booking, repeated after the dismissal, does not say who at the desk booked it', () =>
  inTransaction(async (db) => {
    const { clinicId, slotId, receptionist } = await aPractice(db)
    const { claims, customerId, accountId } = await aCustomer(db)
    await db.query(
      `insert into app_public.employees (clinic_id, account_id, role, full_name) values ($1, $2, 'receptionist', 'Kim')`,
      [clinicId, accountId],
    )
    await known(db, clinicId, customerId)
    const { id } = await db.as(receptionist.claims, () => book(db, clinicId, slotId, { customerId }))
    const request = () => cancel(db, clinicId, id, null, key)
    expect(await db.as(claims, request)).toMatchObject({ booked_by_account_id: receptionist.accountId })
    await dismiss(db, clinicId, accountId)
    expect(await db.as(claims, request)).toMatchObject({ id, status: 'cancelled', booked_by_account_id: null })
  }))

it('a repeated cancellation is still answered to the customer whose booking it is', () =>
  inTransaction(async (db) => {
    const { clinicId, slotId, customer } = await aPractice(db)
    const { id } = await db.as(customer.claims, () => book(db, clinicId, slotId))
    await expectRepeated(db, customer.claims, () => cancel(db, clinicId, id, null, key))
  }))
