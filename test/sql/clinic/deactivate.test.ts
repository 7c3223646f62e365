import { describe, expect, it } from '@jest/globals'
import {
  bookingOf,
  cancel,
  checkIn,
  complete,
  noShow,
  remindersComeNear,
  reschedule,
  slotOf,
} from '../../helpers/clinic/operations.ts'
import { aClinic, aCustomer, aDoctor, anAccount, anEmployee, aPractice, aSlot } from '../../helpers/clinic/world.ts'
import { type Db, expectRefusal, inTransaction } from '../../helpers/database/database.ts'
import { recordBooking } from '../booking/claiming.ts'

type Practice = Awaited<ReturnType<typeof aPractice>>

const deactivateDoctor = (db: Db, clinicId: string | null, doctorId: string | null, cascade?: boolean) =>
  db.one('select id, is_active from app_public.deactivate_doctor($1, $2, coalesce($3, false))', [
    clinicId,
    doctorId,
    cascade,
  ])

const deactivateClinic = (db: Db, clinicId: string | null, cascade?: boolean) =>
  db.one('select id, is_active from app_public.deactivate_clinic($1, coalesce($2, false))', [clinicId, cascade])

/** A doctor's calendar: one open slot, one held, one booked, and a past one that was never booked. */
async function aFullCalendar(db: Db, { clinicId, doctorId, slotId, customer }: Practice) {
  const [held, booked, past] = [
    await aSlot(db, clinicId, doctorId, 50),
    await aSlot(db, clinicId, doctorId, 52),
    await aSlot(db, clinicId, doctorId, -50),
  ]
  const { id: bookingId, starts_at } = await db.as(customer.claims, async () => {
    await db.query('select app_public.hold_slot($1, $2)', [clinicId, held])
    return db.one('select * from app_public.book_slot($1, $2)', [clinicId, booked])
  })
  return { open: slotId, held, booked, past, bookingId, startsAt: starts_at as Date }
}

const statuses = async (db: Db, clinicId: string) =>
  Object.fromEntries(
    (await db.query('select id, status from app_public.booking_slots where clinic_id = $1', [clinicId])).map((slot) => [
      slot.id,
      slot.status,
    ]),
  )

describe('deactivate_doctor', () => {
  it('is refused while there are future slots or bookings, and lists them', () =>
    inTransaction(async (db) => {
      const practice = await aPractice(db)
      const { clinicId, doctorId, manager } = practice
      const { bookingId, startsAt } = await aFullCalendar(db, practice)
      const before = await statuses(db, clinicId)
      await db.as(manager.claims, async () => {
        const error = await expectRefusal(deactivateDoctor(db, clinicId, doctorId), 'still_in_use')
        const detail = JSON.parse(error.detail ?? '')
        expect(detail).toEqual({ openSlots: 2, liveBookings: [{ bookingId, startsAt: expect.any(String) }] })
        expect(new Date(detail.liveBookings[0].startsAt)).toEqual(startsAt)
      })
      expect(await statuses(db, clinicId)).toEqual(before)
    }))

  it('with cascade withdraws the slots, cancels the bookings and notifies their customers', () =>
    inTransaction(async (db) => {
      const practice = await aPractice(db)
      const { clinicId, doctorId, manager } = practice
      const { open, held, booked, past, bookingId } = await aFullCalendar(db, practice)
      await remindersComeNear(db, clinicId, bookingId)
      await db.as(manager.claims, async () => {
        expect(await deactivateDoctor(db, clinicId, doctorId, true)).toEqual({ id: doctorId, is_active: false })
      })
      expect(await statuses(db, clinicId)).toEqual({
        [open]: 'withdrawn',
        [held]: 'withdrawn',
        [booked]: 'withdrawn',
        [past]: 'withdrawn',
      })
      expect(
        await db.one('select status, cancelled_by, cancellation_reason from app_public.bookings where id = $1', [
          bookingId,
        ]),
      ).toEqual({ status: 'cancelled', cancelled_by: 'clinic', cancellation_reason: 'doctor deactivated' })
      expect(
        await db.query('select kind, state from app_public.notifications where booking_id = $1 order by kind', [
          bookingId,
        ]),
      ).toEqual([
        { kind: 'booking_confirmed', state: 'dropped' },
        { kind: 'booking_reminder', state: 'dropped' },
        { kind: 'slot_withdrawn', state: 'pending' },
      ])
    }))

  it('records the actor and the reason in every event', () =>
    inTransaction(async (db) => {
      const practice = await aPractice(db)
      const { clinicId, doctorId, manager } = practice
      await aFullCalendar(db, practice)
      const { last } = await db.one('select max(id) as last from app_public.events')
      await db.as(manager.claims, () => deactivateDoctor(db, clinicId, doctorId, true))
      const events = await db.query(
        `select distinct actor, actor_account_id, reason from app_public.events where id > $1`,
        [last],
      )
      expect(events).toEqual([{ actor: 'staff', actor_account_id: manager.accountId, reason: 'doctor deactivated' }])
    }))

  it('needs no cascade when nothing lies in the future; past slots without a booking are withdrawn silently', () =>
    inTransaction(async (db) => {
      const clinicId = await aClinic(db)
      const doctorId = await aDoctor(db, clinicId)
      const past = await aSlot(db, clinicId, doctorId, -50)
      await db.as((await anEmployee(db, clinicId, 'manager')).claims, async () => {
        expect(await deactivateDoctor(db, clinicId, doctorId)).toEqual({ id: doctorId, is_active: false })
        expect(await deactivateDoctor(db, clinicId, doctorId)).toEqual({ id: doctorId, is_active: false })
      })
      expect(await statuses(db, clinicId)).toEqual({ [past]: 'withdrawn' })
    }))

  it('does not affect the other doctors of the clinic', () =>
    inTransaction(async (db) => {
      const { clinicId, doctorId, slotId, manager } = await aPractice(db)
      const colleague = await aDoctor(db, clinicId)
      const theirs = await aSlot(db, clinicId, colleague)
      await db.as(manager.claims, () => deactivateDoctor(db, clinicId, doctorId, true))
      expect(await statuses(db, clinicId)).toEqual({ [slotId]: 'withdrawn', [theirs]: 'open' })
      expect(await db.one('select is_active from app_public.doctors where id = $1', [colleague])).toEqual({
        is_active: true,
      })
    }))

  it('refuses a doctor of another clinic, and an unknown one', () =>
    inTransaction(async (db) => {
      const { clinicId, manager } = await aPractice(db)
      const elsewhere = await aPractice(db)
      await db.as(manager.claims)
      for (const doctorId of [elsewhere.doctorId, '0', null])
        await expectRefusal(deactivateDoctor(db, clinicId, doctorId, true), 'doctor_not_found')
      await expectRefusal(deactivateDoctor(db, elsewhere.clinicId, elsewhere.doctorId, true), 'forbidden')
    }))
})

