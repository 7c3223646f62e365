import type { PoolClient } from 'pg'
import type { Benchmark, Scale } from './benchmark.ts'
import { compare, type Measured, median } from './compare.ts'
import { bookFilledSlots, fillWithSlots, makeWorld, requestConnections } from './world.ts'

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
    const [patient] = world.callers
    const desk = await world.one<{ claims: string }>(
      `with account as (insert into app_private.accounts (email) values ('desk@bench.example') returning id),
            employee as (insert into app_public.employees (clinic_id, account_id, role, full_name) select 1, id, 'receptionist', 'Desk' from account),
            session as (insert into app_private.sessions (account_id) select id from account returning id, account_id)
       select jsonb_build_object('sub', account_id::text, 'sid', id)::text as claims from session`,
    )
    // A transaction each, begun as the server begins it, in which everything is read.
    const asOwner = await world.pool.connect()
    const asDesk = await pool.connect()
    const asPatient = await pool.connect()
    clients.push(asOwner, asDesk, asPatient)
    for (const client of clients) await client.query('begin')
    for (const [client, claims] of [
      [asDesk, desk.claims],
      [asPatient, patient?.claims],
    ] as const) {
      await client.query('select app_private.begin_request($1)', [claims])
    }

    const columns = 'id, booking_slot_id, customer_id, doctor_id, starts_at, ends_at, status, note'
    const { id } = await world.one<{ id: string }>(
      'select id from app_public.bookings where clinic_id = 1 and customer_id = $1 limit 1',
      [patient?.customerId],
    )
    const measured: Measured[] = []
    for (const [group, text, values, also] of [
      [
        'a clinic’s day of bookings',
        `select ${columns} from app_public.bookings where clinic_id = 1 and slot_date = current_date + 3 order by starts_at, id`,
        [],
        { 'staff of the clinic': asDesk },
      ],
      [
        'a customer’s bookings',
        `select ${columns} from app_public.bookings where customer_id = $1 order by starts_at, id limit 100`,
        [patient?.customerId],
        { 'the customer': asPatient },
      ],
      [
        'one booking',
        `select ${columns} from app_public.bookings where clinic_id = 1 and id = $1`,
        [id],
        { 'staff of the clinic': asDesk, 'the customer': asPatient },
      ],
    ] as const) {
      let right: string | undefined
      const reader = (name: string, client: PoolClient) => ({
        name,
        async round() {
          const took: number[] = []
          for (let i = 0; i < reads; i++) {
            const began = performance.now()
            const { rows } = await client.query({ name: group, text, values: [...values] })
            took.push(performance.now() - began)
            const answer = JSON.stringify(rows)
            right ??= answer
            if (answer !== right || rows.length === 0) throw new Error('the rows differ from the owner’s')
          }
          return median(took)
        },
      })
      measured.push(
        ...(await compare({
          group,
          unit: 'ms',
          rounds,
          contestants: [
            reader('the owner', asOwner),
            ...Object.entries(also).map(([name, client]) => reader(name, client)),
          ],
        })),
      )
    }
    return measured
  } finally {
    for (const client of clients) client.release(true)
    await pool.end()
    await world.end()
  }
}
