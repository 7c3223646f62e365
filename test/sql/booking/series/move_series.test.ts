import { describe, expect, it } from '@jest/globals'
import { book, cancel, createSlot } from '../../../helpers/clinic/operations.ts'
import { aService } from '../../../helpers/clinic/services.ts'
import { statesOf } from '../../../helpers/clinic/visits.ts'
import { aCustomer, aDoctor, aPractice, aTimeSlot } from '../../../helpers/clinic/world.ts'
import { expectRefusal, inTransaction } from '../../../helpers/database/database.ts'
import { judgeAsCommit } from '../claiming.ts'
import { ids, someWeeks } from './some_weeks.ts'

// move_series and plan_series_move: the visits of a series from a date on, at other times.

describe('move_series', () => {
  it('moves visits to other slots, frees those that they had, and sends one message with the new dates', () =>
    inTransaction(async (db) => {
      const { nine, half, series, move, messages, text } = await someWeeks(db, 4)
      const booked = await series(nine)
      await db.query(`update app_public.notifications set state = 'sent', sent_at = now() where state = 'pending'`)
      const moved = await move(booked[0]?.series_id, ids(booked).slice(1), half.slice(1))
      expect(ids(moved)).toEqual(ids(booked).slice(1))
      expect(moved.map(({ booking_slot_id, sequence }) => [booking_slot_id, sequence])).toEqual(
        half.slice(1).map((slot) => [slot, 1]),
      )
      expect(await statesOf(db, nine)).toBe('booo')
      expect(await statesOf(db, half)).toBe('obbb')
      expect((await messages()).slice(1)).toEqual([
        { kind: 'booking_rescheduled', booking_id: booked[1]?.id, state: 'pending' },
      ])
      const { body, calendar } = await text(booked[1]?.id as string, 'booking_rescheduled')
      expect(body.match(/^- .* 09:30$/gm)).toHaveLength(3)
      expect(calendar).toBeNull()
      await judgeAsCommit(db)
    }))

  it('moves each visit to the slot that the next or the previous one leaves, and of longer visits as well', () =>
    inTransaction(async (db) => {
      const { clinicId, doctorId, nine, half, series, move } = await someWeeks(db, 4)
      const service_id = await aService(db, clinicId, { doctors: [doctorId], duration: '1 hour' })
      for (const values of [{}, { service_id }])
        await db.undone(async () => {
          const booked = await series(nine.slice(0, 3), values)
          const later = await move(booked[0]?.series_id, ids(booked), nine.slice(1))
          expect(later.map(({ booking_slot_id }) => booking_slot_id)).toEqual(nine.slice(1))
          expect(await statesOf(db, nine)).toBe('obbb')
          const earlier = await move(booked[0]?.series_id, ids(booked), nine.slice(0, 3))
          expect(earlier.map(({ booking_slot_id }) => booking_slot_id)).toEqual(nine.slice(0, 3))
          expect(await statesOf(db, [...nine, ...half])).toBe('service_id' in values ? 'bbbobbbo' : 'bbbooooo')
          await judgeAsCommit(db)
        })
    }))

  it('offers a slot to the waiting list only if no other visit of the series takes it', () =>
    inTransaction(async (db) => {
      const { clinicId, nine, series, move } = await someWeeks(db, 4)
      const booked = await series(nine.slice(0, 3))
      const waiter = await aCustomer(db)
      await db.as(waiter.claims, () => db.query('select app_public.join_waiting_list($1)', [clinicId]))
      await move(booked[0]?.series_id, ids(booked), nine.slice(1))
      const offered = await db.query<{ booking_slot_id: string }>(
        `select booking_slot_id from app_public.slot_offers where clinic_id = $1`,
        [clinicId],
      )
      expect(offered).toEqual([{ booking_slot_id: nine[0] }])
      await judgeAsCommit(db)
    }))

  it.each([
    ['taken by another patient', 'slot_taken'],
    ['at the time of another visit of the patient', 'customer_busy'],
    ['of another clinic', 'slot_not_found'],
  ] as const)('moves nothing if one slot is %s', async (what, refusal) =>
    inTransaction(async (db) => {
      const { clinicId, doctorId, nine, half, days, series, move, customer } = await someWeeks(db, 3)
      const booked = await series(nine)
      const wanted = [...half]
      if (what === 'taken by another patient')
        await book(db, clinicId, half[2] as string, { customerId: (await aCustomer(db)).customerId })
      if (what === 'at the time of another visit of the patient') {
        const shift = await aTimeSlot(db, clinicId, '09:30', '10:00')
        const slot = await createSlot(db, clinicId, await aDoctor(db, clinicId), shift, days[2] as string)
        await book(db, clinicId, slot.id, { customerId: customer.customerId })
      }
      if (what === 'of another clinic') wanted[2] = (await aPractice(db)).slotId
      const before = await statesOf(db, [...nine, ...half])
      await db.undone(() => expectRefusal(move(booked[0]?.series_id, ids(booked), wanted), refusal))
      expect(await statesOf(db, [...nine, ...half])).toBe(before)
      expect(doctorId).toBeDefined()
    }),
  )

  it('refuses visits of another series, cancelled ones, and visits and slots that do not match', () =>
    inTransaction(async (db) => {
      const { clinicId, nine, half, series, move, cancelFrom, days, receptionist, customer } = await someWeeks(db, 5)
      const booked = await series(nine.slice(0, 3))
      const others = await series(nine.slice(3))
      const seriesId = booked[0]?.series_id
      const [first, second, third] = ids(booked)
      const refused = (visits: (string | undefined)[], slots: (string | undefined)[], refusal: string) =>
        db.undone(() => expectRefusal(move(seriesId, visits, slots), refusal))
      await refused([first, ids(others)[0]], [half[0], half[1]], 'booking_not_found')
      await refused([first, second], [half[0]], 'invalid_argument')
      await refused([first, first], [half[0], half[1]], 'invalid_argument')
      await refused([first, second], [half[0], half[0]], 'invalid_argument')
      await refused([], [], 'invalid_argument')
      await cancel(db, clinicId, third as string)
      await refused([second, third], [half[1], half[2]], 'illegal_transition')
      await db.undone(() => expectRefusal(move('999999999', [first], [half[0]]), 'series_not_found'))
      await db.undone(() =>
        expectRefusal(move(seriesId, [first], [half[0]], null, customer.claims), 'insufficient_privilege'),
      )
      const key = await move(seriesId, [first], [half[0]], 'once', receptionist.claims)
      expect(ids(await move(seriesId, [first], [half[0]], 'once'))).toEqual(ids(key))
      // Visits that were moved as a series have no entries in the patient's calendar, so one message tells of all
      // cancellations.
      expect(ids(await cancelFrom(seriesId, days[0]))).toEqual([first, second])
    }))
})

