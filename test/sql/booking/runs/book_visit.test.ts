import { describe, expect, it } from '@jest/globals'
import { book, bookingOf, cancel, hold, release, slotOf } from '../../../helpers/clinic/operations.ts'
import { aService } from '../../../helpers/clinic/services.ts'
import { aRowOfSlots, aVisitPractice, slotsOf, statesOf } from '../../../helpers/clinic/visits.ts'
import { aCustomer, aDoctor } from '../../../helpers/clinic/world.ts'
import { type Db, expectRefusal, inTransaction } from '../../../helpers/database/database.ts'
import { expire, judgeAsCommit, policy } from '../claiming.ts'

// Visits that take several adjoining slots: book_slot, hold_slot and cancel_booking with a service.

const detailOf = ({ detail }: { detail?: string | undefined }) => JSON.parse(detail ?? '{}') as Record<string, unknown>
const minutes = (count: number) => count * 60_000
const by = (db: Db, serviceId: string, set: string) =>
  db.query(`update app_public.services set ${set} where id = $1`, [serviceId])

describe('book_slot with a service', () => {
  it('books the fewest adjoining slots that cover the visit, and no others', () =>
    inTransaction(async (db) => {
      const { clinicId, doctorId, slotIds, customer, longVisit } = await aVisitPractice(db)
      const booking = await db.as(customer.claims, () =>
        book(db, clinicId, slotIds[1] as string, { serviceId: longVisit }),
      )
      const slots = await slotsOf(db, slotIds)
      expect(await statesOf(db, slotIds)).toBe('obbbbo')
      expect(slots.map(({ head_slot_id }) => head_slot_id)).toEqual([
        null,
        null,
        slotIds[1],
        slotIds[1],
        slotIds[1],
        null,
      ])
      expect(booking).toMatchObject({
        booking_slot_id: slotIds[1],
        doctor_id: doctorId,
        service_id: longVisit,
        starts_at: slots[1]?.starts_at,
        ends_at: slots[4]?.ends_at,
        visit_starts_at: slots[1]?.starts_at,
        visit_ends_at: slots[4]?.ends_at,
      })
      await judgeAsCommit(db)
    }))

  it('takes a slot more when the visit does not end with a slot, and gives its own start and end', () =>
    inTransaction(async (db) => {
      const { clinicId, doctorId, slotIds, customer } = await aVisitPractice(db)
      const serviceId = await aService(db, clinicId, { doctors: [doctorId], duration: '40 minutes' })
      const booking = await db.as(customer.claims, () => book(db, clinicId, slotIds[0] as string, { serviceId }))
      expect(await statesOf(db, slotIds)).toBe('bboooo')
      expect(booking.ends_at.getTime() - booking.starts_at.getTime()).toBe(minutes(60))
      expect(booking.visit_ends_at.getTime() - booking.visit_starts_at.getTime()).toBe(minutes(40))
      await judgeAsCommit(db)
    }))

  it('takes the buffers too, and the visit lies between them', () =>
    inTransaction(async (db) => {
      const { clinicId, doctorId, slotIds, customer } = await aVisitPractice(db)
      const serviceId = await aService(db, clinicId, {
        doctors: [doctorId],
        duration: '30 minutes',
        buffer_before: '10 minutes',
        buffer_after: '21 minutes',
      })
      const booking = await db.as(customer.claims, () => book(db, clinicId, slotIds[0] as string, { serviceId }))
      expect(await statesOf(db, slotIds)).toBe('bbbooo')
      expect(booking.visit_starts_at.getTime() - booking.starts_at.getTime()).toBe(minutes(10))
      expect(booking.visit_ends_at.getTime() - booking.visit_starts_at.getTime()).toBe(minutes(30))
      await judgeAsCommit(db)
    }))

  it("lasts as long as the service does with the doctor: a doctor's own duration takes precedence", () =>
    inTransaction(async (db) => {
      const { clinicId, doctorId, slotIds, customer, longVisit } = await aVisitPractice(db)
      await db.query(
        `update app_public.doctor_services set duration = '80 minutes' where doctor_id = $1 and service_id = $2`,
        [doctorId, longVisit],
      )
      await db.as(customer.claims, () => book(db, clinicId, slotIds[0] as string, { serviceId: longVisit }))
      expect(await statesOf(db, slotIds)).toBe('bbbooo')
      await judgeAsCommit(db)
    }))

  it('takes one slot, however long it is, for a service without a duration', () =>
    inTransaction(async (db) => {
      const { clinicId, slotIds, customer, check } = await aVisitPractice(db)
      const booking = await db.as(customer.claims, () => book(db, clinicId, slotIds[2] as string, { serviceId: check }))
      expect(await statesOf(db, slotIds)).toBe('oobooo')
      expect(booking).toMatchObject({ service_id: check, visit_ends_at: booking.ends_at })
      await judgeAsCommit(db)
    }))

  it('refuses a visit for which a slot is booked, held, withdrawn or reserved, and names that slot', () =>
    inTransaction(async (db) => {
      const { clinicId, slotIds, customer, receptionist, firstVisit, longVisit } = await aVisitPractice(db)
      const [first, , third] = slotIds as [string, string, string]
      const other = await aCustomer(db)
      const refused = (slotId = first, serviceId = longVisit) =>
        db.as(customer.claims, () => expectRefusal(book(db, clinicId, slotId, { serviceId }), 'run_not_free'))

      await db.as(other.claims, () => hold(db, clinicId, third))
      expect(detailOf(await refused())).toMatchObject({ bookingSlotId: third, reason: 'slot_held' })
      await db.as(other.claims, () => book(db, clinicId, third))
      expect(detailOf(await refused())).toMatchObject({ bookingSlotId: third, reason: 'slot_taken' })
      await db.as(receptionist.claims, () =>
        db.query('select app_public.withdraw_slot($1, $2, true)', [clinicId, third]),
      )
      // The third slot was withdrawn, so the adjoining slots end with the second.
      expect(detailOf(await refused())).toMatchObject({ bookingSlotId: slotIds[1], reason: 'no_slot' })
      await db.query('update app_public.booking_slots set service_id = $2 where id = $1', [slotIds[1], longVisit])
      expect(detailOf(await refused(first, firstVisit))).toMatchObject({
        bookingSlotId: slotIds[1],
        reason: 'slot_reserved',
      })
      expect(await statesOf(db, slotIds)).toBe('oowooo')
    }))

  it('refuses a visit that begins with a slot that is not free as a booking of that slot', () =>
    inTransaction(async (db) => {
      const { clinicId, slotIds, customer, firstVisit, check } = await aVisitPractice(db)
      const [first] = slotIds as [string]
      const other = await aCustomer(db)
      await db.query('update app_public.booking_slots set service_id = $2 where id = $1', [first, check])
      await db.as(customer.claims, async () => {
        await expectRefusal(book(db, clinicId, first, { serviceId: firstVisit }), 'slot_reserved')
        await expectRefusal(book(db, clinicId, first), 'slot_reserved')
        await expectRefusal(hold(db, clinicId, first), 'slot_reserved')
      })
      await db.as(other.claims, () => book(db, clinicId, first, { serviceId: check }))
      await db.as(customer.claims, () =>
        expectRefusal(book(db, clinicId, first, { serviceId: firstVisit }), 'slot_taken'),
      )
    }))

  it('refuses a visit across a gap of one microsecond, and one that goes on after the last slot', () =>
    inTransaction(async (db) => {
      const { clinicId, doctorId, slotIds, customer, firstVisit } = await aVisitPractice(db)
      const [late] = await aRowOfSlots(db, clinicId, doctorId, 1, {
        from: `now() + interval '51 hours 1 microsecond'`,
      })
      await db.as(customer.claims, async () => {
        const { detail } = await expectRefusal(
          book(db, clinicId, slotIds[5] as string, { serviceId: firstVisit }),
          'run_not_free',
        )
        expect(detailOf({ detail })).toMatchObject({ bookingSlotId: slotIds[5], reason: 'no_slot' })
        await expectRefusal(book(db, clinicId, late as string, { serviceId: firstVisit }), 'run_not_free')
      })
    }))

  it('takes the slots of one doctor: those of another do not continue them', () =>
    inTransaction(async (db) => {
      const { clinicId, slotIds, customer, firstVisit } = await aVisitPractice(db)
      const colleague = await aDoctor(db, clinicId)
      await db.query('insert into app_public.doctor_services values ($1, $2, $3)', [clinicId, colleague, firstVisit])
      await aRowOfSlots(db, clinicId, colleague, 2, { hours: 51 })
      await db.as(customer.claims, () =>
        expectRefusal(book(db, clinicId, slotIds[5] as string, { serviceId: firstVisit }), 'run_not_free'),
      )
    }))

  it('refuses a service that is unknown, inactive, of another clinic, or not offered by the doctor', () =>
    inTransaction(async (db) => {
      const { clinicId, slotIds, slotId, customer, firstVisit, check } = await aVisitPractice(db)
      const [first] = slotIds as [string]
      const elsewhere = await aVisitPractice(db)
      await by(db, check, 'is_active = false')
      await db.as(customer.claims, async () => {
        for (const serviceId of ['0', check, elsewhere.check])
          await expectRefusal(book(db, clinicId, first, { serviceId }), 'service_not_found')
        // The slot of another doctor.
        await expectRefusal(book(db, clinicId, slotId, { serviceId: firstVisit }), 'service_not_offered')
      })
      expect(await statesOf(db, [...slotIds, slotId])).toBe('ooooooo')
    }))

  it("holds customers to the service's own lead time and horizon, counted from the visit's start", () =>
    inTransaction(async (db) => {
      const { clinicId, slotIds, customer, receptionist, firstVisit } = await aVisitPractice(db)
      const [first] = slotIds as [string]
      const attempt = () => book(db, clinicId, first, { serviceId: firstVisit })
      await policy(db, clinicId, `lead_time = '300 days', horizon = '1 hour'`)
      await by(db, firstVisit, `lead_time = '48:10:01', horizon = '90 days', buffer_before = '10 minutes'`)
      await db.as(customer.claims, () => expectRefusal(attempt(), 'booking_too_late'))
      await by(db, firstVisit, `lead_time = '0', horizon = '48:09:59'`)
      await db.as(customer.claims, () => expectRefusal(attempt(), 'booking_too_far_ahead'))
      await by(db, firstVisit, `lead_time = '48:10:00', horizon = '48:10:00'`)
      await db.undone(() => db.as(customer.claims, attempt))
      // Without a lead time of the service, that of the policy applies.
      await by(db, firstVisit, 'lead_time = null')
      await db.as(customer.claims, () => expectRefusal(attempt(), 'booking_too_late'))
      await db.query(
        `insert into app_public.clinic_customers (clinic_id, customer_id, full_name) values ($1, $2, 'Ann')`,
        [clinicId, customer.customerId],
      )
      await db.as(receptionist.claims, () =>
        book(db, clinicId, first, { serviceId: firstVisit, customerId: customer.customerId }),
      )
    }))

  it('lets a visit start only when the service does, by the clock of the clinic; the desk is not bound', () =>
    inTransaction(async (db) => {
      const { clinicId, doctorId, customer, receptionist, firstVisit } = await aVisitPractice(db, 'Asia/Kathmandu')
      await by(db, firstVisit, `start_every = '1 hour'`)
      // 9:00 in Kathmandu is 3:15 in UTC.
      const slotIds = await aRowOfSlots(db, clinicId, doctorId, 5, {
        from: `(current_date + 5)::timestamp at time zone 'UTC' + interval '3 hours 15 minutes'`,
      })
      const attempt = (at: number) => book(db, clinicId, slotIds[at] as string, { serviceId: firstVisit })
      await db.as(customer.claims, async () => {
        expect(detailOf(await expectRefusal(attempt(1), 'start_not_offered'))).toMatchObject({ startEveryMinutes: 60 })
        await attempt(2)
      })
      await db.as(receptionist.claims, () =>
        book(db, clinicId, slotIds[0] as string, { serviceId: firstVisit, customerId: customer.customerId }),
      )
      expect(await statesOf(db, slotIds)).toBe('bbbbo')
    }))

  it('is for those patients for whom the service is', () =>
    inTransaction(async (db) => {
      const { clinicId, doctorId, slotIds, customer, receptionist, check } = await aVisitPractice(db)
      const [first] = slotIds as [string]
      const { customerId } = customer
      const attempt = () => book(db, clinicId, first, { serviceId: check, customerId })
      const asPatient = () => db.undone(() => db.as(customer.claims, attempt))
      const refused = () => db.as(customer.claims, () => expectRefusal(attempt(), 'service_not_for_customer'))

      await by(db, check, `bookable_by = 'known_patients'`)
      expect(detailOf(await refused())).toMatchObject({ bookableBy: 'known_patients' })
      await db.query(
        `insert into app_public.clinic_customers (clinic_id, customer_id, full_name) values ($1, $2, 'Ann')`,
        [clinicId, customerId],
      )
      await asPatient()
      await by(db, check, `bookable_by = 'desk'`)
      await refused()
      await db.undone(() => db.as(receptionist.claims, attempt))

      await by(db, check, `bookable_by = 'everyone', patients = 'returning'`)
      expect(detailOf(await refused())).toMatchObject({ patients: 'returning' })
      // An appointment ahead is not a visit, nor is one that was missed.
      const [past] = await aRowOfSlots(db, clinicId, doctorId, 1, { hours: -3 })
      const missed = await db.one<{ id: string }>(
        `with slot as (update app_public.booking_slots set status = 'booked', customer_id = $2 where id = $1 returning clinic_id, id)
         insert into app_public.bookings (clinic_id, booking_slot_id, customer_id) select clinic_id, id, $2 from slot returning id`,
        [past, customerId],
      )
      await db.undone(asPatient)
      await db.query(`update app_public.bookings set status = 'no_show' where id = $1`, [missed.id])
      await refused()
      await by(db, check, `patients = 'new'`)
      await asPatient()
      await db.query(`update app_public.bookings set status = 'booked' where id = $1`, [missed.id])
      expect(detailOf(await refused())).toMatchObject({ patients: 'new' })
    }))

  it('counts a visit of several slots as one booking against the limit', () =>
    inTransaction(async (db) => {
      const { clinicId, slotIds, slotId, customer, firstVisit } = await aVisitPractice(db)
      await policy(db, clinicId, 'max_live_bookings = 2')
      await db.as(customer.claims, async () => {
        await hold(db, clinicId, slotIds[0] as string, { serviceId: firstVisit })
        await book(db, clinicId, slotIds[2] as string, { serviceId: firstVisit })
        await expectRefusal(book(db, clinicId, slotId), 'too_many_bookings')
        // The booking replaces the hold.
        await book(db, clinicId, slotIds[0] as string, { serviceId: firstVisit })
      })
      expect(await statesOf(db, slotIds)).toBe('bbbboo')
      await judgeAsCommit(db)
    }))

  it('counts two holds of one transaction as two', () =>
    inTransaction(async (db) => {
      const { clinicId, slotIds, customer } = await aVisitPractice(db)
      await policy(db, clinicId, 'max_live_bookings = 2')
      await db.as(customer.claims, async () => {
        await hold(db, clinicId, slotIds[0] as string)
        await hold(db, clinicId, slotIds[1] as string)
        await expectRefusal(hold(db, clinicId, slotIds[2] as string), 'too_many_bookings')
        await release(db, clinicId, slotIds[0] as string)
      })
      expect(await statesOf(db, slotIds)).toBe('ohoooo')
    }))

  it('repeats its answer under the same key, and refuses the key with another service', () =>
    inTransaction(async (db) => {
      const { clinicId, slotIds, customer, firstVisit, longVisit } = await aVisitPractice(db)
      const attempt = (serviceId: string | null) =>
        book(db, clinicId, slotIds[0] as string, { serviceId, key: 'a visit' })
      await db.as(customer.claims, async () => {
        const { id } = await attempt(firstVisit)
        expect((await attempt(firstVisit)).id).toBe(id)
        await expectRefusal(attempt(longVisit), 'idempotency_key_reused')
        await expectRefusal(attempt(null), 'idempotency_key_reused')
      })
    }))

  it('refuses a second visit of the customer at the time of any slot of the first', () =>
    inTransaction(async (db) => {
      const { clinicId, slotIds, customer, longVisit } = await aVisitPractice(db)
      const colleague = await aDoctor(db, clinicId)
      const theirs = await aRowOfSlots(db, clinicId, colleague, 6)
      await db.as(customer.claims, async () => {
        await book(db, clinicId, slotIds[0] as string, { serviceId: longVisit })
        await expectRefusal(book(db, clinicId, theirs[3] as string), 'customer_busy')
        await book(db, clinicId, theirs[4] as string)
      })
    }))
})