describe('deactivate_clinic', () => {
  it('is refused while doctors are active, and lists them', () =>
    inTransaction(async (db) => {
      const { clinicId, doctorId, manager } = await aPractice(db)
      const { full_name: fullName } = await db.one('select full_name from app_public.doctors where id = $1', [doctorId])
      await db.as(manager.claims)
      const error = await expectRefusal(deactivateClinic(db, clinicId), 'still_in_use')
      expect(JSON.parse(error.detail ?? '')).toEqual({ activeDoctors: [{ doctorId, fullName }] })
    }))

  it('with cascade ends its calendar, its doctors and then the clinic, and no other', () =>
    inTransaction(async (db) => {
      const practice = await aPractice(db)
      const elsewhere = await aPractice(db)
      const { clinicId, manager, customer } = practice
      const { bookingId } = await aFullCalendar(db, practice)
      await aDoctor(db, clinicId)
      await db.as(manager.claims, async () => {
        expect(await deactivateClinic(db, clinicId, true)).toEqual({ id: clinicId, is_active: false })
      })
      expect(new Set(Object.values(await statuses(db, clinicId)))).toEqual(new Set(['withdrawn']))
      expect(await db.query('select from app_public.doctors where clinic_id = $1 and is_active', [clinicId])).toEqual(
        [],
      )
      await db.as(customer.claims, async () =>
        expect(
          await db.one('select status, cancelled_by, cancellation_reason from app_public.bookings where id = $1', [
            bookingId,
          ]),
        ).toEqual({ status: 'cancelled', cancelled_by: 'clinic', cancellation_reason: 'clinic deactivated' }),
      )
      expect(await statuses(db, elsewhere.clinicId)).toEqual({ [elsewhere.slotId]: 'open' })
      await db.as({}, async () =>
        expect(
          await db.query('select id from app_public.clinics where id = any ($1)', [[clinicId, elsewhere.clinicId]]),
        ).toEqual([{ id: elsewhere.clinicId }]),
      )
    }))

  it('needs no cascade without active doctors, and may be repeated', () =>
    inTransaction(async (db) => {
      const clinicId = await aClinic(db)
      await db.as((await anEmployee(db, clinicId, 'manager')).claims)
      for (const _ of [1, 2]) expect(await deactivateClinic(db, clinicId)).toEqual({ id: clinicId, is_active: false })
    }))

  it('reports an unknown clinic to operators', () =>
    inTransaction(async (db) => {
      await expectRefusal(deactivateClinic(db, '0'), 'clinic_not_found')
      await expectRefusal(deactivateDoctor(db, '0', '0'), 'clinic_not_found')
      await db.as((await anAccount(db, { isAdmin: true })).claims)
      await expectRefusal(deactivateClinic(db, null), 'clinic_not_found')
    }))
})

