import type { Benchmark, Scale } from '../measure/benchmark.ts'
import { type Contestant, compare, type Measured, median } from '../measure/compare.ts'
import { type Load, loadOn } from '../measure/load.ts'
import { fillWithSlots, makeWorld, type World } from '../world/world.ts'

const doctors = 20
const days = 25
/**
 * Clinics of the smaller and of the larger world; each has 8000 slots. The queries are asked `warm` times in the round that does
 * not count: 2,000 requests by each API, which is how many a new server needs until most of its code is compiled.
 */
const sizes = {
  quick: { clinics: [2], queries: 5, rounds: 1, warm: 1 },
  usual: { clinics: [25, 125], queries: 40, rounds: 5, warm: 50 },
  full: { clinics: [250, 1250], queries: 100, rounds: 9, warm: 20 },
}

export const benchmark: Benchmark = {
  name: 'search',
  work: 'the next 20 free slots where nine of ten are taken, by one caller after the other; milliseconds',
  seconds: { quick: 20, usual: 120, full: 1200 },
  run,
}

/** A kind of search, in SQL and for each API. */
interface Shape {
  name: string
  /** The bare index scan that the search needs. Takes the values below by their names. */
  bare: string
  /** Arguments of available_slots. */
  sql: string
  graphql: string
  rest: (asked: Asked) => string
}

type Asked = Record<'clinic' | 'doctor' | 'specialization' | 'day' | 'after', string>

const free = `select id from app_public.booking_slots bs where status in ('open', 'held')`
const page = 'order by starts_at, id limit 20'
const shapes: Shape[] = [
  {
    name: 'of a doctor',
    bare: `${free} and clinic_id = :clinic and doctor_id = :doctor and starts_at > now() ${page}`,
    sql: 'clinic_id => :clinic, doctor_id => :doctor',
    graphql: 'clinicId: $clinic, doctorId: $doctor',
    rest: ({ doctor }) => `/api/doctors/${doctor}/availability`,
  },
  {
    name: 'of a clinic on a day',
    bare: `${free} and clinic_id = :clinic and starts_at >= :day and starts_at < :day::timestamptz + interval '1 day' ${page}`,
    sql: 'clinic_id => :clinic, from_date => :day, to_date => :day',
    graphql: 'clinicId: $clinic, fromDate: $day, toDate: $day',
    rest: ({ clinic, day }) => `/api/clinics/${clinic}/availability?date=${day}`,
  },
  {
    name: 'of a specialization on a day, in all clinics',
    bare: `${free} and starts_at >= :day and starts_at < :day::timestamptz + interval '1 day' and exists (
      select from app_public.doctor_specializations ds
      where ds.clinic_id = bs.clinic_id and ds.doctor_id = bs.doctor_id and ds.specialization_id = :specialization) ${page}`,
    sql: 'specialization_id => :specialization, from_date => :day, to_date => :day',
    graphql: 'specializationId: $specialization, fromDate: $day, toDate: $day',
    rest: ({ specialization, day }) => `/api/availability/search?specialization=${specialization}&date=${day}`,
  },
  {
    name: 'of a clinic, deep in its pages',
    bare: `${free} and clinic_id = :clinic
      and (starts_at, id) > (timestamptz '2000-01-01 UTC' + ('x' || left(:after, 16))::bit(64)::bigint * interval '1 microsecond',
        ('x' || right(:after, 16))::bit(64)::bigint) ${page}`,
    sql: 'clinic_id => :clinic, after => :after',
    graphql: 'clinicId: $clinic, after: $after',
    rest: ({ clinic, after }) => `/api/clinics/${clinic}/availability?cursor=${after}`,
  },
]
const types: Record<keyof Asked, [sql: string, graphql: string]> = {
  clinic: ['bigint', 'BigInt'],
  doctor: ['bigint', 'BigInt'],
  specialization: ['bigint', 'BigInt'],
  day: ['date', 'Date'],
  after: ['text', 'String'],
}

async function run(scale: Scale, progress: (text: string) => void): Promise<Measured[]> {
  const { clinics, queries, rounds, warm } = sizes[scale]
  const measured: Measured[] = []
  for (const n of clinics) {
    const world = await makeWorld({ clinics: n, doctors, days: 0, customers: 1 })
    const loads: Load[] = []
    try {
      const slots = await fillWithSlots(world, days)
      progress(`${slots} slots`)
      const server = loadOn((await world.program('server')).url, 1)
      loads.push(server)
      const asked = await questions(world, queries)
      for (const shape of shapes) {
        measured.push(
          ...(await compare({
            group: `${shape.name}, among ${slots.toLocaleString('en')} slots`,
            unit: 'ms',
            rounds,
            contestants: contestants(world, server, shape, { asked, warm }),
          })),
        )
      }
    } finally {
      await Promise.all(loads.map((load) => load.close()))
      await world.end()
    }
  }
  return measured
}

