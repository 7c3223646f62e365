import { describe, expect, it } from '@jest/globals'
import {
  aClinic,
  aCustomer,
  aDoctor,
  anAccount,
  anEmployee,
  aPractice,
  aTemplate,
  aTimeSlot,
} from '../../../helpers/clinic/world.ts'
import { type Db, expectRefusal, inTransaction } from '../../../helpers/database/database.ts'
import { clinicDate } from '../../../helpers/time/dates.ts'

interface Run {
  slots_made: number
  templates_passed_over: number
  already_existing: number
  in_the_past: number
  skipped_local_times: number
  overlapping: number
  examples: { reason: string; doctorId: string; timeSlotId: string; slotDate: string }[]
}

const generate = (db: Db, clinicId: string, from: string | null, to: string | null) =>
  db.one<Run>('select * from app_public.generate_booking_slots($1, $2, $3)', [clinicId, from, to])

/** What a run counted, without the examples. */
const counts = ({ slots_made, already_existing, in_the_past, skipped_local_times, overlapping }: Run) => ({
  slots_made,
  already_existing,
  in_the_past,
  skipped_local_times,
  overlapping,
})
const made = (slots_made: number, passed: Partial<Run> = {}) => ({
  slots_made,
  already_existing: 0,
  in_the_past: 0,
  skipped_local_times: 0,
  overlapping: 0,
  ...passed,
})

const day = (date: string, days: number) =>
  new Date(Date.parse(`${date}T00:00Z`) + days * 86_400_000).toISOString().slice(0, 10)

/** The clinic's Monday after next, so that its whole week is in the future. */
async function aMonday(db: Db, clinicId: string): Promise<string> {
  const { monday } = await db.one<{ monday: string }>(
    `select (date_trunc('week', now() at time zone time_zone)::date + 14)::text as monday from app_public.clinics where id = $1`,
    [clinicId],
  )
  return monday
}

/** A doctor with two time slots on Mondays and one on Sundays. */
async function aWeek(db: Db) {
  const clinicId = await aClinic(db)
  const doctorId = await aDoctor(db, clinicId)
  const nine = await aTimeSlot(db, clinicId, '09:00', '09:30')
  const ten = await aTimeSlot(db, clinicId, '10:00', '10:30')
  await aTemplate(db, clinicId, doctorId, nine, 1)
  await aTemplate(db, clinicId, doctorId, ten, 1)
  await aTemplate(db, clinicId, doctorId, nine, 7)
  return { clinicId, doctorId, nine, ten, monday: await aMonday(db, clinicId) }
}

const slotsOf = (db: Db, clinicId: string) =>
  db.query(
    `select bs.slot_date::text as date, to_char(bs.starts_at at time zone c.time_zone, 'HH24:MI') as local_start, bs.status
     from app_public.booking_slots bs join app_public.clinics c on c.id = bs.clinic_id
     where bs.clinic_id = $1 order by bs.starts_at`,
    [clinicId],
  )

