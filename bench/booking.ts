import { SignJWT } from 'jose'
import { startServer } from '../test/helpers/program.ts'
import { atATime, makeWorld, median } from './world.ts'

// npm run bench: what a booking costs, and what each layer above the bare function adds; then a rush of 200 on one slot,
// searches, generation. Prints ratios: absolute figures are the machine's.

const clients = 16
const bookings = 2000
const secret = 'a secret for benchmarks only, of some length'
const world = await makeWorld(10, 200)
const { pool } = world
const server = await startServer(world.databaseUrl, { JWT_SECRET: secret, LOG_LEVEL: 'warn', POOL_SIZE: '20' })
try {
  const { rows: people } = await pool.query<{ sub: string; sid: string; customer_id: string }>(
    `select s.account_id as sub, s.id as sid, c.id as customer_id
     from app_private.sessions s join app_public.customers c on c.account_id = s.account_id`,
  )
  const callers = await Promise.all(
    people.map(async ({ sub, sid, customer_id }) => ({
      customerId: customer_id,
      claims: JSON.stringify({ sub, sid }),
      token: await new SignJWT({ sid })
        .setProtectedHeader({ alg: 'HS256' })
        .setSubject(sub)
        .setIssuer('medislot')
        .setAudience('medislot')
        .setIssuedAt()
        .setExpirationTime('1h')
        .sign(Buffer.from(secret)),
    })),
  )
  const caller = (n: number) => callers[n % callers.length] as (typeof callers)[number]

  // Each way books other slots, one at most per customer and hour, so that nobody is refused.
  const { rows: slots } = await pool.query<{ clinic_id: string; id: string; n: string }>(
    `select clinic_id, id, dense_rank() over (order by starts_at) as hour,
            row_number() over (partition by starts_at order by clinic_id, id) as n
     from app_public.booking_slots order by starts_at, n limit ${bookings * 3.2}`,
  )
  const shares = [0, 1, 2].map((way) => slots.filter((_, i) => i % 3 === way).slice(0, bookings))

  const ways: Record<string, (slot: (typeof slots)[number]) => Promise<unknown>> = {
    'one call of book_slot by the owner': (slot) =>
      pool.query({
        name: 'book',
        text: 'select app_public.book_slot($1, $2, $3)',
        values: [slot.clinic_id, slot.id, caller(Number(slot.n)).customerId],
      }),
    'begin, begin_request, book_slot, commit': (slot) => asCaller(caller(Number(slot.n)).claims, slot),
    'GraphQL over HTTP': async (slot) => {
      const answer = await book(caller(Number(slot.n)).token, slot)
      if (answer.errors) throw new Error(JSON.stringify(answer.errors))
    },
  }
  await atATime(4, slots.slice(-60), (slot) => book(caller(Number(slot.n)).token, slot))
  let one = 0
  for (const [i, [name, way]] of Object.entries(ways).entries()) {
    const began = performance.now()
    const took = await atATime(clients, shares[i] ?? [], way)
    const perSecond = (took.length * 1000) / (performance.now() - began)
    one ||= perSecond
    print(
      `${name}, ${clients} clients`,
      `${perSecond.toFixed(0)}/s`,
      `ratio ${(perSecond / one).toFixed(2)}`,
      `median ${median(took).toFixed(1)} ms`,
    )
  }

  for (const [name, claim] of [
    [
      'SQL',
      (n: number, slot: (typeof slots)[number]) =>
        asCaller(caller(n).claims, slot).then(
          () => true,
          () => false,
        ),
    ],
    ['GraphQL', async (n: number, slot: (typeof slots)[number]) => !(await book(caller(n).token, slot)).errors],
  ] as const) {
    // Twice, and the second counts: the first finds 200 connections that have planned nothing yet.
    let won = 0
    let took: number[] = []
    for (const _round of ['cold', 'warm']) {
      const { rows } = await pool.query(
        `select clinic_id, id from app_public.booking_slots where status = 'open' order by starts_at desc limit 1`,
      )
      won = 0
      took = await atATime(200, [...Array(200).keys()], async (n) => {
        if (await claim(n, rows[0])) won++
      })
    }
    print(
      `200 callers for one slot, ${name}`,
      `${won} won`,
      `median ${median(took).toFixed(0)} ms`,
      `last ${Math.max(...took).toFixed(0)} ms`,
    )
  }

  for (const [name, where] of Object.entries({
    'a doctor': 'clinic_id => 3, doctor_id => (select min(id) from app_public.doctors where clinic_id = 3)',
    'a clinic': 'clinic_id => 3',
    'a specialization, all clinics': `specialization_id => 7, from_time => now() + interval '10 days'`,
  })) {
    const took = await atATime(1, [...Array(50).keys()], () =>
      pool.query(`select * from app_public.available_slots(${where})`),
    )
    print(`next 20 free slots of ${name} among ${world.slots}`, `median ${median(took).toFixed(2)} ms`)
  }
  print(`generation`, `${((world.generationMs * 1000) / world.slots).toFixed(0)} µs a slot`)
} finally {
  await server.stop()
  await world.end()
}

async function asCaller(claims: string, slot: { clinic_id: string; id: string }): Promise<unknown> {
  const client = await pool.connect()
  try {
    await client.query(`begin; set local role app_authenticator; select app_private.begin_request('${claims}')`)
    const result = await client.query({
      name: 'book as caller',
      text: 'select app_public.book_slot($1, $2)',
      values: [slot.clinic_id, slot.id],
    })
    await client.query('commit')
    return result
  } catch (error) {
    await client.query('rollback')
    throw error
  } finally {
    client.release()
  }
}

async function book(token: string, slot: { clinic_id: string; id: string }) {
  const response = await fetch(`${server.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: JSON.stringify({
      query: 'mutation ($input: BookSlotInput!) { bookSlot(input: $input) { booking { id status } } }',
      variables: { input: { clinicId: slot.clinic_id, bookingSlotId: slot.id } },
    }),
  })
  return (await response.json()) as { errors?: unknown }
}

function print(what: string, ...figures: string[]): void {
  process.stdout.write(`${what.padEnd(60)} ${figures.join('   ')}\n`)
}
