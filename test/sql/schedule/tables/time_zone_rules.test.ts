import { describe, expect, it } from '@jest/globals'
import { addAbsence } from '../../../helpers/clinic/absences.ts'
import { book, bookingOf, hold, remindersComeNear } from '../../../helpers/clinic/operations.ts'
import { aQuestion, aService } from '../../../helpers/clinic/services.ts'
import { aClinic, aCustomer, aDoctor, aTimeSlot } from '../../../helpers/clinic/world.ts'
import { type Db, expectRefusal, inTransaction } from '../../../helpers/database/database.ts'
import { agreedYears, changes } from '../../../time/oracle.ts'
import { judgeAsCommit } from '../../booking/claiming.ts'

const zone = 'Europe/Berlin'

describe('utc_offsets', () => {
  it('returns the offsets of the clinics’ zones, with each change to the second', () =>
    inTransaction(
      async (db) => {
        const years = [new Date().getUTCFullYear() - 1, new Date().getUTCFullYear()] as const
        const zones = ['Europe/Berlin', 'Australia/Lord_Howe', 'America/Santiago', 'Asia/Kathmandu']
        for (const each of zones) await aClinic(db, each)
        const agreed = await agreedYears(db, zones, ...years)
        await db.as({})
        const [given] = await db.query<{ offsets: { time_zone: string; since: string; seconds: number }[] }>(
          'select to_jsonb(app_public.utc_offsets($1)) as offsets',
          [[...zones, 'Mars/Olympus', 'Africa/Abidjan']],
        )
        const of = (each: string) => given?.offsets.filter(({ time_zone }) => time_zone === each) ?? []
        expect(new Set(given?.offsets.map(({ time_zone }) => time_zone))).toEqual(new Set(zones))
        for (const each of zones) {
          for (const change of changes(each, ...years)) {
            if (!agreed.get(each)?.has(change.year)) continue
            expect(of(each)).toContainEqual({
              time_zone: each,
              since: expect.stringMatching(change.toInstant().toString().slice(0, 19)),
              seconds: change.offsetNanoseconds / 1e9,
            })
          }
        }
        // A zone whose offset never changes has one row.
        expect(of('Asia/Kathmandu')).toMatchObject([{ seconds: 20_700 }])
        // As requests are: JSON shows instants in the session's zone.
      },
      { timezone: 'UTC' },
    ))

  it('refuses more zones than a page has', () =>
    inTransaction((db) =>
      expectRefusal(db.query(`select app_public.utc_offsets(array_fill('UTC'::text, array[101]))`), 'invalid_argument'),
    ))
})

/**
 * A clinic with four successive slots of one doctor, which were made under recorded rules by which its clocks are an
 * hour behind the present ones.
 */
async function aClinicWithOldRules(db: Db, seconds = -3600) {
  const clinicId = await aClinic(db, zone)
  const doctorId = await aDoctor(db, clinicId)
  await db.query('select app_private.note_time_zone_rules()')
  await db.query(
    `update app_private.time_zone_rules set offsets = array(select row(o.time_zone, o.since, o.seconds + $2)::app_public.utc_offset from unnest(offsets) o)
     where time_zone = $1`,
    [zone, seconds],
  )
  const slots: string[] = []
  for (const [start, end] of [
    ['10:00', '10:30'],
    ['10:30', '11:00'],
    ['11:00', '12:00'],
    ['12:00', '12:30'],
  ]) {
    // As the old rules put it.
    const { id } = await db.one<{ id: string }>(
      `insert into app_public.booking_slots (clinic_id, doctor_id, time_slot_id, slot_date, during)
       select $1, $2, $3, d.day, tstzrange(
         (d.day + $4::time) at time zone 'Europe/Berlin' - make_interval(secs => $6),
         (d.day + $5::time) at time zone 'Europe/Berlin' - make_interval(secs => $6))
       from (select (now() at time zone 'Europe/Berlin')::date + 40 as day) d returning id`,
      [clinicId, doctorId, await aTimeSlot(db, clinicId, start, end), start, end, seconds],
    )
    slots.push(id)
  }
  await db.query(`update app_public.booking_slots set created_at = now() - interval '1 hour' where clinic_id = $1`, [
    clinicId,
  ])
  return { clinicId, doctorId, slots: slots as [string, string, string, string] }
}

