import { describe, expect, it } from '@jest/globals'
import { aPrice } from '../../../helpers/clinic/billing.ts'
import { type Booking, book, bookingOf, cancel, checkIn, reschedule } from '../../../helpers/clinic/operations.ts'
import { aService } from '../../../helpers/clinic/services.ts'
import { slotsOf, statesOf } from '../../../helpers/clinic/visits.ts'
import { aCustomer, aDoctor, aPractice, aSlot } from '../../../helpers/clinic/world.ts'
import { expectRefusal, inTransaction } from '../../../helpers/database/database.ts'
import { judgeAsCommit, policy } from '../claiming.ts'
import { ids, someWeeks } from './some_weeks.ts'

// book_series, series_bookings and cancel_series: visits that are booked together.

describe('book_series', () => {
  it('books all slots for the customer, across a clock change at the same local time', () =>
    inTransaction(async (db) => {
      const { clinicId, nine, series, customer, days } = await someWeeks(db, 52)
      const booked = await series(nine, { note: 'Physiotherapy' })
      expect(booked.map(({ booking_slot_id }) => booking_slot_id)).toEqual(nine)
      expect(new Set(booked.map(({ series_id }) => series_id)).size).toBe(1)
      expect(booked.every(({ note, status }) => note === 'Physiotherapy' && status === 'booked')).toBe(true)
      const starts = await db.query<{ local: string; utc: string }>(
        `select to_char(starts_at at time zone 'Europe/Berlin', 'YYYY-MM-DD HH24:MI') as local,
           to_char(starts_at at time zone 'UTC', 'HH24:MI') as utc
         from app_public.bookings where clinic_id = $1 order by starts_at`,
        [clinicId],
      )
      expect(starts.map(({ local }) => local)).toEqual(days.map((day) => `${day} 09:00`))
      expect(new Set(starts.map(({ utc }) => utc))).toEqual(new Set(['07:00', '08:00']))
      expect((await slotsOf(db, nine)).every(({ customer_id }) => customer_id === customer.customerId)).toBe(true)
      await judgeAsCommit(db)
    }))

  it.each([
    ['booked by another', 'slot_taken'],
    ['withdrawn', 'slot_withdrawn'],
    ['at the time of another visit of the customer', 'customer_busy'],
    ['of another clinic', 'slot_not_found'],
  ] as const)('books nothing if one slot is %s', async (what, refusal) =>
    inTransaction(async (db) => {
      const { clinicId, nine, series, customer } = await someWeeks(db, 5)
      const taken = nine[3] as string
      const wanted = [...nine]
      if (what === 'booked by another')
        await book(db, clinicId, taken, { customerId: (await aCustomer(db)).customerId })
      if (what === 'withdrawn')
        await db.query(`update app_public.booking_slots set status = 'withdrawn' where id = $1`, [taken])
      if (what === 'at the time of another visit of the customer') {
        const other = await aDoctor(db, clinicId)
        const { id } = await db.one<{ id: string }>(
          `insert into app_public.booking_slots (clinic_id, doctor_id, time_slot_id, slot_date, during)
           select clinic_id, $2, time_slot_id, slot_date, during from app_public.booking_slots where id = $1 returning id`,
          [taken, other],
        )
        await book(db, clinicId, id, { customerId: customer.customerId })
      }
      if (what === 'of another clinic') wanted[3] = (await aPractice(db)).slotId
      const before = await statesOf(db, nine)
      const error = await db.undone(() => expectRefusal(series(wanted), refusal))
      expect(JSON.parse(error.detail ?? '{}')).toMatchObject({ bookingSlotId: wanted[3] })
      expect(await statesOf(db, nine)).toBe(before)
      expect(await db.query('select from app_public.booking_series where clinic_id = $1', [clinicId])).toEqual([])
    }),
  )

  it('takes all slots of each visit of a service', () =>
    inTransaction(async (db) => {
      const { clinicId, doctorId, nine, half, series } = await someWeeks(db, 3)
      const service_id = await aService(db, clinicId, { doctors: [doctorId], duration: '1 hour' })
      await db.undone(async () => {
        await book(db, clinicId, half[1] as string, { customerId: (await aCustomer(db)).customerId })
        await expectRefusal(series(nine, { service_id }), 'run_not_free')
      })
      const booked = await series(nine, { service_id })
      expect(await statesOf(db, [...nine, ...half])).toBe('bbbbbb')
      expect(booked.map((visit) => visit.service_id)).toEqual([service_id, service_id, service_id])
      await judgeAsCommit(db)
    }))

  it('refuses a service that is paid in full before the visit, and charges each visit of other services', () =>
    inTransaction(async (db) => {
      const { clinicId, doctorId, nine, series, customer } = await someWeeks(db, 3)
      const paid = await aService(db, clinicId, { doctors: [doctorId] })
      await aPrice(db, clinicId, paid)
      await db.undone(() => expectRefusal(series(nine, { service_id: paid }), 'payment_required'))
      await db.undone(() =>
        db.as(customer.claims, () =>
          expectRefusal(book(db, clinicId, nine[0] as string, { serviceId: paid }), 'payment_required'),
        ),
      )
      const later = await aService(db, clinicId, { doctors: [doctorId] })
      await aPrice(db, clinicId, later, { rule: 'deposit', deposit: 1_000, amount: 5_000 })
      const booked = await series(nine, { service_id: later })
      const charged = await db.query(
        'select booking_id, amount from billing.invoice_lines where clinic_id = $1 order by booking_id',
        [clinicId],
      )
      expect(charged).toEqual(ids(booked).map((booking_id) => ({ booking_id, amount: '5000' })))
    }))

  it('takes place online if the service does, or as chosen', () =>
    inTransaction(async (db) => {
      const { clinicId, doctorId, nine, series } = await someWeeks(db, 2)
      const either = await aService(db, clinicId, { doctors: [doctorId] })
      await db.query(`update app_public.services set mode = 'either' where id = $1`, [either])
      await db.undone(() => expectRefusal(series(nine, { online: true }), 'place_not_offered'))
      const booked = await series(nine, { service_id: either, online: true })
      expect(booked.map(({ is_online }) => is_online)).toEqual([true, true])
    }))

  it('refuses fewer than two, more than 52 and repeated slots, and visits of the series that overlap', () =>
    inTransaction(async (db) => {
      const { clinicId, doctorId, nine, half, series } = await someWeeks(db, 2)
      for (const wrong of [[], [nine[0]], [nine[0], nine[0]], Array.from({ length: 53 }, (_, n) => String(n + 1))])
        await db.undone(() => expectRefusal(series(wrong as string[]), 'invalid_argument'))
      const service_id = await aService(db, clinicId, { doctors: [doctorId], duration: '1 hour' })
      await db.undone(() => expectRefusal(series([nine[0], half[0]] as string[], { service_id }), 'run_not_free'))
    }))

  it('is for the desk, and only for customers whom the clinic knows', () =>
    inTransaction(async (db) => {
      const { nine, series, customer } = await someWeeks(db, 2)
      await db.undone(() => expectRefusal(series(nine, {}, customer.claims), 'insufficient_privilege'))
      const elsewhere = (await aPractice(db)).receptionist
      await db.undone(() => expectRefusal(series(nine, {}, elsewhere.claims), 'forbidden'))
      const { customerId } = await aCustomer(db)
      await expectRefusal(series(nine, { customer_id: customerId }), 'customer_not_found')
    }))

  it('repeats its answer under the same key', () =>
    inTransaction(async (db) => {
      const { clinicId, nine, series } = await someWeeks(db, 3)
      const first = await series(nine, { idempotency_key: 'once' })
      expect(ids(await series(nine, { idempotency_key: 'once' }))).toEqual(ids(first))
      expect(await db.query('select from app_public.bookings where clinic_id = $1', [clinicId])).toHaveLength(3)
      await expectRefusal(series(nine.slice(1), { idempotency_key: 'once' }), 'idempotency_key_reused')
    }))

  it('counts as one booking against the limit of the policy', () =>
    inTransaction(async (db) => {
      const { clinicId, doctorId, nine, series, customer } = await someWeeks(db, 4)
      await series(nine)
      await policy(db, clinicId, 'max_live_bookings = 2')
      const [one, two] = [await aSlot(db, clinicId, doctorId, 60), await aSlot(db, clinicId, doctorId, 70)]
      await db.as(customer.claims, async () => {
        await book(db, clinicId, one)
        await expectRefusal(book(db, clinicId, two), 'too_many_bookings')
      })
    }))
})

