import type { Benchmark, Scale } from '../measure/benchmark.ts'
import { type Contestant, compare, type Measured, median } from '../measure/compare.ts'
import { fillWithSlots, makeWorld, type World } from '../world/world.ts'

const doctors = 20
/** Days of 320 slots. */
const sizes = {
  quick: { days: 100, queries: 5, rounds: 1 },
  usual: { days: 600, queries: 40, rounds: 5 },
  full: { days: 600, queries: 100, rounds: 15 },
}

export const benchmark: Benchmark = {
  name: 'visits',
  work: 'the next 20 starts of visits of four slots where four of five are taken, by one caller after the other; milliseconds',
  seconds: { quick: 20, usual: 60, full: 120 },
  run,
}

/** The longest time after the first day in which a page of starts is found. */
const window = `interval '90 days'`
/** The starts by one plain statement: the free slots of the doctors in the window, each with the end of the third one after it. */
const windowFunction = `
  select id from (
    select id, starts_at, lead(ends_at, 3) over (partition by doctor_id order by starts_at) as run_end
    from app_public.booking_slots
    where clinic_id = 1 and status = 'open' and starts_at >= $1::timestamptz and starts_at < $1::timestamptz + ${window}) s
  where run_end = starts_at + interval '2 hours'
  order by starts_at, id limit 20`
const search = (columns: string) => `select ${columns} from app_public.available_slots(
  clinic_id => 1, service_id => 1, page_size => 20, from_time => $1::timestamptz)`

async function run(scale: Scale, progress: (text: string) => void): Promise<Measured[]> {
  const { days, queries, rounds } = sizes[scale]
  const world = await makeWorld({ clinics: 1, doctors, days: 0, customers: 1 })
  try {
    await world.query(`
      update app_public.policies set horizon = '800 days';
      insert into app_public.services (clinic_id, name, duration) select id, 'Four slots', '2 hours' from app_public.clinics;
      insert into app_public.doctor_services (clinic_id, doctor_id, service_id) select clinic_id, id, 1 from app_public.doctors`)
    const slots = await fillWithSlots(world, days, 8)
    progress(`${slots} slots`)
    const starts = await world.query<{ day: string }>(
      `select ((current_date + 1 + i * ($2 - 95) / $1)::timestamp at time zone 'UTC')::text as day from generate_series(0, $1 - 1) i`,
      [queries, days],
    )
    return await compare({
      group: `a run of four, among ${slots.toLocaleString('en')} slots`,
      unit: 'ms',
      rounds,
      contestants: contestants(
        world,
        starts.map(({ day }) => day),
      ),
    })
  } finally {
    await world.end()
  }
}

/** The ways to search; each must find the same starts. */
function contestants(world: World, days: string[]): Contestant[] {
  const right = new Map<string, string>()
  const statements = {
    'window function over 90 days, ids': windowFunction,
    'available_slots over pg, ids': search('booking_slot_id as id'),
    'available_slots over pg, whole rows': search('*, booking_slot_id as id'),
  }
  return Object.entries(statements).map(([name, text]) => ({
    name,
    async round() {
      const took: number[] = []
      for (const day of days) {
        const began = performance.now()
        const { rows } = await world.pool.query({ name, text, values: [day] })
        took.push(performance.now() - began)
        const answer = rows.map(({ id }) => id).join()
        const expected = right.get(day) ?? answer
        if (answer !== expected || rows.length !== 20) throw new Error(`found ${answer}, not ${expected}`)
        right.set(day, expected)
      }
      return median(took)
    },
  }))
}
