import { afterAll, beforeAll, expect, it } from '@jest/globals'
import { Client } from 'pg'
import { type ClonedDatabase, cloneDatabase, testCluster } from '../../helpers/cluster.ts'
import { type Connection, connect } from '../../helpers/connection.ts'
import { aClinic, aDoctor, aTimeSlot } from '../../helpers/world.ts'

// Search reads a partial index of free slots, for each of its shapes its own: with some thousand slots already, and whatever PostgreSQL
// thinks of the statement that serves them all. What it does is asked of auto_explain, inside the function.

let database: ClonedDatabase
let owner: Connection
let explained: Client
let clinicId: string
let doctorId: string
let specializationId: string

beforeAll(async () => {
  database = await cloneDatabase()
  owner = await connect(database.url)
  await owner.query('begin')
  const { id } = await owner.one<{ id: string }>(
    `insert into app_public.specializations (name) values ('Dermatology') returning id`,
  )
  specializationId = id
  for (let c = 0; c < 4; c++) {
    clinicId = await aClinic(owner)
    for (let d = 0; d < 8; d++) {
      doctorId = await aDoctor(owner, clinicId)
      if (d % 4 === 0)
        await owner.query('insert into app_public.doctor_specializations values ($1, $2, $3)', [clinicId, doctorId, id])
      // Of 20 slots on each of 20 days, 5 are free; the others are in a state that costs least to make.
      await owner.query(
        `insert into app_public.booking_slots (clinic_id, doctor_id, time_slot_id, slot_date, during, status)
         select $1, $2, $3, current_date + n, tstzrange(t.at, t.at + interval '20 minutes'),
                case when n % 4 = 0 then 'open' else 'withdrawn' end::app_public.slot_status
         from generate_series(1, 400) n
         cross join lateral (select current_date + 1 + n / 20 + (8 + n % 20 / 2.0) * interval '1 hour') as t (at)`,
        [clinicId, doctorId, await aTimeSlot(owner, clinicId)],
      )
    }
  }
  await owner.query('commit')
  await owner.query('analyze')

  const url = new URL(testCluster().superuserUrl)
  url.pathname = new URL(database.url).pathname
  explained = new Client({ connectionString: url.href })
  await explained.connect()
  await explained.query(
    `load 'auto_explain'; set auto_explain.log_min_duration = 0; set auto_explain.log_nested_statements = on;
     set auto_explain.log_level = notice; set auto_explain.log_analyze = on; set auto_explain.log_timing = off`,
  )
})

afterAll(async () => {
  await explained.end()
  await owner.close()
  await database.drop()
})

/** The plan of the function's statement, with what it really read. */
async function planOf(call: string): Promise<string> {
  let plan = ''
  const listen = ({ message }: { message?: string | undefined }) => {
    // The call itself is explained as well: a Function Scan, which says nothing.
    if (message?.includes('booking_slots bs')) plan += message
  }
  explained.on('notice', listen)
  const { rows } = await explained.query(`select booking_slot_id from ${call}`)
  explained.off('notice', listen)
  expect(rows).toHaveLength(20)
  return plan
}

it.each([
  ["a doctor's", () => `(${clinicId}, ${doctorId})`, 'free_slots_of_a_doctor_by_time'],
  ["a clinic's", () => `(${clinicId})`, 'free_slots_of_a_clinic_by_time'],
  ["everybody's, by specialization", () => `(specialization_id => ${specializationId})`, 'free_slots_by_time'],
])(
  '%s next free slots are read from the index made for them, in order, no more than needed',
  async (_, args, index) => {
    const plan = await planOf(`app_public.available_slots${args()}`)
    expect(plan).toMatch(new RegExp(`Index (Only )?Scan using ${index} on booking_slots`))
    // In the order of the index: a sort would mean that all free slots are read for the first twenty.
    expect(plan).not.toMatch(/\bSort\b/)
    const read = Number(new RegExp(`using ${index} on booking_slots.*actual rows=([\\d.]+)`).exec(plan)?.[1])
    expect(read).toBeLessThanOrEqual(100)
  },
)

it('the next page is read from where the last ended, not from the beginning', async () => {
  const { cursor } = await owner.one<{ cursor: string }>(
    `select cursor from app_public.available_slots($1, page_size => 100) order by starts_at desc, booking_slot_id desc limit 1`,
    [clinicId],
  )
  const plan = await planOf(`app_public.available_slots(${clinicId}, after => '${cursor}')`)
  expect(plan).toMatch(/Index Cond: .*ROW\(starts_at, id\) > ROW\(/)
})
