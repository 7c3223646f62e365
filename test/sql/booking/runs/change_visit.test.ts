import { describe, expect, it } from '@jest/globals'
import { addAbsence } from '../../../helpers/clinic/absences.ts'
import {
  book,
  bookingOf,
  checkIn,
  complete,
  createSlot,
  hold,
  reschedule,
  withdraw,
} from '../../../helpers/clinic/operations.ts'
import { aQuestion, aService } from '../../../helpers/clinic/services.ts'
import { aRowOfSlots, aVisitPractice, slotsOf, statesOf } from '../../../helpers/clinic/visits.ts'
import { aCustomer, aDoctor, aTemplate, aTimeSlot, noonZone } from '../../../helpers/clinic/world.ts'
import { type Db, expectRefusal, inTransaction } from '../../../helpers/database/database.ts'
import { clinicDate } from '../../../helpers/time/dates.ts'
import { judgeAsCommit } from '../claiming.ts'

// What becomes of visits of several slots: moved, withdrawn, archived, and when templates change.

/** A visit booked at the given slot of six, for the service of one, two or four slots. */
async function aVisit(db: Db, service: 'check' | 'firstVisit' | 'longVisit', at = 0, zone?: string) {
  const practice = await aVisitPractice(db, zone)
  const { clinicId, slotIds, customer } = practice
  const serviceId = practice[service]
  const booking = await db.as(customer.claims, () => book(db, clinicId, slotIds[at] as string, { serviceId }))
  return { ...practice, bookingId: booking.id, booking }
}
const headsOf = async (db: Db, slotIds: string[]) =>
  (await slotsOf(db, slotIds)).map(({ head_slot_id }) => (head_slot_id ? slotIds.indexOf(head_slot_id) : '.')).join('')