/** The columns that a caller gets, joined to the rows of the bare scan: the cost of the same answer without a function. */
const named = (bare: string) => `
  select encode(timestamptz_send(bs.starts_at) || int8send(bs.id), 'hex') as cursor, bs.clinic_id, c.name as clinic_name, c.time_zone,
    bs.doctor_id, d.full_name as doctor_name, bs.id, bs.slot_date, bs.starts_at, bs.ends_at,
    (bs.starts_at at time zone c.time_zone)::time as local_start, (bs.ends_at at time zone c.time_zone)::time as local_end
  from (${bare.replace('select id from', 'select * from')}) bs
  join app_public.clinics c on c.id = bs.clinic_id
  join app_public.doctors d on d.clinic_id = bs.clinic_id and d.id = bs.doctor_id
  order by bs.starts_at, bs.id`

/** The ways to search; each must give the same rows as the bare scan. */
function contestants(
  world: World,
  server: Load,
  shape: Shape,
  { asked, warm }: { asked: Asked[]; warm: number },
): Contestant[] {
  const statements = {
    'bare index scan': shape.bare,
    'the same rows with names, one plain statement': named(shape.bare),
    'available_slots over pg, ids': `select booking_slot_id as id from app_public.available_slots(${shape.sql})`,
    'available_slots over pg, whole rows': `select *, booking_slot_id as id from app_public.available_slots(${shape.sql})`,
  }
  const variables = (Object.keys(types) as (keyof Asked)[]).filter((name) => shape.graphql.includes(`$${name}`))
  const document = `query (${variables.map((name) => `$${name}: ${types[name][1]}`)}) {
    availableSlots(${shape.graphql}) { bookingSlotId doctorName startsAt endsAt cursor }
  }`
  const right = new Map<Asked, string>()
  const ids = (rows: { id: string }[]) => rows.map(({ id }) => id).join()
  const way = (name: string, ask: (question: Asked) => Promise<string>): Contestant => ({
    name,
    async round(round) {
      const took: number[] = []
      for (const question of round === 0 ? Array(warm).fill(asked).flat() : asked) {
        const began = performance.now()
        const answer = await ask(question)
        took.push(performance.now() - began)
        const expected = right.get(question) ?? answer
        if (answer !== expected || answer === '') throw new Error(`found ${answer}, not ${expected}`)
        right.set(question, expected)
      }
      return median(took)
    },
  })
  return [
    ...Object.entries(statements).map(([name, text], i) => {
      const statement = prepared(`${shape.name} ${i}`, text)
      return way(name, async (question) => ids((await world.pool.query(statement(question))).rows))
    }),
    way('medislot graphql', async (question) => {
      const { text } = await server.post('/graphql', {
        query: document,
        variables: Object.fromEntries(variables.map((name) => [name, question[name]])),
      })
      const found = JSON.parse(text).data.availableSlots as { bookingSlotId: string }[]
      return found.map(({ bookingSlotId }) => bookingSlotId).join()
    }),
    way('medislot rest', async (question) => {
      const { text } = await server.get(shape.rest(question))
      const found = JSON.parse(text).items as { bookingSlotId: string }[]
      return found.map(({ bookingSlotId }) => bookingSlotId).join()
    }),
  ]
}

/** A prepared statement for pg, from a text with names in place of numbers. */
function prepared(name: string, text: string): (asked: Asked) => { name: string; text: string; values: string[] } {
  const names: (keyof Asked)[] = []
  const numbered = text.replace(/(?<!:):(\w+)/g, (_, value: keyof Asked) => {
    if (!names.includes(value)) names.push(value)
    return `$${names.indexOf(value) + 1}::${types[value][0]}`
  })
  return (asked) => ({
    name,
    text: numbered,
    values: names.map((value) => asked[value]),
  })
}

/**
 * The values to search for, spread over the world. A day begins in UTC after it has begun in Berlin, but no doctor
 * works in between.
 */
async function questions(world: World, count: number): Promise<Asked[]> {
  return world.query<Asked>(
    `select d.clinic_id as clinic, d.id as doctor, (1 + i % 20)::text as specialization,
       (current_date + 2 + i % 20)::text as day,
       (select c.cursor from app_public.available_slots(clinic_id => d.clinic_id, page_size => 100,
          from_date => current_date + ${days} / 2) c order by c.cursor desc limit 1) as after
     from generate_series(1, $1) i
     join lateral (select clinic_id, id from app_public.doctors order by hashint8(id + i) limit 1) d on true`,
    [count],
  )
}
