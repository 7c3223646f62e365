import { afterAll, beforeAll, expect, it } from '@jest/globals'
import { cancel } from '../../helpers/clinic/operations.ts'
import { aDoctor, aPractice, aTimeSlot } from '../../helpers/clinic/world.ts'
import { type ClonedDatabase, cloneDatabase } from '../../helpers/database/cluster.ts'
import { type Connection, connect } from '../../helpers/database/connection.ts'
import { notOffered } from '../../sql/booking/waiting/waiting.ts'

// What the public sees while times that others wait for are freed.

let database: ClonedDatabase
let owner: Connection
let one: Connection
let two: Connection
let practice: Awaited<ReturnType<typeof aPractice>>

beforeAll(async () => {
  database = await cloneDatabase()
  owner = await connect(database.url)
  one = await connect(database.url)
  two = await connect(database.url)
  practice = await aPractice(owner)
})

afterAll(async () => {
  for (const connection of [owner, one, two]) await connection.close()
  await database.drop()
})

/** A thousand visits of ten doctors in hourly slots, each at a time for which exactly one other patient waits. */
async function aThousandVisits(): Promise<{ bookingIds: string[]; doctorIds: string[] }> {
  const { clinicId } = practice
  await owner.query(`update app_public.booking_slots set status = 'withdrawn' where clinic_id = $1`, [clinicId])
  const doctorIds: string[] = []
  for (let i = 0; i < 10; i++) doctorIds.push(await aDoctor(owner, clinicId))
  const hours = Array.from({ length: 100 }, (_, n) => n + 50)
  const timeSlotIds: string[] = []
  for (const _ of hours) timeSlotIds.push(await aTimeSlot(owner, clinicId))
  await owner.query(
    `insert into app_public.booking_slots (clinic_id, doctor_id, time_slot_id, slot_date, during)
     select c.id, d, t.id, (h.start at time zone c.time_zone)::date, tstzrange(h.start, h.start + interval '30 minutes')
     from app_public.clinics c, unnest($2::bigint[]) d, unnest($3::bigint[], $4::int[]) t (id, hours)
     cross join lateral (select date_trunc('hour', now()) + make_interval(hours => t.hours) as start) h
     where c.id = $1`,
    [clinicId, doctorIds, timeSlotIds, hours],
  )
  await owner.query(
    `with slots as (
       select bs.*, row_number() over (order by bs.id) as n from app_public.booking_slots bs
       where bs.clinic_id = $1 and bs.status = 'open'
     ), people as (
       insert into app_public.customers (full_name) select 'Patient' from generate_series(1, 2000) returning id
     ), records as (
       insert into app_public.clinic_customers (clinic_id, customer_id, full_name)
       select $1, p.id, 'Patient' from people p returning customer_id
     ), numbered as (
       select r.customer_id, row_number() over (order by r.customer_id) as n from records r
     ), waiting as (
       insert into app_public.waiting_list (clinic_id, customer_id, doctor_id, from_date, until_date, not_before, not_after)
       select $1, p.customer_id, s.doctor_id, s.slot_date, s.slot_date, l.clock, l.clock
       from slots s join numbered p on p.n = s.n + 1000 join app_public.clinics c on c.id = s.clinic_id
       cross join lateral (select (s.starts_at at time zone c.time_zone)::time as clock) l
     )
     select app_public.book_slot($1, s.id, p.customer_id) from slots s join numbered p on p.n = s.n`,
    [clinicId],
  )
  const bookings = await owner.query<{ id: string }>(
    'select id from app_public.bookings where clinic_id = $1 order by id',
    [clinicId],
  )
  return { bookingIds: bookings.map(({ id }) => id), doctorIds }
}

it('a search that is repeated while 1,000 visits are cancelled never shows a freed time before its head start ends', async () => {
  const { clinicId, receptionist } = practice
  const { bookingIds, doctorIds } = await aThousandVisits()
  expect(bookingIds).toHaveLength(1000)
  let isOver = false
  let searches = 0
  const shown: unknown[] = []
  const poll = (async () => {
    while (!isOver) {
      await two.request({}, async () => {
        shown.push(...(await two.query('select booking_slot_id from app_public.available_slots($1)', [clinicId])))
        shown.push(...(await two.query('select id from app_public.booking_slots where clinic_id = $1', [clinicId])))
      })
      searches += 1
    }
  })()
  for (const id of bookingIds) {
    const before = searches
    await one.request(receptionist.claims, () => cancel(one, clinicId, id))
    // At least one whole search between two cancellations.
    while (searches < before + 1) await new Promise((resolve) => setImmediate(resolve))
  }
  isOver = true
  await poll
  expect(shown).toEqual([])
  expect(searches).toBeGreaterThanOrEqual(bookingIds.length)
  expect(
    await owner.query(
      `select bs.doctor_id, bs.status, count(*)::int from app_public.booking_slots bs
       where bs.clinic_id = $1 and bs.status <> 'withdrawn' group by 1, 2 order by 1`,
      [clinicId],
    ),
  ).toEqual(doctorIds.map((doctor_id) => ({ doctor_id, status: 'held', count: 100 })))
  expect(await notOffered(owner, clinicId)).toEqual([])
})

it('rows of a transaction count as visible a second after the time of its commit, and not before', async () => {
  // PostgreSQL takes that time before it flushes the commit, and shows the rows to others after that.
  const written = await owner.one<{ xid: string; at: Date }>(
    `insert into app_public.customers (full_name) values ('Patient')
     returning pg_current_xact_id()::text as xid, clock_timestamp() as at`,
  )
  const seenSince = (after: string) =>
    owner.one<{ since: boolean }>(
      `select app_private.became_visible_since(
         pg_xact_commit_timestamp($1::text::xid8::xid) + $3::interval, $1::text::xid8::xid, $2) as since`,
      [written.xid, written.at, after],
    )
  expect(await seenSince('0.9 seconds')).toEqual({ since: true })
  expect(await seenSince('1.1 seconds')).toEqual({ since: false })
})