describe('reschedule_booking of a visit', () => {
  it('moves it to other slots of its own: the slots that it keeps stay booked and have no event', () =>
    inTransaction(async (db) => {
      const { clinicId, slotIds, bookingId, customer } = await aVisit(db, 'longVisit')
      for (const [to, states, heads] of [
        [1, 'obbbbo', '..111.'],
        [2, 'oobbbb', '...222'],
        [0, 'bbbboo', '.000..'],
      ] as const) {
        const before = await db.one('select coalesce(max(id), 0) as id from app_public.events')
        const moved = await db.as(customer.claims, () => reschedule(db, clinicId, bookingId, slotIds[to] as string))
        expect(await statesOf(db, slotIds)).toBe(states)
        expect(await headsOf(db, slotIds)).toBe(heads)
        const slots = await slotsOf(db, slotIds)
        expect(moved).toMatchObject({ booking_slot_id: slotIds[to], starts_at: slots[to]?.starts_at, id: bookingId })
        await judgeAsCommit(db)
        // A slot that the visit keeps changes no state, only its head.
        const events = await db.query(
          `select from_state, to_state from app_public.events where id > $1 and entity = 'booking_slot' and from_state <> to_state`,
          [before.id],
        )
        expect(events).toHaveLength(to === 0 ? 4 : 2)
      }
    }))

  it('is refused if one of its own slots that it would keep lies in an absence of its doctor', () =>
    inTransaction(async (db) => {
      // At noon, so that its slots are on one day.
      const { clinicId, slotIds, bookingId, customer, doctorId } = await aVisit(db, 'longVisit', 0, noonZone())
      const { date, start, end } = await db.one<{ date: string; start: string; end: string }>(
        `select bs.slot_date::text as date, lower(w.local)::time::text as start, upper(w.local)::time::text as end
         from app_public.booking_slots bs join app_public.clinics c on c.id = bs.clinic_id,
           tsrange(bs.starts_at at time zone c.time_zone + '1 minute', bs.starts_at at time zone c.time_zone + '9 minutes') as w (local)
         where bs.id = $1`,
        [slotIds[2]],
      )
      await addAbsence(db, clinicId, { doctorId, from: date, start, end, booked: 'list' })
      const listed = () =>
        db.query('select resolution from app_public.rebooking_list where clinic_id = $1 and booking_id = $2', [
          clinicId,
          bookingId,
        ])
      const move = (to: number) =>
        db.as(customer.claims, () => reschedule(db, clinicId, bookingId, slotIds[to] as string))
      for (const to of [1, 2]) await expectRefusal(move(to), 'doctor_absent')
      const alone = 'select app_public.reschedule_booking($1, $2, $3, without_service => true)'
      await expectRefusal(db.query(alone, [clinicId, bookingId, slotIds[2]]), 'doctor_absent')
      expect(await listed()).toEqual([{ resolution: null }])
      expect(await statesOf(db, slotIds)).toBe('bbbboo')
      // Its last slot is after the absence.
      await db.query(alone, [clinicId, bookingId, slotIds[3]])
      expect(await listed()).toEqual([{ resolution: 'rebooked' }])
      expect(await statesOf(db, slotIds)).toBe('oowboo')
    }))

  it('is refused without any change if a slot that it needs is not free', () =>
    inTransaction(async (db) => {
      const { clinicId, slotIds, bookingId, customer, booking } = await aVisit(db, 'firstVisit')
      await db.as((await aCustomer(db)).claims, () => book(db, clinicId, slotIds[3] as string))
      await db.as(customer.claims, async () => {
        await expectRefusal(reschedule(db, clinicId, bookingId, slotIds[2] as string), 'run_not_free')
        await expectRefusal(reschedule(db, clinicId, bookingId, slotIds[3] as string), 'slot_taken')
        await expectRefusal(reschedule(db, clinicId, bookingId, slotIds[5] as string), 'run_not_free')
      })
      expect(await statesOf(db, slotIds)).toBe('bboboo')
      expect(await bookingOf(db, bookingId)).toMatchObject({ sequence: 0, starts_at: booking.starts_at })
      await judgeAsCommit(db)
    }))

  it('changes its service, at the same start too', () =>
    inTransaction(async (db) => {
      const { clinicId, slotIds, bookingId, customer, firstVisit, check, longVisit } = await aVisit(db, 'firstVisit')
      const to = (at: number, serviceId: string | null) =>
        db.as(customer.claims, () => reschedule(db, clinicId, bookingId, slotIds[at] as string, null, serviceId))
      expect(await to(0, longVisit)).toMatchObject({ service_id: longVisit, sequence: 1 })
      expect(await statesOf(db, slotIds)).toBe('bbbboo')
      expect(await to(0, check)).toMatchObject({ service_id: check, sequence: 2 })
      expect(await statesOf(db, slotIds)).toBe('booooo')
      // A shorter visit at the same start is as long as its slots.
      await judgeAsCommit(db)
      expect(await to(4, firstVisit)).toMatchObject({ service_id: firstVisit, sequence: 3 })
      expect(await statesOf(db, slotIds)).toBe('oooobb')
      // Nothing to do.
      expect(await to(4, null)).toMatchObject({ service_id: firstVisit, sequence: 3 })
      await judgeAsCommit(db)
      await db.as(customer.claims, () =>
        expectRefusal(reschedule(db, clinicId, bookingId, slotIds[4] as string, null, longVisit), 'run_not_free'),
      )
    }))

  it('keeps a service that is no longer offered to others, but not one that the new doctor does not offer', () =>
    inTransaction(async (db) => {
      const { clinicId, slotIds, slotId, bookingId, customer, firstVisit, check } = await aVisit(db, 'firstVisit')
      await db.query(`update app_public.services set is_active = false, bookable_by = 'desk' where id = $1`, [
        firstVisit,
      ])
      await db.query(`update app_public.services set bookable_by = 'desk' where id = $1`, [check])
      await db.as(customer.claims, async () => {
        await reschedule(db, clinicId, bookingId, slotIds[3] as string)
        await expectRefusal(reschedule(db, clinicId, bookingId, slotId), 'service_not_offered')
        await expectRefusal(
          reschedule(db, clinicId, bookingId, slotIds[0] as string, null, check),
          'service_not_for_customer',
        )
      })
      await judgeAsCommit(db)
    }))

  it('reveals nothing about the booking to a stranger', () =>
    inTransaction(async (db) => {
      const { clinicId, slotIds, bookingId } = await aVisit(db, 'firstVisit')
      await db.as((await aCustomer(db)).claims, () =>
        expectRefusal(reschedule(db, clinicId, bookingId, slotIds[5] as string), 'booking_not_found'),
      )
    }))
})