describe('hold_slot with a service', () => {
  it('holds all slots of the visit until the same moment, and its holder books them', () =>
    inTransaction(async (db) => {
      const { clinicId, slotIds, customer, longVisit } = await aVisitPractice(db)
      const [first, second] = slotIds as [string, string]
      const held = await db.as(customer.claims, () => hold(db, clinicId, first, { serviceId: longVisit }))
      expect(held).toMatchObject({ id: first, status: 'held' })
      expect(await statesOf(db, slotIds)).toBe('hhhhoo')
      expect(new Set((await slotsOf(db, slotIds.slice(0, 4))).map((slot) => slot.held_until?.getTime()))).toEqual(
        new Set([held.held_until?.getTime()]),
      )
      await db.as((await aCustomer(db)).claims, () => expectRefusal(book(db, clinicId, second), 'slot_held'))
      await db.as(customer.claims, () => book(db, clinicId, first, { serviceId: longVisit }))
      expect(await statesOf(db, slotIds)).toBe('bbbboo')
      await judgeAsCommit(db)
    }))

  it('is released with all its slots, by any of them', () =>
    inTransaction(async (db) => {
      const { clinicId, slotIds, customer, longVisit } = await aVisitPractice(db)
      await db.as(customer.claims, async () => {
        await hold(db, clinicId, slotIds[5] as string)
        await hold(db, clinicId, slotIds[0] as string, { serviceId: longVisit })
        await release(db, clinicId, slotIds[2] as string)
      })
      expect(await statesOf(db, slotIds)).toBe('oooooh')
    }))

  it('holds nothing if one slot of the visit is not free', () =>
    inTransaction(async (db) => {
      const { clinicId, slotIds, customer, firstVisit } = await aVisitPractice(db)
      await db.as((await aCustomer(db)).claims, () => book(db, clinicId, slotIds[1] as string))
      await db.as(customer.claims, () =>
        expectRefusal(hold(db, clinicId, slotIds[0] as string, { serviceId: firstVisit }), 'run_not_free'),
      )
      expect(await statesOf(db, slotIds)).toBe('oboooo')
    }))

  it('gives way to another visit once it has expired', () =>
    inTransaction(async (db) => {
      const { clinicId, slotIds, customer, longVisit, firstVisit } = await aVisitPractice(db)
      await db.as(customer.claims, () => hold(db, clinicId, slotIds[0] as string, { serviceId: longVisit }))
      for (const id of slotIds.slice(0, 4)) await expire(db, id)
      await db.as((await aCustomer(db)).claims, () =>
        book(db, clinicId, slotIds[1] as string, { serviceId: firstVisit }),
      )
      expect(await statesOf(db, slotIds)).toBe('hbbhoo')
      await judgeAsCommit(db)
    }))
})