describe('generate_booking_slots', () => {
  it('makes the slots of the templates, on their weekdays, from the first to the last date', () =>
    inTransaction(async (db) => {
      const { clinicId, monday } = await aWeek(db)
      expect(counts(await generate(db, clinicId, monday, day(monday, 7)))).toEqual(made(5))
      expect(await slotsOf(db, clinicId)).toEqual([
        { date: monday, local_start: '09:00', status: 'open' },
        { date: monday, local_start: '10:00', status: 'open' },
        { date: day(monday, 6), local_start: '09:00', status: 'open' },
        { date: day(monday, 7), local_start: '09:00', status: 'open' },
        { date: day(monday, 7), local_start: '10:00', status: 'open' },
      ])
    }))

  it.each([1, 2, 3, 4, 5, 6, 7])('finds weekday %i, whichever weekday the range begins on', (weekday) =>
    inTransaction(async (db) => {
      const clinicId = await aClinic(db)
      await aTemplate(db, clinicId, await aDoctor(db, clinicId), await aTimeSlot(db, clinicId), weekday)
      const monday = await aMonday(db, clinicId)
      for (let first = 0; first < 7; first++) {
        const wanted = first === weekday - 1 ? 1 : 0
        const run = await generate(db, clinicId, day(monday, first), day(monday, first))
        expect(counts(run)).toEqual(made(wanted))
      }
      expect(await slotsOf(db, clinicId)).toMatchObject([{ date: day(monday, weekday - 1) }])
    }),
  )

  it('makes no duplicates and counts existing slots', () =>
    inTransaction(async (db) => {
      const { clinicId, monday } = await aWeek(db)
      await generate(db, clinicId, monday, day(monday, 6))
      const again = await generate(db, clinicId, monday, day(monday, 7))
      expect(counts(again)).toEqual(made(2, { already_existing: 3 }))
      // Existing slots are the ordinary case and need no attention.
      expect(again.examples).toEqual([])
    }))

  it('leaves a withdrawn slot withdrawn', () =>
    inTransaction(async (db) => {
      const { clinicId, monday } = await aWeek(db)
      await generate(db, clinicId, monday, monday)
      const { id } = await db.one<{ id: string }>(
        'select id from app_public.booking_slots where clinic_id = $1 order by starts_at limit 1',
        [clinicId],
      )
      await db.query('select app_public.withdraw_slot($1, $2)', [clinicId, id])
      expect(counts(await generate(db, clinicId, monday, monday))).toEqual(made(0, { already_existing: 2 }))
      expect(await slotsOf(db, clinicId)).toMatchObject([{ status: 'withdrawn' }, { status: 'open' }])
    }))

  it('makes slots only for the dates on which a template is valid', () =>
    inTransaction(async (db) => {
      const clinicId = await aClinic(db)
      const monday = await aMonday(db, clinicId)
      await aTemplate(
        db,
        clinicId,
        await aDoctor(db, clinicId),
        await aTimeSlot(db, clinicId),
        1,
        day(monday, 7),
        day(monday, 14),
      )
      expect(counts(await generate(db, clinicId, monday, day(monday, 30)))).toEqual(made(2))
      expect(await slotsOf(db, clinicId)).toMatchObject([{ date: day(monday, 7) }, { date: day(monday, 14) }])
    }))

  it('skips inactive doctors and time slots without counting them', () =>
    inTransaction(async (db) => {
      const { clinicId, doctorId, nine, monday } = await aWeek(db)
      await db.query('update app_public.time_slots set is_active = false where id = $1', [nine])
      expect(counts(await generate(db, clinicId, monday, day(monday, 6)))).toEqual(made(1))
      await db.query('select app_public.deactivate_doctor($1, $2, true)', [clinicId, doctorId])
      expect(counts(await generate(db, clinicId, day(monday, 7), day(monday, 13)))).toEqual(made(0))
    }))

  it('counts and names what overlaps a slot made by hand', () =>
    inTransaction(async (db) => {
      const { clinicId, doctorId, nine, monday } = await aWeek(db)
      const byHand = await aTimeSlot(db, clinicId, '09:15', '09:45')
      await db.query('select app_public.create_booking_slot($1, $2, $3, $4)', [clinicId, doctorId, byHand, monday])
      const run = await generate(db, clinicId, monday, monday)
      expect(counts(run)).toEqual(made(1, { overlapping: 1 }))
      expect(run.examples).toEqual([{ reason: 'slot_overlaps', doctorId, timeSlotId: nine, slotDate: monday }])
    }))

  it('lets a withdrawn slot overlap', () =>
    inTransaction(async (db) => {
      const { clinicId, doctorId, monday } = await aWeek(db)
      const byHand = await aTimeSlot(db, clinicId, '09:15', '09:45')
      const { id } = await db.one<{ id: string }>('select id from app_public.create_booking_slot($1, $2, $3, $4)', [
        clinicId,
        doctorId,
        byHand,
        monday,
      ])
      await db.query('select app_public.withdraw_slot($1, $2)', [clinicId, id])
      expect(counts(await generate(db, clinicId, monday, monday))).toEqual(made(2))
    }))

  it('names a night slot that overlaps the next template, whose dates adjoin its own', () =>
    inTransaction(async (db) => {
      // Validity is by the day a slot starts on, so these two templates do not overlap but their slots around the change do.
      const clinicId = await aClinic(db)
      const doctorId = await aDoctor(db, clinicId)
      const monday = await aMonday(db, clinicId)
      const sunday = day(monday, 6)
      await aTemplate(db, clinicId, doctorId, await aTimeSlot(db, clinicId, '23:00', '01:00'), 7, null, sunday)
      await aTemplate(db, clinicId, doctorId, await aTimeSlot(db, clinicId, '00:30', '01:30'), 1, day(sunday, 1))
      const run = await generate(db, clinicId, monday, day(monday, 14))
      expect(counts(run)).toEqual(made(2, { overlapping: 1 }))
      expect(run.examples).toMatchObject([{ reason: 'slot_overlaps', slotDate: day(sunday, 1) }])
    }))

  it('makes no slot that has begun', () =>
    inTransaction(async (db) => {
      // In a zone without clock changes: in the second occurrence of a repeated hour, all its local times have begun.
      const clinicId = await aClinic(db, 'Asia/Dubai')
      const { today, begun, next, next_day } = await db.one(
        `select t::date::text as today, to_char(t, 'HH24:MI') as begun,
                to_char(t + interval '1 minute', 'HH24:MI') as next, (t + interval '1 minute')::date::text as next_day
         from (select date_trunc('minute', now() at time zone 'Asia/Dubai')) as clock (t)`,
      )
      const slotAt = async (start: string, end: string, date: string) => {
        const weekday = new Date(`${date}T00:00Z`).getUTCDay() || 7
        await aTemplate(db, clinicId, await aDoctor(db, clinicId), await aTimeSlot(db, clinicId, start, end), weekday)
      }
      await slotAt(begun, begun === '23:59' ? '00:30' : '23:59', today)
      const past = await generate(db, clinicId, today, today)
      expect(counts(past)).toEqual(made(0, { in_the_past: 1 }))
      expect(past.examples).toMatchObject([{ reason: 'slot_in_the_past', slotDate: today }])
      await slotAt(next, next === '23:59' ? '00:30' : '23:59', next_day)
      expect(counts(await generate(db, clinicId, next_day, next_day))).toMatchObject({ slots_made: 1 })
    }))

  it('counts and names a night slot whose start the clocks skip, and makes one in a repeated hour once', () =>
    inTransaction(async (db) => {
      const clinicId = await aClinic(db)
      const doctorId = await aDoctor(db, clinicId)
      const timeSlotId = await aTimeSlot(db, clinicId, '02:15', '02:45')
      await aTemplate(db, clinicId, doctorId, timeSlotId, 7)
      const lastSundayOf = (month: string) => {
        const last = `${new Date().getUTCFullYear() + 1}-${month}-31`
        return day(last, -new Date(`${last}T00:00Z`).getUTCDay())
      }
      const spring = lastSundayOf('03')
      const skipped = await generate(db, clinicId, spring, day(spring, 7))
      expect(counts(skipped)).toEqual(made(1, { skipped_local_times: 1 }))
      expect(skipped.examples).toEqual([{ reason: 'skipped_local_time', doctorId, timeSlotId, slotDate: spring }])

      const autumn = lastSundayOf('10')
      expect(counts(await generate(db, clinicId, autumn, autumn))).toEqual(made(1))
      expect(
        await db.one(
          `select starts_at, ends_at from app_public.booking_slots where clinic_id = $1 and slot_date = $2`,
          [clinicId, autumn],
        ),
      ).toEqual({ starts_at: new Date(`${autumn}T00:15Z`), ends_at: new Date(`${autumn}T00:45Z`) })
    }))

  it('records the run, for those who work there to see', () =>
    inTransaction(async (db) => {
      const { clinicId, monday } = await aWeek(db)
      const receptionist = await anEmployee(db, clinicId, 'receptionist')
      await generate(db, clinicId, monday, monday)
      await generate(db, clinicId, monday, monday)
      await db.as(receptionist.claims)
      expect(
        await db.query(
          `select from_date::text, to_date::text, slots_made, templates_passed_over, due_at from app_public.slot_generation_runs order by id`,
        ),
      ).toEqual([
        { from_date: monday, to_date: monday, slots_made: 2, templates_passed_over: 0, due_at: null },
        { from_date: monday, to_date: monday, slots_made: 0, templates_passed_over: 2, due_at: null },
      ])
    }))

  it('names at most a hundred examples, the earliest', () =>
    inTransaction(async (db) => {
      const clinicId = await aClinic(db)
      const doctorId = await aDoctor(db, clinicId)
      const today = clinicDate(0)
      const timeSlotId = await aTimeSlot(db, clinicId)
      for (const weekday of [1, 2, 3, 4, 5, 6, 7]) await aTemplate(db, clinicId, doctorId, timeSlotId, weekday)
      const run = await generate(db, clinicId, day(today, -110), day(today, -2))
      expect(counts(run)).toEqual(made(0, { in_the_past: 109 }))
      expect(run.examples.map((example) => example.slotDate)).toEqual(
        Array.from({ length: 100 }, (_, i) => day(today, i - 110)),
      )
    }))

  it.each([
    ['the to date before the from date', '2027-05-02', '2027-05-01'],
    ['no from date', null, '2027-05-01'],
    ['no to date', '2027-05-01', null],
    ['more than a year', '2027-05-01', '2028-05-02'],
  ])('refuses %s', (_, from, to) =>
    inTransaction(async (db) => {
      await expectRefusal(generate(db, await aClinic(db), from, to), 'invalid_argument')
    }),
  )

  it('accepts a year and a day, and refuses a longer range', () =>
    inTransaction(async (db) => {
      const { clinicId, monday } = await aWeek(db)
      expect(counts(await generate(db, clinicId, monday, day(monday, 366)))).toEqual(made(2 * 53 + 52))
      await expectRefusal(generate(db, clinicId, monday, 'infinity'), 'slot_too_far_ahead')
    }))

  it('is for managers and administrators, in their own clinic', () =>
    inTransaction(async (db) => {
      const { clinicId, monday } = await aWeek(db)
      const allowed = [await anEmployee(db, clinicId, 'manager'), await anAccount(db, { isAdmin: true })]
      const forbidden = [
        await anEmployee(db, clinicId, 'receptionist'),
        await anEmployee(db, clinicId, 'doctor'),
        await anEmployee(db, await aClinic(db), 'manager'),
      ]
      for (const { claims } of allowed) await db.as(claims, () => generate(db, clinicId, monday, monday))
      for (const { claims } of forbidden)
        await db.as(claims, () => expectRefusal(generate(db, clinicId, monday, monday), 'forbidden'))
      const { customer } = await aPractice(db)
      for (const claims of [customer.claims, (await aCustomer(db)).claims, {}])
        await db.as(claims, () => expectRefusal(generate(db, clinicId, monday, monday), 'insufficient_privilege'))
    }))

  it('refuses an unknown clinic', () =>
    inTransaction(async (db) => {
      await expectRefusal(generate(db, '0', '2027-05-01', '2027-05-02'), 'clinic_not_found')
    }))

  it('records an event for each new slot', () =>
    inTransaction(async (db) => {
      const { clinicId, monday } = await aWeek(db)
      const manager = await anEmployee(db, clinicId, 'manager')
      await db.as(manager.claims, () => generate(db, clinicId, monday, monday))
      const events = await db.query(
        `select e.entity, e.from_state, e.to_state, e.actor, e.actor_account_id
         from app_public.events e join app_public.booking_slots bs on bs.clinic_id = e.clinic_id and bs.id = e.booking_slot_id
         where e.clinic_id = $1`,
        [clinicId],
      )
      const born = {
        entity: 'booking_slot',
        from_state: null,
        to_state: 'open',
        actor: 'staff',
        actor_account_id: manager.accountId,
      }
      expect(events).toEqual([born, born])
    }))
})