describe('the messages about a series', () => {
  it('are one confirmation, which lists all dates, and reminders for each visit', () =>
    inTransaction(async (db) => {
      const { clinicId, nine, series, messages, text, days } = await someWeeks(db, 4)
      const booked = await series(nine)
      expect(await messages()).toEqual([{ kind: 'booking_confirmed', booking_id: booked[0]?.id, state: 'pending' }])
      const { body, calendar } = await text(booked[0]?.id as string, 'booking_confirmed')
      expect(body.match(/^- .* 09:00$/gm)).toHaveLength(4)
      const [, month, day] = (days[3] as string).split('-').map(Number)
      expect(body).toMatch(new RegExp(`- Monday, ${day} \\w+ 20\\d\\d, 09:00$`))
      expect(month).toBeGreaterThan(0)
      expect(calendar).toBeNull()
      for (const visit of booked)
        await db.query(`select app_private.queue_coming_reminders($1, $2::timestamptz - interval '26 hours')`, [
          clinicId,
          visit.starts_at,
        ])
      const reminded = await db.query<{ booking_id: string }>(
        `select distinct booking_id from app_public.notifications where clinic_id = $1 and kind = 'booking_reminder'`,
        [clinicId],
      )
      expect(reminded.map(({ booking_id }) => booking_id).sort()).toEqual(ids(booked).sort())
    }))

  it('reach webhooks for each visit', () =>
    inTransaction(async (db) => {
      const { clinicId, nine, series } = await someWeeks(db, 3)
      await db.query(`select app_public.create_webhook_endpoint($1, 'https://hooks.example/medislot')`, [clinicId])
      const booked = await series(nine)
      const told = await db.query<{ booking_id: string }>(
        `select booking_id from app_public.notifications where clinic_id = $1 and channel = 'webhook' order by id`,
        [clinicId],
      )
      expect(told.map(({ booking_id }) => booking_id)).toEqual(ids(booked))
    }))

  it('confirm the other visits when the first one is cancelled or moved before the confirmation was sent', () =>
    inTransaction(async (db) => {
      const { clinicId, nine, half, series, messages, text } = await someWeeks(db, 3)
      const [first, second, third] = ids(await series(nine))
      await cancel(db, clinicId, first as string)
      await reschedule(db, clinicId, second as string, half[1] as string)
      expect(await messages()).toEqual([
        { kind: 'booking_cancelled', booking_id: first, state: 'pending' },
        { kind: 'booking_confirmed', booking_id: third, state: 'pending' },
        { kind: 'booking_rescheduled', booking_id: second, state: 'pending' },
      ])
      // What is left is one visit.
      const { body, calendar } = await text(third as string, 'booking_confirmed')
      expect(body).not.toMatch(/^- /m)
      expect(calendar).not.toBeNull()
    }))
})