const off = (db: Db, clinicId: string) =>
  db.query('select * from app_private.slots_at_wrong_local_times($1)', [clinicId])
const move = (db: Db, clinicId: string) =>
  db.one('select * from app_private.correct_local_times_of_slots($1)', [clinicId])
const localTimes = (db: Db, clinicId: string) =>
  db.query(
    `select to_char(starts_at at time zone 'Europe/Berlin', 'HH24:MI') || '–' || to_char(ends_at at time zone 'Europe/Berlin', 'HH24:MI') as "time", status
     from app_public.booking_slots where clinic_id = $1 and status <> 'withdrawn' order by starts_at`,
    [clinicId],
  )

describe('after an update of the time zone data', () => {
  it.each([
    ['an hour later', -3600],
    ['an hour earlier', 3600],
    ['half an hour later', -1800],
  ])('slots are listed and moved to the local times they were made for, %s than they are', (_where, seconds) =>
    inTransaction(async (db) => {
      const { clinicId, slots } = await aClinicWithOldRules(db, seconds)
      const { customerId } = await aCustomer(db)
      const bookings = []
      for (const slot of slots.slice(1, 3)) bookings.push(await book(db, clinicId, slot, { customerId }))
      await hold(db, clinicId, slots[0], { customerId: (await aCustomer(db)).customerId })
      expect(
        (await off(db, clinicId)).map(({ booking_slot_id, local_start, status }) => [
          booking_slot_id,
          local_start,
          status,
        ]),
      ).toEqual([
        [slots[0], '10:00:00', 'held'],
        [slots[1], '10:30:00', 'booked'],
        [slots[2], '11:00:00', 'booked'],
        [slots[3], '12:00:00', 'open'],
      ])
      expect(await move(db, clinicId)).toEqual({ slots_moved: 4, bookings_moved: 2, slots_left: 0 })
      expect(await localTimes(db, clinicId)).toEqual([
        { time: '10:00–10:30', status: 'open' },
        { time: '10:30–11:00', status: 'booked' },
        { time: '11:00–12:00', status: 'booked' },
        { time: '12:00–12:30', status: 'open' },
      ])
      // The bookings are the same with a higher sequence and reminders for their new time; their customers are notified.
      for (const { id } of bookings) {
        await remindersComeNear(db, clinicId, id)
        expect(
          await db.one(
            `select b.sequence, b.status, b.starts_at = bs.starts_at as at_its_slot,
               array(select n.kind::text from app_public.notifications n where n.booking_id = b.id and n.state = 'pending' and n.channel = 'email' order by 1) as messages
             from app_public.bookings b join app_public.booking_slots bs on bs.id = b.booking_slot_id where b.id = $1`,
            [id],
          ),
        ).toEqual({
          sequence: 1,
          status: 'booked',
          at_its_slot: true,
          messages: ['booking_reminder', 'booking_rescheduled'],
        })
      }
      expect(
        await db.query('select from app_private.bookings_missing_reminders where clinic_id = $1', [clinicId]),
      ).toEqual([])
      await db.query('set constraints all immediate')
      // Done again there is nothing to do, and the new rules are noted.
      expect(await move(db, clinicId)).toEqual({ slots_moved: 0, bookings_moved: 0, slots_left: 0 })
      expect(await off(db, clinicId)).toEqual([])
    }),
  )

  it('a zone is reported until its slots are moved, and then its new rules are stored', () =>
    inTransaction(async (db) => {
      const { clinicId } = await aClinicWithOldRules(db)
      const reported = async () =>
        (await db.query('select time_zone from app_private.note_time_zone_rules()')).map(({ time_zone }) => time_zone)
      expect(await reported()).toEqual([zone])
      expect(await reported()).toEqual([zone])
      await move(db, clinicId)
      expect(await reported()).toEqual([])
      expect(
        await db.one(
          `select offsets = app_private.utc_offsets_of(time_zone, from_time, to_time) as current from app_private.time_zone_rules where time_zone = $1`,
          [zone],
        ),
      ).toEqual({ current: true })
    }))

  it('a visit whose time slot has other hours by now is moved once, by as much as the clocks', () =>
    inTransaction(async (db) => {
      const { clinicId, slots } = await aClinicWithOldRules(db)
      await book(db, clinicId, slots[0], { customerId: (await aCustomer(db)).customerId })
      await db.query(
        `update app_public.time_slots set start_time = '07:00', end_time = '07:30'
         where id = (select time_slot_id from app_public.booking_slots where id = $1)`,
        [slots[0]],
      )
      expect(await move(db, clinicId)).toMatchObject({ bookings_moved: 1, slots_left: 0 })
      expect(await move(db, clinicId)).toMatchObject({ bookings_moved: 0, slots_left: 0 })
      expect((await localTimes(db, clinicId))[0]).toEqual({ time: '10:00–10:30', status: 'booked' })
    }))

  it('a free slot that moves into an absence is withdrawn, and a visit that would do so is left for the desk', () =>
    inTransaction(async (db) => {
      const { clinicId, slots } = await aClinicWithOldRules(db)
      await book(db, clinicId, slots[1], { customerId: (await aCustomer(db)).customerId })
      // By the new rules, so that no slot is in it yet.
      const { date } = await db.one<{ date: string }>(
        'select slot_date::text as date from app_public.booking_slots where id = $1',
        [slots[0]],
      )
      const { id } = await addAbsence(db, clinicId, { from: date, start: '10:00', end: '11:00' })
      expect(await move(db, clinicId)).toEqual({ slots_moved: 2, bookings_moved: 0, slots_left: 1 })
      expect(await localTimes(db, clinicId)).toEqual([
        { time: '11:30–12:00', status: 'booked' },
        { time: '12:00–12:30', status: 'open' },
      ])
      expect(
        await db.query('select superseded from app_public.booking_slots where withdrawn_for_absence_id = $1', [id]),
      ).toEqual([{ superseded: false }])
    }))

  it.each([
    ['later', -3600],
    ['earlier', 3600],
  ])('a visit of several slots is moved as a whole, an hour %s', (_where, seconds) =>
    inTransaction(async (db) => {
      const { clinicId, doctorId, slots } = await aClinicWithOldRules(db, seconds)
      const [customer, other] = [await aCustomer(db), await aCustomer(db)]
      const serviceId = await aService(db, clinicId, {
        doctors: [doctorId],
        duration: '80 minutes',
        buffer_before: '10 minutes',
      })
      const questionId = await aQuestion(db, clinicId, serviceId)
      const visit = await book(db, clinicId, slots[1], { customerId: customer.customerId, serviceId })
      await db.query(
        `insert into app_public.booking_answers (clinic_id, booking_id, question_id, answer) values ($1, $2, $3, 'x')`,
        [clinicId, visit.id, questionId],
      )
      // Bookings right before and after it, of the same customer and of another one.
      await book(db, clinicId, slots[0], { customerId: customer.customerId })
      await book(db, clinicId, slots[3], { customerId: other.customerId })

      expect(await move(db, clinicId)).toEqual({ slots_moved: 4, bookings_moved: 3, slots_left: 0 })
      await judgeAsCommit(db)
      expect(await localTimes(db, clinicId)).toEqual([
        { time: '10:00–10:30', status: 'booked' },
        { time: '10:30–11:00', status: 'booked' },
        { time: '11:00–12:00', status: 'booked' },
        { time: '12:00–12:30', status: 'booked' },
      ])
      const moved = await db.one(
        `select b.sequence, b.service_id, to_char(b.visit_starts_at at time zone 'Europe/Berlin', 'HH24:MI') as "from",
           to_char(b.visit_ends_at at time zone 'Europe/Berlin', 'HH24:MI') as "to",
           (select count(*)::int from app_public.booking_slots bs
            where bs.clinic_id = b.clinic_id and b.booking_slot_id in (bs.id, bs.head_slot_id) and bs.status = 'booked') as slots,
           (select count(*)::int from app_public.booking_answers a
            where a.clinic_id = b.clinic_id and a.booking_id = b.id) as answers
         from app_public.bookings b where b.id = $1`,
        [visit.id],
      )
      expect(moved).toEqual({ sequence: 1, service_id: serviceId, from: '10:40', to: '12:00', slots: 2, answers: 1 })
      // Its former slots no longer continue a visit.
      expect(
        await db.query(
          `select from app_public.booking_slots where clinic_id = $1 and status = 'withdrawn' and head_slot_id is not null`,
          [clinicId],
        ),
      ).toEqual([])
      expect(await move(db, clinicId)).toEqual({ slots_moved: 0, bookings_moved: 0, slots_left: 0 })
    }),
  )

  it('a visit of which a slot has a local time that the clocks now skip stays as a whole', () =>
    inTransaction(async (db) => {
      const { clinicId, doctorId } = await aClinicWithOldRules(db)
      // By the old rules, which are an hour behind, from 2:30 to 3:00, which does not exist now, and from 3:00 to 3:30.
      const { ids } = await db.one<{ ids: string[] }>(
        `with change as (
           select max(day) + time '01:00' as at
           from (select (date_trunc('year', now() at time zone 'UTC') + interval '1 year')::date + n as day
             from generate_series(59, 89) n) d
           where extract(isodow from day) = 7 and extract(month from day) = 3),
         made as (
           insert into app_public.booking_slots (clinic_id, doctor_id, time_slot_id, slot_date, during, created_at)
           select $1, $2, ts, c.at::date, tstzrange(w.at, w.at + interval '30 minutes'), now() - interval '1 hour'
           from change c
           cross join lateral (values ($3::bigint, c.at at time zone 'UTC' + interval '30 minutes'),
             ($4::bigint, c.at at time zone 'UTC' + interval '1 hour')) w (ts, at)
           returning id, starts_at)
         select array_agg(id::text order by starts_at) as ids from made`,
        [clinicId, doctorId, await aTimeSlot(db, clinicId), await aTimeSlot(db, clinicId)],
      )
      const serviceId = await aService(db, clinicId, { doctors: [doctorId], duration: '1 hour' })
      const { customerId } = await aCustomer(db)
      const visit = await book(db, clinicId, ids[0] as string, { customerId, serviceId })
      expect((await off(db, clinicId)).filter(({ booking_id }) => booking_id === visit.id)).toMatchObject([
        { booking_slot_id: ids[0], new_during: null },
        { booking_slot_id: ids[1], new_during: expect.anything() },
      ])
      expect(await move(db, clinicId)).toEqual({ slots_moved: 4, bookings_moved: 0, slots_left: 2 })
      await judgeAsCommit(db)
      expect(await bookingOf(db, visit.id)).toMatchObject({
        booking_slot_id: ids[0],
        starts_at: visit.starts_at,
        ends_at: visit.ends_at,
        sequence: 0,
      })
    }))

  it('slots that were made since, and those of other zones, are not moved', () =>
    inTransaction(async (db) => {
      const { clinicId, doctorId } = await aClinicWithOldRules(db)
      const timeSlotId = await aTimeSlot(db, clinicId, '16:00', '16:30')
      const elsewhere = await aClinic(db, 'America/New_York')
      for (const [clinic, doctor, timeSlot] of [
        [clinicId, doctorId, timeSlotId],
        [elsewhere, await aDoctor(db, elsewhere), await aTimeSlot(db, elsewhere, '16:00', '16:30')],
      ])
        await db.query('select app_public.create_booking_slot($1, $2, $3, current_date + 40)', [
          clinic,
          doctor,
          timeSlot,
        ])
      expect((await off(db, clinicId)).map(({ local_start }) => local_start)).toEqual([
        '10:00:00',
        '10:30:00',
        '11:00:00',
        '12:00:00',
      ])
      expect(await off(db, elsewhere)).toEqual([])
      expect(await move(db, clinicId)).toMatchObject({ slots_moved: 4, slots_left: 0 })
      expect(await localTimes(db, clinicId)).toContainEqual({ time: '16:00–16:30', status: 'open' })
    }))
})