describe('reschedule_booking without a service', () => {
  const without = (
    db: Db,
    clinicId: string,
    bookingId: string,
    slotId: string | undefined,
    key: string | null = null,
  ) => reschedule(db, clinicId, bookingId, slotId as string, key, null, null, true)

  it.each([
    ['where it is', 0, 'booooo'],
    ['at a later slot of its own', 1, 'oboooo'],
    ['at another slot', 5, 'ooooob'],
  ] as const)('lets the desk move a visit so that it takes one slot: %s', (_, to, states) =>
    inTransaction(async (db) => {
      const { clinicId, slotIds, bookingId, receptionist } = await aVisit(db, 'firstVisit')
      const moved = await db.as(receptionist.claims, () => without(db, clinicId, bookingId, slotIds[to]))
      expect(moved).toMatchObject({ id: bookingId, service_id: null, booking_slot_id: slotIds[to], sequence: 1 })
      expect([moved.visit_starts_at, moved.visit_ends_at]).toEqual([moved.starts_at, moved.ends_at])
      expect(await statesOf(db, slotIds)).toBe(states)
      expect(await headsOf(db, slotIds)).toBe('......')
      await judgeAsCommit(db)
    }),
  )

  it('is not for patients, not with a service or answers, and not in a slot that is reserved for the service', () =>
    inTransaction(async (db) => {
      const { clinicId, doctorId, slotIds, bookingId, customer, receptionist, check, ...more } = await aVisit(
        db,
        'firstVisit',
      )
      const [slotId] = slotIds
      await db.as(customer.claims, () => expectRefusal(without(db, clinicId, bookingId, slotIds[4]), 'forbidden'))
      await db.as((await aCustomer(db)).claims, () =>
        expectRefusal(without(db, clinicId, bookingId, slotIds[4]), 'booking_not_found'),
      )
      await db.query('update app_public.booking_slots set service_id = $2 where id = $1', [slotIds[5], check])
      const [reserved, taken] = await aRowOfSlots(db, clinicId, doctorId, 2, { hours: 72 })
      await db.as((await aCustomer(db)).claims, () => book(db, clinicId, taken as string))
      await db.query('update app_public.booking_slots set service_id = $2 where id = $1', [reserved, check])
      await db.as(receptionist.claims, async () => {
        const move = (serviceId: string | null, answers: object[] | null) =>
          reschedule(db, clinicId, bookingId, slotId as string, null, serviceId, answers, true)
        await expectRefusal(move(check, null), 'invalid_argument')
        await expectRefusal(move(null, []), 'invalid_argument')
        await expectRefusal(without(db, clinicId, bookingId, taken), 'slot_taken')
        await expectRefusal(without(db, clinicId, bookingId, slotIds[5]), 'slot_reserved')
        await reschedule(db, clinicId, bookingId, reserved as string, null, check)
        // Its own slot, which is not for visits without this service or with another one.
        await expectRefusal(without(db, clinicId, bookingId, reserved), 'slot_reserved')
        await expectRefusal(
          reschedule(db, clinicId, bookingId, reserved as string, null, more.firstVisit),
          'slot_reserved',
        )
      })
      expect(await bookingOf(db, bookingId)).toMatchObject({ service_id: check, sequence: 1 })
      await judgeAsCommit(db)
    }))

  it('changes nothing about a booking that has no service but its slot, and a repeated key changes nothing', () =>
    inTransaction(async (db) => {
      const { clinicId, slotIds, receptionist, customer } = await aVisitPractice(db)
      const { id } = await db.as(customer.claims, () => book(db, clinicId, slotIds[0] as string))
      await db.as(receptionist.claims, async () => {
        expect(await without(db, clinicId, id, slotIds[0])).toMatchObject({ sequence: 0 })
        expect(await without(db, clinicId, id, slotIds[1], 'move')).toMatchObject({ sequence: 1 })
        expect(await without(db, clinicId, id, slotIds[1], 'move')).toMatchObject({ sequence: 1 })
        // The key belongs to another request.
        await expectRefusal(reschedule(db, clinicId, id, slotIds[1] as string, 'move'), 'idempotency_key_reused')
      })
      expect(await statesOf(db, slotIds)).toBe('oboooo')
      await judgeAsCommit(db)
    }))

  it('keeps the answers, and the service can be given back', () =>
    inTransaction(async (db) => {
      const { clinicId, slotIds, firstVisit, receptionist, customer } = await aVisitPractice(db)
      const why = await aQuestion(db, clinicId, firstVisit)
      const { id } = await db.as(customer.claims, () =>
        db.one('select * from app_public.book_slot($1, $2, service_id => $3, answers => $4)', [
          clinicId,
          slotIds[0],
          firstVisit,
          JSON.stringify([{ questionId: why, answer: 'A rash' }]),
        ]),
      )
      const bookingId = id as string
      await db.as(receptionist.claims, () => without(db, clinicId, bookingId, slotIds[5]))
      expect(await db.query('select answer from app_public.booking_answers where booking_id = $1', [id])).toEqual([
        { answer: 'A rash' },
      ])
      const back = await db.as(receptionist.claims, () =>
        reschedule(db, clinicId, bookingId, slotIds[1] as string, null, firstVisit),
      )
      expect(back).toMatchObject({ service_id: firstVisit, sequence: 2 })
      expect(await statesOf(db, slotIds)).toBe('obbooo')
      await judgeAsCommit(db)
    }))
})

