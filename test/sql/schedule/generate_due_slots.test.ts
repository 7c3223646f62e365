import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { aClinic, aDoctor, aTemplate, aTimeSlot } from '../../helpers/clinic/world.ts'
import { type ClonedDatabase, cloneDatabase } from '../../helpers/database/cluster.ts'
import { connect, untilWaiting } from '../../helpers/database/connection.ts'
import { type Db, inTransaction } from '../../helpers/database/database.ts'

type Maker = Pick<Db, 'one' | 'query'>

describe('last_generation_time', () => {
  const cases: [string, string, string, number, string, string][] = [
    // Thursday, 22:00 in Berlin is 21:00 in winter and 20:00 in summer, by the world's clock.
    ['at the minute', '2026-11-26T21:00Z', 'Europe/Berlin', 4, '22:00', '2026-11-26T21:00Z'],
    ['a minute before', '2026-11-26T20:59Z', 'Europe/Berlin', 4, '22:00', '2026-11-19T21:00Z'],
    ['a day after', '2026-11-27T21:00Z', 'Europe/Berlin', 4, '22:00', '2026-11-26T21:00Z'],
    ['almost a week after', '2026-12-03T20:59Z', 'Europe/Berlin', 4, '22:00', '2026-11-26T21:00Z'],
    ['across a clock change', '2026-10-26T12:00Z', 'Europe/Berlin', 4, '22:00', '2026-10-22T20:00Z'],
    ['in a zone behind', '2026-11-27T02:59Z', 'America/New_York', 4, '22:00', '2026-11-20T03:00Z'],
    ['in a zone behind, an hour later', '2026-11-27T03:59Z', 'America/New_York', 4, '22:00', '2026-11-27T03:00Z'],
    ['in a zone ahead', '2026-11-26T09:00Z', 'Pacific/Kiritimati', 4, '22:00', '2026-11-26T08:00Z'],
    [
      'at an hour that the clocks skip, the one after',
      '2027-03-28T12:00Z',
      'Europe/Berlin',
      7,
      '02:30',
      '2027-03-28T01:30Z',
    ],
    ['and not before', '2027-03-28T01:29Z', 'Europe/Berlin', 7, '02:30', '2027-03-21T01:30Z'],
  ]
  it.each(cases)('%s', (_, at, zone, weekday, time, due) =>
    inTransaction(async (db) => {
      const row = await db.one('select app_private.last_generation_time($1, $2, $3, $4) as due', [
        at,
        zone,
        weekday,
        time,
      ])
      expect(row).toEqual({ due: new Date(due) })
    }),
  )
})

/** A clinic with a doctor who has a slot every day, and whose generation was due some hours ago, by its own clock (which never changes). */
async function aDueClinic(db: Maker, { zone = 'Asia/Dubai', hoursAgo = 1, weeks = 1 } = {}): Promise<string> {
  const clinicId = await aClinic(db, zone)
  const timeSlotId = await aTimeSlot(db, clinicId)
  const doctorId = await aDoctor(db, clinicId)
  for (const weekday of [1, 2, 3, 4, 5, 6, 7]) await aTemplate(db, clinicId, doctorId, timeSlotId, weekday)
  await db.query(
    `update app_public.policies p
     set generation_weekday = extract(isodow from t.due), generation_time = t.due::time, generation_weeks = $3
     from (select date_trunc('minute', now() at time zone $2) - make_interval(hours => $4) as due) t
     where p.clinic_id = $1`,
    [clinicId, zone, weeks, hoursAgo],
  )
  await db.query(`update app_public.clinics set created_at = now() - interval '1 year' where id = $1`, [clinicId])
  return clinicId
}

const isDue = async (db: Maker, clinicId: string) =>
  (await db.query('select from app_private.clinics_due_for_generation() where clinic_id = $1', [clinicId])).length > 0

interface Run {
  from_date: string
  to_date: string
  slots_made: number
  due_at: Date
}

/** The run that it made, null when none was due. Dates as text. */
async function generateDue(db: Maker, clinicId: string): Promise<Run | null> {
  const run = await db.one<Run & { id: string | null }>(
    'select id, from_date::text, to_date::text, slots_made, due_at from app_private.generate_due_slots($1)',
    [clinicId],
  )
  return run.id === null ? null : run
}

/** The Monday after the day on which the clinic's generation was due, and the clinic's today. */
const calendar = (db: Maker, clinicId: string) =>
  db.one<{ monday: string; sunday: string; today: string }>(
    `select m.monday::text, (m.monday + 6)::text as sunday, (now() at time zone c.time_zone)::date::text as today
     from app_public.clinics c
     join app_public.policies p on p.clinic_id = c.id
     cross join lateral (
       select date_trunc('week', app_private.last_generation_time(now(), c.time_zone, p.generation_weekday, p.generation_time)
                at time zone c.time_zone)::date + 7 as monday) m
     where c.id = $1`,
    [clinicId],
  )

/** An earlier scheduled run, as if a worker had made it, whose slots end that many days from the clinic's today. */
const earlierRun = (db: Maker, clinicId: string, endsInDays: number) =>
  db.query(
    `insert into app_public.slot_generation_runs (clinic_id, due_at, from_date, to_date, dates, slots_made, templates_passed_over,
       already_existing, in_the_past, skipped_local_times, overlapping, doctor_absent, examples)
     select c.id, now() - interval '40 days', d.day - 7, d.day,
       datemultirange(daterange(d.day - 7, d.day, '[]')), 0, 0, 0, 0, 0, 0, 0, '[]'
     from app_public.clinics c cross join lateral (select (now() at time zone c.time_zone)::date + $2::int as day) d
     where c.id = $1`,
    [clinicId, endsInDays],
  )