describe('plan_series_move', () => {
  it('returns the new slot of each visit from a date on, or why there is none; the present times of these visits count as free', () =>
    inTransaction(async (db) => {
      const { clinicId, nine, half, series, days, receptionist } = await someWeeks(db, 4)
      const booked = await series(nine)
      const other = await aCustomer(db)
      await book(db, clinicId, half[2] as string, { customerId: other.customerId })
      const plan = (arguments_: Record<string, unknown>) => {
        const given = { clinic_id: clinicId, series_id: booked[0]?.series_id, from_date: days[1], ...arguments_ }
        return db.as(receptionist.claims, () =>
          db.query(
            `select booking_id, slot_date::text, booking_slot_id, reason from app_public.plan_series_move(
               ${Object.keys(given).map((name, i) => `${name} => $${i + 1}`)})`,
            Object.values(given),
          ),
        )
      }
      const { shift } = await db.one<{ shift: string }>(
        'select time_slot_id::text as shift from app_public.booking_slots where id = $1',
        [half[0]],
      )
      expect(await plan({ time_slot_id: shift })).toEqual([
        { booking_id: booked[1]?.id, slot_date: days[1], booking_slot_id: half[1], reason: null },
        { booking_id: booked[2]?.id, slot_date: days[2], booking_slot_id: half[2], reason: 'slot_taken' },
        { booking_id: booked[3]?.id, slot_date: days[3], booking_slot_id: half[3], reason: null },
      ])
      const earlier = await plan({ from_date: days[1], days: -7 })
      expect(earlier).toEqual([
        // The first visit does not move: it is before the date.
        { booking_id: booked[1]?.id, slot_date: days[0], booking_slot_id: nine[0], reason: 'slot_taken' },
        { booking_id: booked[2]?.id, slot_date: days[1], booking_slot_id: nine[1], reason: null },
        { booking_id: booked[3]?.id, slot_date: days[2], booking_slot_id: nine[2], reason: null },
      ])
      await db.undone(() => expectRefusal(plan({ days: 367 }), 'invalid_argument'))
      await db.undone(() => expectRefusal(plan({ from_date: null }), 'invalid_argument'))
      await db.undone(() => expectRefusal(plan({ series_id: '999999999' }), 'series_not_found'))
      await db.undone(() => expectRefusal(plan({ doctor_id: '999999999' }), 'doctor_not_found'))
      await db.undone(() => expectRefusal(plan({ time_slot_id: '999999999' }), 'time_slot_not_found'))
    }))
})