describe('withdrawing', () => {
  it('any slot of a visit ends the visit and frees its other slots, or is refused', () =>
    inTransaction(async (db) => {
      for (const at of [0, 1, 3]) {
        await db.undone(async () => {
          const { clinicId, slotIds, bookingId, receptionist } = await aVisit(db, 'longVisit')
          await db.as(receptionist.claims, async () => {
            const { detail } = await expectRefusal(withdraw(db, clinicId, slotIds[at] as string), 'still_in_use')
            expect(JSON.parse(detail ?? '').liveBookings).toMatchObject([{ bookingId }])
            await withdraw(db, clinicId, slotIds[at] as string, { cascade: true })
          })
          expect(await bookingOf(db, bookingId)).toMatchObject({ status: 'cancelled', cancelled_by: 'clinic' })
          const withdrawn = `${'oooooo'.slice(0, at)}w${'oooooo'.slice(at + 1)}`
          expect(await statesOf(db, slotIds)).toBe(withdrawn)
          await judgeAsCommit(db)
        })
      }
    }))

  it('a slot of a hold ends the whole hold', () =>
    inTransaction(async (db) => {
      const { clinicId, slotIds, customer, receptionist, longVisit } = await aVisitPractice(db)
      await db.as(customer.claims, () => hold(db, clinicId, slotIds[1] as string, { serviceId: longVisit }))
      await db.as(receptionist.claims, () => withdraw(db, clinicId, slotIds[2] as string))
      expect(await statesOf(db, slotIds)).toBe('oowooo')
    }))

  it('a day ends the visits that reach into it or out of it', () =>
    inTransaction(async (db) => {
      const zone = 'Europe/Berlin'
      const { clinicId, doctorId, receptionist, customer, longVisit } = await aVisitPractice(db, zone)
      const day = clinicDate(6)
      for (const which of [0, 1]) {
        await db.undone(async () => {
          // Four slots around midnight: two on either day.
          const slotIds = await aRowOfSlots(db, clinicId, doctorId, 4, {
            from: `date '${day}'::timestamp at time zone '${zone}' - interval '1 hour'`,
          })
          const { id } = await db.as(customer.claims, () =>
            book(db, clinicId, slotIds[0] as string, { serviceId: longVisit }),
          )
          const withdrawDay = (cascade: boolean) =>
            db.as(receptionist.claims, () =>
              db.query(`select id from app_public.withdraw_day($1, $2, date '${day}' - ${1 - which}, $3)`, [
                clinicId,
                doctorId,
                cascade,
              ]),
            )
          await expectRefusal(withdrawDay(false), 'still_in_use')
          expect(await withdrawDay(true)).toEqual([{ id }])
          expect(await statesOf(db, slotIds)).toBe(which === 0 ? 'wwoo' : 'ooww')
          await judgeAsCommit(db)
        })
      }
    }))

  it('a doctor who leaves has no slots of visits left, and a visit that is cancelled later frees none', () =>
    inTransaction(async (db) => {
      const { clinicId, doctorId, slotIds, bookingId, manager } = await aVisit(db, 'longVisit')
      await db.as(manager.claims, () =>
        db.query('select app_public.deactivate_doctor($1, $2, true)', [clinicId, doctorId]),
      )
      expect(await bookingOf(db, bookingId)).toMatchObject({ status: 'cancelled' })
      expect(await statesOf(db, slotIds)).toBe('wwwwww')
      await judgeAsCommit(db)
    }))
})