describe('cancel_series', () => {
  it('cancels the visits from a date on with one message, and frees their slots', () =>
    inTransaction(async (db) => {
      const { nine, series, cancelFrom, messages, text, days } = await someWeeks(db, 5)
      const booked = await series(nine)
      await db.query(`update app_public.notifications set state = 'sent', sent_at = now() where state = 'pending'`)
      const cancelled = await cancelFrom(booked[0]?.series_id, days[2])
      expect(ids(cancelled)).toEqual(ids(booked.slice(2)))
      expect(cancelled.every(({ status, cancelled_by }) => status === 'cancelled' && cancelled_by === 'clinic')).toBe(
        true,
      )
      expect(await statesOf(db, nine)).toBe('bbooo')
      expect((await messages()).slice(1)).toEqual([
        { kind: 'booking_cancelled', booking_id: booked[2]?.id, state: 'pending' },
      ])
      const { body, calendar } = await text(booked[2]?.id as string, 'booking_cancelled')
      expect(body.match(/^- .*$/gm)).toHaveLength(3)
      expect(calendar).toBeNull()
      await judgeAsCommit(db)
      // There is nothing left from then on.
      expect(await cancelFrom(booked[0]?.series_id, days[2])).toEqual([])
      expect(ids(await cancelFrom(booked[0]?.series_id, days[0]))).toEqual(ids(booked.slice(0, 2)))
    }))

  it('finds moved visits by their present dates, and changes no visits that are cancelled or checked in', () =>
    inTransaction(async (db) => {
      const { clinicId, doctorId, nine, series, cancelFrom, messages, days } = await someWeeks(db, 5)
      const booked = await series(nine)
      const [first, second, third, fourth, fifth] = ids(booked) as [string, string, string, string, string]
      await cancel(db, clinicId, fourth)
      // The last visit moves to a slot that begins now, which is before all others and certainly on today's date, so
      // that the patient can be checked in.
      const today = await aSlot(db, clinicId, doctorId, 0)
      await reschedule(db, clinicId, fifth, today)
      await reschedule(db, clinicId, second, (await slotsOf(db, nine)).at(4)?.id as string)
      await db.query(`update app_public.notifications set state = 'sent', sent_at = now() where state = 'pending'`)
      expect(ids(await cancelFrom(booked[0]?.series_id, days[2]))).toEqual([third, second])
      expect(await bookingOf(db, first)).toMatchObject({ status: 'booked' })
      expect(await bookingOf(db, fifth)).toMatchObject({ status: 'booked' })
      // The visit that was moved alone has its own message, because the patient's calendar has an entry for it.
      expect((await messages()).filter(({ state }) => state === 'pending')).toEqual([
        { kind: 'booking_cancelled', booking_id: second, state: 'pending' },
        { kind: 'booking_cancelled', booking_id: third, state: 'pending' },
      ])
      // A visit whose patient is checked in is not cancelled.
      await checkIn(db, clinicId, fifth)
      expect(ids(await cancelFrom(booked[0]?.series_id, '2020-01-01'))).toEqual([first])
      expect(await bookingOf(db, fifth)).toMatchObject({ status: 'checked_in' })
    }))

  it('is for the desk of the clinic, and refuses an unknown series and no date', () =>
    inTransaction(async (db) => {
      const { nine, series, cancelFrom, days, customer } = await someWeeks(db, 2)
      const [booking] = await series(nine)
      const elsewhere = (await aPractice(db)).receptionist
      await db.undone(() =>
        expectRefusal(cancelFrom(booking?.series_id, days[0], null, customer.claims), 'insufficient_privilege'),
      )
      await db.undone(() => expectRefusal(cancelFrom(booking?.series_id, days[0], null, elsewhere.claims), 'forbidden'))
      await db.undone(() => expectRefusal(cancelFrom('999999999', days[0]), 'series_not_found'))
      await db.undone(() => expectRefusal(cancelFrom(booking?.series_id, null), 'invalid_argument'))
      const key = await cancelFrom(booking?.series_id, days[0], 'once')
      expect(ids(await cancelFrom(booking?.series_id, days[0], 'once'))).toEqual(ids(key))
    }))
})

describe('the visits of a series', () => {
  it('are listed for the staff of the clinic, also those that were cancelled, and keep their series when they move', () =>
    inTransaction(async (db) => {
      const { clinicId, nine, half, series, receptionist, customer } = await someWeeks(db, 3)
      const booked = await series(nine)
      const [first, second, third] = ids(booked)
      await cancel(db, clinicId, second as string)
      await reschedule(db, clinicId, first as string, half[2] as string)
      const listed = () =>
        db.query<Booking>('select * from app_public.series_bookings($1, $2)', [clinicId, booked[0]?.series_id])
      expect(ids(await db.as(receptionist.claims, listed))).toEqual([second, third, first])
      await db.as(customer.claims, () => expectRefusal(listed(), 'insufficient_privilege'))
      await db.undone(() =>
        expectRefusal(
          db.query('update app_public.bookings set series_id = null where id = $1', [first]),
          'immutable_column',
        ),
      )
    }))
})
