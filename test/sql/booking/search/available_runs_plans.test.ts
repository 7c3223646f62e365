import { afterAll, beforeAll, expect, it } from '@jest/globals'
import { Client } from 'pg'
import { aService } from '../../../helpers/clinic/services.ts'
import { aClinic, aDoctor, aTimeSlot } from '../../../helpers/clinic/world.ts'
import { type ClonedDatabase, cloneDatabase, superuserUrlOf } from '../../../helpers/database/cluster.ts'
import { connect } from '../../../helpers/database/connection.ts'

// What a search for visits of four slots reads in a large clinic: 192,000 slots of twenty doctors, of which four of five are
// taken. The buffers that a statement reads do not depend on how fast the machine is.

const doctors = 20
const days = 400
const slotsOfDay = 24

let database: ClonedDatabase
let client: Client
let clinicId: string
let serviceId: string

beforeAll(async () => {
  database = await cloneDatabase()
  const owner = await connect(database.url)
  clinicId = await aClinic(owner, 'UTC')
  await owner.query(`update app_public.policies set horizon = '800 days' where clinic_id = $1`, [clinicId])
  const doctorIds: string[] = []
  for (let i = 0; i < doctors; i++) doctorIds.push(await aDoctor(owner, clinicId))
  const timeSlotIds: string[] = []
  for (let i = 0; i < slotsOfDay; i++) timeSlotIds.push(await aTimeSlot(owner, clinicId))
  serviceId = await aService(owner, clinicId, { doctors: doctorIds, duration: '80 minutes' })
  await owner.close()

  client = new Client({ connectionString: superuserUrlOf(database.name) })
  await client.connect()
  // Without the triggers, which would write an event for each. Taken slots are in the state that is cheapest to make,
  // because the search reads only free slots.
  await client.query('set session_replication_role = replica')
  const { rowCount } = await client.query(
    `insert into app_public.booking_slots (clinic_id, doctor_id, time_slot_id, slot_date, during, status)
     select $1, d.id, ts.id, current_date + day, tstzrange(t.at, t.at + interval '20 minutes'),
       case when hashint8(d.n * 1000003 + ts.n * 7919 + day) % 5 = 0 then 'open' else 'withdrawn' end::app_public.slot_status
     from generate_series(1, $4::int) day
     cross join unnest($2::bigint[]) with ordinality d (id, n)
     cross join unnest($3::bigint[]) with ordinality ts (id, n)
     cross join lateral (
       select (current_date + day)::timestamp at time zone 'UTC' + (8 * 60 + 20 * ts.n) * interval '1 minute') t (at)
     order by day, d.n, ts.n`,
    [clinicId, doctorIds, timeSlotIds, days],
  )
  expect(rowCount).toBe(192_000)
  await client.query('set session_replication_role = origin')
  await client.query('vacuum analyze')
})

afterAll(async () => {
  await client?.end()
  await database?.drop()
})

it('a page of twenty visits of four slots, among 192,000 slots of which 80 % are taken, costs at most 400 buffers', async () => {
  // From midnight on, so that the hour of the test makes no difference.
  const call = `app_public.available_slots(
    $1, service_id => $2, page_size => 20, after => $3, from_time => (current_date + 1)::timestamp at time zone 'UTC')`
  const pages: number[] = []
  let after: string | null = null
  // At first also the catalogue is read, and plans are made.
  for (let i = 0; i < 6; i++) await client.query(`select cursor from ${call}`, [clinicId, serviceId, null])
  for (let page = 0; page < 8; page++) {
    const values: unknown[] = [clinicId, serviceId, after]
    const explained = await client.query(
      `explain (analyze, buffers, timing off, format json) select * from ${call}`,
      values,
    )
    const { Plan: plan } = explained.rows[0]['QUERY PLAN'][0]
    expect(plan['Actual Rows']).toBe(20)
    pages.push(plan['Shared Hit Blocks'] + plan['Shared Read Blocks'])
    const { rows } = await client.query(`select cursor from ${call}`, values)
    after = rows.at(-1).cursor
  }
  expect(Math.max(...pages)).toBeLessThanOrEqual(400)
})