it('set_slot_customer frees a whole visit by any of its slots', () =>
  inTransaction(async (db) => {
    const { clinicId, slotIds, bookingId, receptionist } = await aVisit(db, 'longVisit')
    await db.as(receptionist.claims, () =>
      db.query('select app_public.set_slot_customer($1, $2, null)', [clinicId, slotIds[2]]),
    )
    expect(await bookingOf(db, bookingId)).toMatchObject({ status: 'cancelled' })
    expect(await statesOf(db, slotIds)).toBe('oooooo')
  }))

it('the archive takes a visit with all its slots, even if a batch ends in the middle of it', () =>
  inTransaction(async (db) => {
    const { clinicId, slotIds, bookingId, receptionist, firstVisit } = await aVisit(db, 'longVisit')
    await judgeAsCommit(db)
    await db.query(
      'alter table app_public.booking_slots disable trigger user; alter table app_public.bookings disable trigger user',
    )
    for (const table of ['booking_slots', 'bookings'])
      await db.query(
        `update app_public.${table} set slot_date = slot_date - 100, during = tstzrange(lower(during) - interval '100 days', upper(during) - interval '100 days')
           ${table === 'bookings' ? `, visit_starts_at = visit_starts_at - interval '100 days', visit_ends_at = visit_ends_at - interval '100 days'` : ''}
         where clinic_id = $1`,
        [clinicId],
      )
    await judgeAsCommit(db)
    await db.query(
      'alter table app_public.booking_slots enable trigger user; alter table app_public.bookings enable trigger user',
    )
    await db.as(receptionist.claims, async () => {
      await checkIn(db, clinicId, bookingId)
      await complete(db, clinicId, bookingId)
    })
    while ((await db.one<{ n: number }>('select app_private.archive_past_slots(1) as n')).n > 0);
    await judgeAsCommit(db)
    expect(
      await db.query(
        'select head_slot_id, status from app_public.archived_booking_slots where clinic_id = $1 and id = any ($2) order by during',
        [clinicId, slotIds.slice(0, 4)],
      ),
    ).toEqual([null, slotIds[0], slotIds[0], slotIds[0]].map((head_slot_id) => ({ head_slot_id, status: 'booked' })))
    expect(
      await db.one(
        'select status, upper(during) - lower(during) = visit_ends_at - visit_starts_at as whole from app_public.archived_bookings where id = $1',
        [bookingId],
      ),
    ).toEqual({ status: 'completed', whole: true })
    expect(firstVisit).toBeDefined()
  }))