describe('cancel_booking of a visit', () => {
  it('frees all its slots', () =>
    inTransaction(async (db) => {
      const { clinicId, slotIds, customer, longVisit } = await aVisitPractice(db)
      await db.as(customer.claims, async () => {
        const { id } = await book(db, clinicId, slotIds[1] as string, { serviceId: longVisit })
        expect(await cancel(db, clinicId, id)).toMatchObject({ status: 'cancelled', service_id: longVisit })
      })
      expect(await statesOf(db, slotIds)).toBe('oooooo')
      expect((await slotsOf(db, slotIds)).map(({ head_slot_id }) => head_slot_id)).toEqual(Array(6).fill(null))
      await judgeAsCommit(db)
    }))

  it('keeps the time of a visit that was cancelled, also when others take its slots later', () =>
    inTransaction(async (db) => {
      const { clinicId, slotIds, customer, longVisit } = await aVisitPractice(db)
      const before = await db.as(customer.claims, () =>
        book(db, clinicId, slotIds[1] as string, { serviceId: longVisit }),
      )
      await db.as(customer.claims, () => cancel(db, clinicId, before.id))
      await db.as((await aCustomer(db)).claims, () => book(db, clinicId, slotIds[1] as string))
      expect(await bookingOf(db, before.id)).toMatchObject({
        starts_at: before.starts_at,
        ends_at: before.ends_at,
        visit_ends_at: before.visit_ends_at,
      })
      await judgeAsCommit(db)
    }))

  it("holds customers to the service's own cut-off, before the visit itself begins", () =>
    inTransaction(async (db) => {
      const { clinicId, slotIds, customer, firstVisit } = await aVisitPractice(db)
      await by(db, firstVisit, `cancellation_cutoff = '48:10:01', buffer_before = '10 minutes'`)
      const { id } = await db.as(customer.claims, () =>
        book(db, clinicId, slotIds[0] as string, { serviceId: firstVisit }),
      )
      await db.as(customer.claims, () => expectRefusal(cancel(db, clinicId, id), 'cancellation_too_late'))
      await by(db, firstVisit, `cancellation_cutoff = '48:10:00'`)
      await db.undone(() => db.as(customer.claims, () => cancel(db, clinicId, id)))
      await policy(db, clinicId, `cancellation_cutoff = '30 days'`)
      await db.undone(() => db.as(customer.claims, () => cancel(db, clinicId, id)))
      await by(db, firstVisit, 'cancellation_cutoff = null')
      await db.as(customer.claims, () => expectRefusal(cancel(db, clinicId, id), 'cancellation_too_late'))
      expect(await slotOf(db, slotIds[0] as string)).toMatchObject({ status: 'booked' })
    }))
})
