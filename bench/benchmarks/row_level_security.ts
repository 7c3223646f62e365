import type { PoolClient } from 'pg'
import type { Benchmark, Scale } from '../measure/benchmark.ts'
import { type Contestant, compare, type Measured, median } from '../measure/compare.ts'
import {
  bookFilledSlots,
  type Caller,
  claimsOfDesk,
  fillWithSlots,
  makeWorld,
  requestConnections,
  type World,
} from '../world/world.ts'

const sizes = {
  quick: { clinics: 2, reads: 10, rounds: 1 },
  usual: { clinics: 20, reads: 200, rounds: 7 },
  full: { clinics: 200, reads: 1000, rounds: 15 },
}

export const benchmark: Benchmark = {
  name: 'row_level_security',
  work: 'the same read by the owner, whom no policy binds, and by those whom they bind; milliseconds',
  seconds: { quick: 10, usual: 25, full: 300 },
  run,
}

async function run(scale: Scale, progress: (text: string) => void): Promise<Measured[]> {
  const { clinics, reads, rounds } = sizes[scale]
  const world = await makeWorld({ clinics, doctors: 20, days: 0, customers: 100 })
  const pool = requestConnections(world, 2)
  const clients: PoolClient[] = []
  try {
    await fillWithSlots(world, 10)
    progress(`${await bookFilledSlots(world)} bookings`)
    const [patient] = world.callers as [Caller]
    const readers: Readers = {
      'the owner': await world.pool.connect(),
      'staff of the clinic': await pool.connect(),
      'the customer': await pool.connect(),
    }
    clients.push(...Object.values(readers))
    // A transaction each, begun as the server begins it, in which everything is read.
    for (const client of clients) await client.query('begin')
    await readers['staff of the clinic'].query(beginRequest, [await claimsOfDesk(world)])
    await readers['the customer'].query(beginRequest, [patient.claims])

    const measured: Measured[] = []
    for (const read of await readsOf(world, patient)) {
      const contestants = contestantsOf(read, readers, reads)
      measured.push(...(await compare({ group: read.group, unit: 'ms', rounds, contestants })))
    }
    return measured
  } finally {
    for (const client of clients) client.release(true)
    await pool.end()
    await world.end()
  }
}

type Reader = 'the owner' | 'staff of the clinic' | 'the customer'
type Readers = Record<Reader, PoolClient>

const beginRequest = 'select app_private.begin_request($1)'

/** A statement, and who reads its rows besides the owner. */
interface Read {
  group: string
  text: string
  values: unknown[]
  also: Reader[]
}

async function readsOf(world: World, { customerId }: Caller): Promise<Read[]> {
  const columns = 'id, booking_slot_id, customer_id, doctor_id, starts_at, ends_at, status, note'
  const { id } = await world.one<{ id: string }>(
    'select id from app_public.bookings where clinic_id = 1 and customer_id = $1 limit 1',
    [customerId],
  )
  return [
    {
      group: 'a clinic’s day of bookings',
      text: `select ${columns} from app_public.bookings where clinic_id = 1 and slot_date = current_date + 3 order by starts_at, id`,
      values: [],
      also: ['staff of the clinic'],
    },
    {
      group: 'a customer’s bookings',
      text: `select ${columns} from app_public.bookings where customer_id = $1 order by starts_at, id limit 100`,
      values: [customerId],
      also: ['the customer'],
    },
    {
      group: 'one booking',
      text: `select ${columns} from app_public.bookings where clinic_id = 1 and id = $1`,
      values: [id],
      also: ['staff of the clinic', 'the customer'],
    },
  ]
}

/** All have to read the same rows. */
function contestantsOf({ group, text, values, also }: Read, readers: Readers, reads: number): Contestant[] {
  let right: string | undefined
  return (['the owner', ...also] as const).map((name) => ({
    name,
    async round() {
      const took: number[] = []
      for (let i = 0; i < reads; i++) {
        const began = performance.now()
        const { rows } = await readers[name].query({ name: group, text, values: [...values] })
        took.push(performance.now() - began)
        const answer = JSON.stringify(rows)
        right ??= answer
        if (answer !== right || rows.length === 0) throw new Error('the rows differ from the owner’s')
      }
      return median(took)
    },
  }))
}