describe('templates that are reserved for a service', () => {
  /** Three adjoining time slots on every day of the week; the second is reserved. */
  async function aPlan(db: Db) {
    const practice = await aVisitPractice(db)
    const { clinicId, check } = practice
    const doctorId = await aDoctor(db, clinicId)
    await db.query('insert into app_public.doctor_services values ($1, $2, $3)', [clinicId, doctorId, check])
    const hour = await aService(db, clinicId, { doctors: [doctorId], duration: '1 hour' })
    const templates: string[] = []
    const timeSlotIds: string[] = []
    for (const [start, end] of [
      ['09:00', '09:30'],
      ['09:30', '10:00'],
      ['10:00', '10:30'],
    ] as const) {
      const timeSlotId = await aTimeSlot(db, clinicId, start, end)
      timeSlotIds.push(timeSlotId)
      for (const weekday of [1, 2, 3, 4, 5, 6, 7])
        templates.push(await aTemplate(db, clinicId, doctorId, timeSlotId, weekday))
    }
    const reserve = (from: number, to: number, serviceId: string | null) =>
      db.query('update app_public.doctor_slot_templates set service_id = $2 where id = any ($1)', [
        templates.slice(7 * from, 7 * to),
        serviceId,
      ])
    await reserve(1, 2, check)
    const day = clinicDate(5)
    await db.query('select app_public.generate_booking_slots($1, $2, $2)', [clinicId, day])
    const ids = (
      await db.query<{ id: string }>(
        'select id from app_public.booking_slots where clinic_id = $1 and doctor_id = $2 order by starts_at',
        [clinicId, doctorId],
      )
    ).map(({ id }) => id)
    const reserved = async () => (await slotsOf(db, ids)).map(({ service_id }) => service_id)
    return { ...practice, doctorId, hour, reserve, reserved, ids, day, timeSlotIds }
  }

  it('make slots that are reserved, and a change of the templates changes the free ones', () =>
    inTransaction(async (db) => {
      const { clinicId, check, hour, reserve, reserved, ids } = await aPlan(db)
      expect(await reserved()).toEqual([null, check, null])
      await reserve(0, 3, hour)
      await db.query('select app_public.apply_templates($1)', [clinicId])
      expect(await reserved()).toEqual([hour, hour, hour])
      await reserve(0, 3, null)
      await db.query('select app_public.apply_templates($1)', [clinicId])
      expect(await reserved()).toEqual([null, null, null])
      expect(await statesOf(db, ids)).toBe('ooo')
    }))

  it('leave booked slots as they are, which follow when they are free again', () =>
    inTransaction(async (db) => {
      const { clinicId, customer, hour, check, reserve, reserved, ids, receptionist } = await aPlan(db)
      const { id } = await db.as(customer.claims, () => book(db, clinicId, ids[0] as string))
      await reserve(0, 3, hour)
      await db.query('select app_public.apply_templates($1)', [clinicId])
      expect(await reserved()).toEqual([null, hour, hour])
      await judgeAsCommit(db)
      // The booking is not listed for rebooking, because its time is still valid.
      expect(await db.query('select from app_public.rebooking_list where booking_id = $1', [id])).toEqual([])
      await db.as(receptionist.claims, () => db.query('select app_public.cancel_booking($1, $2)', [clinicId, id]))
      expect(await reserved()).toEqual([hour, hour, hour])
      expect(check).not.toBe(hour)
    }))

  it('put a visit on the rebooking list once when any of its slots does not fit any more', () =>
    inTransaction(async (db) => {
      const { clinicId, customer, hour, reserve, ids, timeSlotIds } = await aPlan(db)
      await reserve(1, 2, null)
      await db.query('select app_public.apply_templates($1)', [clinicId])
      const { id } = await db.as(customer.claims, () => book(db, clinicId, ids[0] as string, { serviceId: hour }))
      await db.query('delete from app_public.doctor_slot_templates where time_slot_id = $1', [timeSlotIds[1]])
      await db.query('select app_public.apply_templates($1)', [clinicId])
      const listed = () =>
        db.query('select booking_slot_id, reason, resolution from app_public.rebooking_list where booking_id = $1', [
          id,
        ])
      expect(await listed()).toEqual([{ booking_slot_id: ids[0], reason: 'template_gone', resolution: null }])
      await db.query('select app_public.apply_templates($1)', [clinicId])
      expect(await listed()).toHaveLength(1)
      await judgeAsCommit(db)
    }))

  it('are planned for a span of dates by change_weekly_plan, and plans before and after stay', () =>
    inTransaction(async (db) => {
      const { clinicId, doctorId, manager, check, timeSlotIds } = await aPlan(db)
      const change = (from: string, until: string | null, serviceId: string | null) =>
        db.as(manager.claims, () =>
          db.query(
            `select service_id, valid_from::text, valid_until::text from app_public.change_weekly_plan($1, $2, 1, $3, true, $4, $5, $6) where time_slot_id = $7 order by valid_from nulls first`,
            [clinicId, doctorId, [timeSlotIds[0]], from, until, serviceId, timeSlotIds[0]],
          ),
        )
      expect(await change('2030-01-07', '2030-01-20', check)).toEqual([
        { service_id: null, valid_from: null, valid_until: '2030-01-06' },
        { service_id: check, valid_from: '2030-01-07', valid_until: '2030-01-20' },
        { service_id: null, valid_from: '2030-01-21', valid_until: null },
      ])
      expect(await change('2030-01-07', '2030-01-20', null)).toEqual([
        { service_id: null, valid_from: null, valid_until: null },
      ])
      const elsewhere = await aVisitPractice(db)
      await expectRefusal(change('2030-01-07', null, elsewhere.check), 'service_not_found')
    }))

  it('are not needed for a slot that the desk makes for a service', () =>
    inTransaction(async (db) => {
      const { clinicId, doctorId, receptionist, check, day } = await aPlan(db)
      const timeSlotId = await aTimeSlot(db, clinicId, '12:00', '12:30')
      await db.as(receptionist.claims, async () => {
        expect(await createSlot(db, clinicId, doctorId, timeSlotId, day, null, check)).toMatchObject({
          service_id: check,
        })
      })
    }))
})