describe('clinics_due_for_generation', () => {
  it('names a clinic from the minute in its schedule, local time, until the run', () =>
    inTransaction(async (db) => {
      const dubai = await aDueClinic(db, { hoursAgo: 0 })
      // The same weekday and time of day, where it is earlier or later than in Dubai.
      const elsewhere = async (zone: string) => {
        const clinicId = await aDueClinic(db, { zone })
        await db.query(
          `update app_public.policies p set (generation_weekday, generation_time) = (
             select d.generation_weekday, d.generation_time from app_public.policies d where d.clinic_id = $2)
           where p.clinic_id = $1`,
          [clinicId, dubai],
        )
        // Nothing is left to be made up for from the week before.
        await db.query(
          `insert into app_public.slot_generation_runs (clinic_id, due_at, from_date, to_date, dates, slots_made, templates_passed_over,
             already_existing, in_the_past, skipped_local_times, overlapping, doctor_absent, examples)
           values ($1, now() - interval '2 days', current_date, current_date,
             datemultirange(daterange(current_date, current_date, '[]')), 0, 0, 0, 0, 0, 0, 0, '[]')`,
          [clinicId],
        )
        return clinicId
      }
      const kathmandu = await elsewhere('Asia/Kathmandu')
      const bogota = await elsewhere('America/Bogota')
      expect(await isDue(db, dubai)).toBe(true)
      expect(await isDue(db, kathmandu)).toBe(true)
      expect(await isDue(db, bogota)).toBe(false)
      await generateDue(db, dubai)
      expect(await isDue(db, dubai)).toBe(false)
    }))

  it('does not list runs that were due before the clinic existed', () =>
    inTransaction(async (db) => {
      const clinicId = await aDueClinic(db)
      await db.query(`update app_public.clinics set created_at = now() - interval '59 minutes' where id = $1`, [
        clinicId,
      ])
      expect(await isDue(db, clinicId)).toBe(false)
      expect(await generateDue(db, clinicId)).toBeNull()
    }))

  it('leaves out inactive clinics', () =>
    inTransaction(async (db) => {
      const clinicId = await aDueClinic(db)
      await db.query('select app_public.deactivate_clinic($1, true)', [clinicId])
      expect(await isDue(db, clinicId)).toBe(false)
    }))

  it('does not count a run by hand: only a scheduled one', () =>
    inTransaction(async (db) => {
      const clinicId = await aDueClinic(db)
      await db.query('select app_public.generate_booking_slots($1, current_date, current_date + 30)', [clinicId])
      expect(await isDue(db, clinicId)).toBe(true)
    }))
})

describe('generate_due_slots', () => {
  it('makes the next Monday to Sunday, once', () =>
    inTransaction(async (db) => {
      const clinicId = await aDueClinic(db)
      const { monday, sunday } = await calendar(db, clinicId)
      expect(await generateDue(db, clinicId)).toMatchObject({ from_date: monday, to_date: sunday, slots_made: 7 })
      expect(await generateDue(db, clinicId)).toBeNull()
    }))

  it('makes as many weeks as the policy says', () =>
    inTransaction(async (db) => {
      const clinicId = await aDueClinic(db, { weeks: 3 })
      const { monday } = await calendar(db, clinicId)
      expect(await generateDue(db, clinicId)).toMatchObject({ from_date: monday, slots_made: 21 })
    }))

  it('makes the weeks that were missed while no worker ran, from today on', () =>
    inTransaction(async (db) => {
      const clinicId = await aDueClinic(db)
      const { today, sunday } = await calendar(db, clinicId)
      await earlierRun(db, clinicId, -20)
      expect(await generateDue(db, clinicId)).toMatchObject({ from_date: today, to_date: sunday })
    }))

  it('continues where the last scheduled run ended, if that is in the future', () =>
    inTransaction(async (db) => {
      const clinicId = await aDueClinic(db)
      const { monday } = await calendar(db, clinicId)
      const { gap } = await db.one<{ gap: number }>(
        `select $2::date - (now() at time zone time_zone)::date as gap from app_public.clinics where id = $1`,
        [clinicId, monday],
      )
      await earlierRun(db, clinicId, gap - 1)
      expect(await generateDue(db, clinicId)).toMatchObject({ from_date: monday, slots_made: 7 })
    }))

  it('makes at most a year, including missed weeks', () =>
    inTransaction(async (db) => {
      const clinicId = await aDueClinic(db, { weeks: 52, hoursAgo: 0 })
      await earlierRun(db, clinicId, -20)
      const { today, monday } = await calendar(db, clinicId)
      const run = await generateDue(db, clinicId)
      expect(run).toMatchObject({ from_date: today })
      const days = (from: string, to: string) => (Date.parse(to) - Date.parse(from)) / 86_400_000
      expect(days(today, run?.to_date ?? '')).toBe(Math.min(366, days(today, monday) + 363))
    }))
})

describe('two workers at once', () => {
  let database: ClonedDatabase
  beforeAll(async () => {
    database = await cloneDatabase()
  })
  afterAll(() => database.drop())

  it('make one run', async () => {
    const [one, two] = [await connect(database.url), await connect(database.url)]
    try {
      const clinicId = await aDueClinic(one)
      await one.query('begin')
      expect(await generateDue(one, clinicId)).toMatchObject({ slots_made: 7 })
      const second = generateDue(two, clinicId)
      await untilWaiting(one, two, second)
      await one.query('commit')
      expect(await second).toBeNull()
      expect(
        await one.query('select slots_made from app_public.slot_generation_runs where clinic_id = $1', [clinicId]),
      ).toEqual([{ slots_made: 7 }])
    } finally {
      await one.close()
      await two.close()
    }
  })
})
