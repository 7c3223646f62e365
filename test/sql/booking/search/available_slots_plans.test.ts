import { afterAll, beforeAll, expect, it } from '@jest/globals'
import { Client } from 'pg'
import { aClinic, aDoctor, aTimeSlot } from '../../../helpers/clinic/world.ts'
import { type ClonedDatabase, cloneDatabase, superuserUrlOf } from '../../../helpers/database/cluster.ts'
import { type Connection, connect } from '../../../helpers/database/connection.ts'

// Each kind of search reads the partial index of free slots made for it, already with some thousand slots. auto_explain shows the plans
// of the statements inside the function; the access paths are inlined into them.

let database: ClonedDatabase
let owner: Connection
let explained: Client
let clinicId: string
let doctorId: string
/** A specialization that few doctors have, and one that so many have that they are not read one by one. */
let rare: string
let common: string
/** Of all these clinics. */
let zone: string

beforeAll(async () => {
  database = await cloneDatabase()
  owner = await connect(database.url)
  await owner.query('begin')
  const [first, second] = await owner.query<{ id: string }>(
    `insert into app_public.specializations (name) values ('Dermatology'), ('Cardiology') returning id`,
  )
  rare = first?.id as string
  common = second?.id as string
  for (let c = 0; c < 8; c++) {
    clinicId = await aClinic(owner)
    const timeSlotIds: string[] = []
    for (let t = 0; t < 20; t++) timeSlotIds.push(await aTimeSlot(owner, clinicId))
    for (let d = 0; d < 8; d++) {
      doctorId = await aDoctor(owner, clinicId)
      for (const id of c % 2 === 0 && d === 0 ? [rare, common] : [common])
        await owner.query('insert into app_public.doctor_specializations values ($1, $2, $3)', [clinicId, doctorId, id])
      // Of 20 slots on each of 20 days, 5 are free; the others are in the state that is cheapest to make.
      await owner.query(
        `insert into app_public.booking_slots (clinic_id, doctor_id, time_slot_id, slot_date, during, status)
         select $1, $2, ($3::bigint[])[1 + n % 20], (t.at at time zone 'UTC')::date, tstzrange(t.at, t.at + interval '20 minutes'),
                case when n % 4 = 0 then 'open' else 'withdrawn' end::app_public.slot_status
         from generate_series(0, 399) n
         cross join lateral (
           select ((now() at time zone 'UTC')::date + 1 + n / 20 + (8 + n % 20 / 2.0) * interval '1 hour') at time zone 'UTC'
         ) as t (at)`,
        [clinicId, doctorId, timeSlotIds],
      )
    }
  }
  zone = (await owner.one<{ zone: string }>('select distinct time_zone as zone from app_public.clinics')).zone
  await owner.query('commit')
  await owner.query('analyze')

  explained = new Client({ connectionString: superuserUrlOf(database.name) })
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

/**
 * The plans of the function's statements, with what they really read. Across clinics there is one for a few dates at a
 * time. How many are needed depends on the hour, because the first of these dates is over except in the last time
 * zones.
 */
async function plansOf(call: string): Promise<string[]> {
  const plans: string[] = []
  const listen = ({ message }: { message?: string | undefined }) => {
    // The call itself is also explained, as a Function Scan, which is not of interest.
    if (message && /from app_private\.free_slots_/.test(message)) plans.push(message)
  }
  explained.on('notice', listen)
  const { rows } = await explained.query(`select booking_slot_id from ${call}`)
  explained.off('notice', listen)
  expect(rows).toHaveLength(20)
  expect(plans.length).toBeGreaterThan(0)
  // Shown where statements were compiled just in time, which takes longer than they do. Only a PostgreSQL with LLVM can
  // (npm run test:stock).
  for (const plan of plans) expect(plan).not.toMatch(/^JIT:/m)
  return plans
}

/** How many slots were read through an index, those that a filter then refused among them. */
function readBy(plan: string, index: string): number {
  const [, rows, loops, filtered] =
    new RegExp(
      `Index (?:Only )?Scan using ${index} on booking_slots.*actual rows=([\\d.]+) loops=(\\d+)(?:.*\\n(?!.*->).*){0,2}(?:\\n.*Rows Removed by Filter: (\\d+))?`,
    ).exec(plan) ?? []
  return (Number(rows) + Number(filtered ?? 0)) * Number(loops)
}

const onSomeDates = 'from_date => current_date + 5, to_date => current_date + 6'

it.each([
  ["a doctor's", () => `(${clinicId}, ${doctorId})`, 'free_slots_of_a_doctor_by_time'],
  ["a clinic's", () => `(${clinicId})`, 'free_slots_of_a_clinic_by_time'],
  ["a clinic's, on some dates", () => `(${clinicId}, ${onSomeDates})`, 'free_slots_of_a_clinic_by_time'],
])(
  '%s next free slots are read from the index made for them, in order, no more than needed',
  async (_, args, index) => {
    for (const plan of await plansOf(`app_public.available_slots${args()}`)) {
      // Read in the order of the index: with a sort, all free slots would be read for the first twenty.
      expect(plan).not.toMatch(/\bSort\b/)
      expect(readBy(plan, index)).toBeLessThanOrEqual(100)
    }
  },
)

// Dates and doctors are read one by one, at most a page of each, and the results are sorted.
it.each([
  ['of all clinics', () => '()', 'free_slots_of_a_date'],
  ['by a specialization that many have', () => `(specialization_id => ${common})`, 'free_slots_of_a_date'],
  [
    'by a specialization that many have, on some dates',
    () => `(specialization_id => ${common}, ${onSomeDates})`,
    'free_slots_of_a_date',
  ],
  ['by a specialization that few have', () => `(specialization_id => ${rare})`, 'free_slots_of_a_doctor_by_time'],
  [
    'by a specialization that few have, on some dates',
    () => `(specialization_id => ${rare}, ${onSomeDates})`,
    'free_slots_of_a_doctor_by_time',
  ],
])(
  "everybody's next free slots, %s, are walked from the index made for them, a page at most each time",
  async (_, args, index) => {
    for (const plan of await plansOf(`app_public.available_slots${args()}`)) {
      expect(plan).toMatch(new RegExp(`Limit .*\\n\\s+->  Index Scan using ${index} on booking_slots`))
      expect(plan.match(/\bSort {2}/g)).toHaveLength(1)
      expect(readBy(plan, index)).toBeLessThanOrEqual(100)
    }
  },
)

it.each([
  ['of few clinics', () => `(near_time_zone => '${zone}')`, 'free_slots_of_a_clinic_by_time', 8 * 20],
  [
    'by a specialization that few have',
    () => `(specialization_id => ${rare}, near_time_zone => '${zone}')`,
    'free_slots_of_a_doctor_by_time',
    100,
  ],
  [
    'by a specialization that many have',
    () => `(specialization_id => ${common}, near_time_zone => '${zone}')`,
    'free_slots_of_a_date',
    100,
  ],
])(
  'the next free slots near a time zone, %s, are walked from the index made for them, a page at most each time',
  async (_, args, index, most) => {
    for (const plan of await plansOf(`app_public.available_slots${args()}`)) {
      expect(plan).toMatch(new RegExp(`Limit .*\\n\\s+->  Index Scan using ${index} on booking_slots`))
      expect(readBy(plan, index)).toBeLessThanOrEqual(most)
    }
  },
)

it('a free slot on a distant date costs the search across clinics one lookup, whether new slots may be that distant or not', async () => {
  const blocksRead = async (call: string): Promise<number> => {
    const { rows } = await explained.query(
      `explain (analyze, buffers, timing off, format json) select * from app_public.available_slots(${call})`,
    )
    const [{ Plan: plan }] = rows[0]['QUERY PLAN']
    return plan['Shared Hit Blocks'] + plan['Shared Read Blocks']
  }
  // Pages that nearby slots do not fill, so that the search goes on to the last date there is.
  const searches = [
    'page_size => 100, from_date => current_date + 20',
    `page_size => 100, from_date => current_date + 20, specialization_id => ${common}`,
    `page_size => 100, from_date => current_date + 20, specialization_id => ${rare}`,
  ]
  const before: number[] = []
  for (const search of searches) before.push(await blocksRead(search))

  await owner.query(
    'begin; alter table app_public.booking_slots disable trigger booking_slots_start_within_three_years',
  )
  for (const date of ['9999-12-31', '20271-03-04'])
    await owner.query(
      `insert into app_public.booking_slots (clinic_id, doctor_id, time_slot_id, slot_date, during)
       select ts.clinic_id, $2, ts.id, $3::date, tstzrange($3::date + time '09:00' at time zone 'UTC', $3::date + time '09:20' at time zone 'UTC')
       from app_public.time_slots ts where ts.clinic_id = $1 limit 1`,
      [clinicId, doctorId, date],
    )
  await owner.query('alter table app_public.booking_slots enable trigger booking_slots_start_within_three_years')
  // Slots up to three years ahead, one every hundred days.
  await owner.query(
    `insert into app_public.booking_slots (clinic_id, doctor_id, time_slot_id, slot_date, during)
     select ts.clinic_id, $2, ts.id, d.day, tstzrange(d.day + time '09:00' at time zone 'UTC', d.day + time '09:20' at time zone 'UTC')
     from (select current_date + 100 * n as day from generate_series(2, 10) n) d
     cross join (select ts.* from app_public.time_slots ts where ts.clinic_id = $1 limit 1) ts`,
    [clinicId, doctorId],
  )
  await owner.query('commit')
  for (const [i, search] of searches.entries())
    expect(await blocksRead(search)).toBeLessThan((before[i] as number) + 4000)
})

it('the next page is read from where the last ended, not from the beginning', async () => {
  const { cursor } = await owner.one<{ cursor: string }>(
    `select cursor from app_public.available_slots($1, page_size => 100) order by starts_at desc, booking_slot_id desc limit 1`,
    [clinicId],
  )
  const [plan] = await plansOf(`app_public.available_slots(${clinicId}, after => '${cursor}')`)
  expect(plan).toMatch(/Index Cond: .*ROW\(starts_at, id\) > ROW\(/)
})
