import { describe, expect, it } from '@jest/globals'
import { book, cancel } from '../helpers/clinic/operations.ts'
import { aClinic, aDoctor, aPractice, aTimeSlot } from '../helpers/clinic/world.ts'
import { type Db, expectRefusal, inTransaction } from '../helpers/database/database.ts'
import { sessionSettings } from '../helpers/database/session_settings.ts'
import { type Practice, policy } from '../sql/booking/claiming.ts'

// A session's TimeZone, DateStyle and IntervalStyle may come from a role, a database, postgresql.conf or psql's environment.
// The results of medislot do not depend on them. Each test runs with the settings from its first statement on.

/** More than a year, in which every zone with summer time changes its clocks in both directions. */
const days = 400

describe.each(sessionSettings)('with $timezone, $datestyle and $intervalstyle', (settings) => {
  const underSettings = (work: (db: Db) => Promise<unknown>) => () => inTransaction(work, settings)

  /** An open slot of half an hour on each of the coming days at noon, UTC. */
  async function aSlotADay(db: Db, clinicId: string, doctorId: string): Promise<void> {
    await db.query(
      `insert into app_public.booking_slots (clinic_id, doctor_id, time_slot_id, slot_date, during)
       select $1, $2, $3, d.day, tstzrange(d.day + time '12:00' at time zone 'UTC', d.day + time '12:30' at time zone 'UTC')
       from (select (now() at time zone 'UTC')::date + n as day from generate_series(1, $4) n) d`,
      [clinicId, doctorId, await aTimeSlot(db, clinicId, '12:00', '12:30'), days],
    )
  }

  it(
    'the search across clinics passes over no date',
    underSettings(async (db) => {
      const clinicId = await aClinic(db, 'UTC')
      const doctorId = await aDoctor(db, clinicId)
      await policy(db, clinicId, `horizon = '500 days'`)
      await aSlotADay(db, clinicId, doctorId)
      const found = await db.one<{ dates: number; gaps: number }>(
        `with recursive pages as (
           select s.*, 1 as page from (select array_agg(a.cursor) as cursors, array_agg(a.slot_date) as dates from app_public.available_slots(page_size => 100) a) s
           union all
           select s.*, p.page + 1 from pages p
           cross join lateral (
             select array_agg(a.cursor) as cursors, array_agg(a.slot_date) as dates
             from app_public.available_slots(page_size => 100, after => p.cursors[cardinality(p.cursors)]) a) s
           where cardinality(p.cursors) = 100
         )
         select count(*)::int as dates, (max(d) - min(d) + 1 - count(distinct d))::int as gaps from pages, unnest(dates) d`,
      )
      expect(found).toEqual({ dates: days, gaps: 0 })
      // The same for a search of a few dates at a time, which once left out a last date that began at 1:00.
      const lacking = await db.query(
        `select d.day::text, a.dates from (select (now() at time zone 'UTC')::date + n as day from generate_series(2, $1) n) d
         cross join lateral (
           select count(*)::int as dates from app_public.available_slots(from_date => d.day - 1, to_date => d.day) s where s.clinic_id = $2) a
         where a.dates <> 2`,
        [days, clinicId],
      )
      expect(lacking).toEqual([])
    }),
  )

  /** A slot of ten seconds that begins the given number of times 24 hours, and some seconds, from now. */
  async function aSlotIn(db: Db, { clinicId, doctorId }: Practice, length: number, seconds: number): Promise<string> {
    const { id } = await db.one<{ id: string }>(
      `insert into app_public.booking_slots (clinic_id, doctor_id, time_slot_id, slot_date, during)
       select c.id, $2, $3, (t.at at time zone c.time_zone)::date, tstzrange(t.at, t.at + interval '10 seconds')
       from app_public.clinics c cross join (select now() + make_interval(hours => 24 * $4, secs => $5) as at) t
       where c.id = $1 returning id`,
      [clinicId, doctorId, await aTimeSlot(db, clinicId), length, seconds],
    )
    return id
  }

  // On any day of the year, at least one of these periods contains a clock change.
  describe.each([45, 135, 225])('a day is 24 hours where a policy says %i days', (length) => {
    const ofPractice = (
      work: (db: Db, practice: Practice, slots: { before: string; after: string }) => Promise<unknown>,
    ) =>
      underSettings(async (db) => {
        const practice = await aPractice(db)
        await policy(db, practice.clinicId, `horizon = '500 days'`)
        const before = await aSlotIn(db, practice, length, -20)
        await work(db, practice, { before, after: await aSlotIn(db, practice, length, 20) })
      })
    const offered = async (db: Db, clinicId: string, across = false) =>
      (
        await db.query<{ id: string }>(
          `select booking_slot_id as id from app_public.available_slots(${across ? '' : clinicId}) where clinic_id = $1`,
          [clinicId],
        )
      ).map(({ id }) => id)

    it(
      'of lead time',
      ofPractice(async (db, { clinicId, customer }, { before, after }) => {
        await policy(db, clinicId, `lead_time = '${length} days'`)
        expect(await offered(db, clinicId)).toEqual([after])
        expect(await offered(db, clinicId, true)).toEqual([after])
        await db.as(customer.claims)
        await expectRefusal(book(db, clinicId, before), 'booking_too_late')
        await book(db, clinicId, after)
      }),
    )

    it(
      'of horizon',
      ofPractice(async (db, { clinicId, customer, slotId }, { before, after }) => {
        await policy(db, clinicId, `horizon = '${length} days'`)
        expect(await offered(db, clinicId)).toEqual([slotId, before])
        expect(await offered(db, clinicId, true)).toEqual([slotId, before])
        await db.as(customer.claims)
        await expectRefusal(book(db, clinicId, after), 'booking_too_far_ahead')
        await book(db, clinicId, before)
      }),
    )

    it(
      'of cut-off',
      ofPractice(async (db, { clinicId, customer }, { before, after }) => {
        await policy(db, clinicId, `cancellation_cutoff = '${length} days'`)
        await db.as(customer.claims)
        const [tooLate, inTime] = [await book(db, clinicId, before), await book(db, clinicId, after)]
        await expectRefusal(cancel(db, clinicId, tooLate.id), 'cancellation_too_late')
        await cancel(db, clinicId, inTime.id)
      }),
    )

    it(
      'before a reminder',
      ofPractice(async (db, { clinicId, customer }, { before, after }) => {
        await policy(db, clinicId, `reminder_lead_times = '{${length} days}'`)
        await db.as(customer.claims, async () => {
          for (const slotId of [before, after]) await book(db, clinicId, slotId)
        })
        const reminders = await db.query(
          `select extract(epoch from b.starts_at - n.due_at)::float8 / 3600 as hours from app_public.notifications n
           join app_public.bookings b on b.clinic_id = n.clinic_id and b.id = n.booking_id
           where n.clinic_id = $1 and n.kind = 'booking_reminder'`,
          [clinicId],
        )
        expect(reminders).toEqual([{ hours: length * 24 }])
        expect(
          await db.query('select from app_private.bookings_missing_reminders where clinic_id = $1', [clinicId]),
        ).toEqual([])
      }),
    )
  })
})