describe.each([
  ['deactivate_doctor', ({ clinicId, doctorId }: Practice) => [clinicId, doctorId]],
  ['deactivate_clinic', ({ clinicId }: Practice) => [clinicId]],
] as const)('visits that have begun, after %s', (name, of) => {
  /** One past visit, one in progress and one in the future, each in the state that the desk left it in. */
  async function threeVisits(db: Db, status: string) {
    const practice = await aPractice(db)
    const { clinicId, doctorId, customer, manager } = practice
    const visit = async (hours: number) =>
      recordBooking(db, await aSlot(db, clinicId, doctorId, hours), customer.customerId, status)
    const [over, begun, ahead] = [await visit(-30), await visit(0), await visit(1)]
    const deactivate = (cascade: boolean) => {
      const parameters = of(practice).map((_, i) => `$${i + 1}`)
      return db.as(manager.claims, () =>
        db.one(`select * from app_public.${name}(${parameters}, ${cascade})`, [...of(practice)]),
      )
    }
    return { ...practice, over, begun, ahead, deactivate }
  }
  const stateOf = async (db: Db, ...ids: string[]) =>
    Array.fromAsync(ids, async (id) => (await bookingOf(db, id)).status)

  it.each(['booked', 'checked_in'])('stay %s, and only future ones are cancelled', (status) =>
    inTransaction(async (db) => {
      const { over, begun, ahead, deactivate } = await threeVisits(db, status)
      await deactivate(true)
      expect(await stateOf(db, over, begun, ahead)).toEqual([status, status, 'cancelled'])
      expect(
        await db.query('select from app_public.notifications where booking_id = any ($1)', [[over, begun]]),
      ).toEqual([])
    }),
  )

  it('do not require a cascade', () =>
    inTransaction(async (db) => {
      const { clinicId, doctorId, slotId, customer, ahead, deactivate, over } = await threeVisits(db, 'booked')
      await cancel(db, clinicId, ahead)
      await db.query(
        'select app_public.withdraw_slot($1, id) from app_public.booking_slots where status = $2 and clinic_id = $1',
        [clinicId, 'open'],
      )
      if (name === 'deactivate_clinic')
        await db.query('select app_public.deactivate_doctor($1, $2)', [clinicId, doctorId])
      await deactivate(false)
      expect(await slotOf(db, slotId)).toMatchObject({ status: 'withdrawn' })
      expect(await bookingOf(db, over)).toMatchObject({ status: 'booked', customer_id: customer.customerId })
    }))

  it('are checked in, completed, marked as no-shows or cancelled by the desk', () =>
    inTransaction(async (db) => {
      const { clinicId, over, begun, receptionist, deactivate } = await threeVisits(db, 'booked')
      await deactivate(true)
      for (const finish of [
        async () => {
          await checkIn(db, clinicId, over)
          await complete(db, clinicId, over)
          await noShow(db, clinicId, begun)
        },
        async () => {
          await cancel(db, clinicId, over)
          await cancel(db, clinicId, begun)
        },
      ])
        await db.undone(() => db.as(receptionist.claims, finish))
      await db.as(receptionist.claims, () => cancel(db, clinicId, over))
      // A free slot of a doctor who has left is not offered.
      const { booking_slot_id } = await bookingOf(db, over)
      expect(await slotOf(db, booking_slot_id)).toMatchObject({ status: 'withdrawn', customer_id: null })
    }))

  it('may be moved to another doctor', () =>
    inTransaction(async (db) => {
      if (name === 'deactivate_clinic') return
      const { clinicId, over, receptionist, deactivate } = await threeVisits(db, 'booked')
      const { booking_slot_id: left } = await bookingOf(db, over)
      await deactivate(true)
      const next = await aSlot(db, clinicId, await aDoctor(db, clinicId), 20)
      await db.as(receptionist.claims, async () =>
        expect(await reschedule(db, clinicId, over, next)).toMatchObject({ status: 'booked', booking_slot_id: next }),
      )
      expect(await slotOf(db, left)).toMatchObject({ status: 'withdrawn' })
    }))
})

describe('deactivating', () => {
  it("is for the clinic's managers and operators", () =>
    inTransaction(async (db) => {
      const { clinicId, doctorId, manager, receptionist, customer } = await aPractice(db)
      const calls = [() => deactivateDoctor(db, clinicId, doctorId, true), () => deactivateClinic(db, clinicId, true)]
      for (const call of calls) {
        for (const { claims } of [
          receptionist,
          await anEmployee(db, clinicId, 'doctor', doctorId),
          await anEmployee(db, await aClinic(db), 'manager'),
        ])
          await db.as(claims, () => expectRefusal(call(), 'forbidden'))
        for (const claims of [{}, customer.claims, (await aCustomer(db)).claims])
          await db.as(claims, () => expectRefusal(call(), 'insufficient_privilege'))
        for (const claims of [manager.claims, (await anAccount(db, { isAdmin: true })).claims])
          await db.undone(() => db.as(claims, call))
        await db.undone(call)
      }
    }))
})
