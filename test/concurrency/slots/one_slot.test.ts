import { afterAll, beforeAll, expect, it } from '@jest/globals'
import { Client, DatabaseError } from 'pg'
import { book, hold } from '../../helpers/clinic/operations.ts'
import { aPractice } from '../../helpers/clinic/world.ts'
import { type ClonedDatabase, cloneDatabase } from '../../helpers/database/cluster.ts'
import { type Connection, connect } from '../../helpers/database/connection.ts'
import { type Claims, expectRefusal } from '../../helpers/database/database.ts'
import { graphqlClient } from '../../helpers/programs/graphql.ts'
import { startServer } from '../../helpers/programs/program.ts'
import { tokenOf, tokenSettings } from '../../helpers/programs/tokens.ts'
import { untilServed } from '../../helpers/time/few_at_once.ts'

// A rush: 200 customers, each on a separate connection, try to book one slot at the same moment.

const rush = 200

let database: ClonedDatabase
let owner: Connection

beforeAll(async () => {
  database = await cloneDatabase()
  owner = await connect(database.url)
})

afterAll(async () => {
  await owner.close()
  await database.drop()
})

/** Two hundred customers with live sessions. */
const manyCustomers = () =>
  owner.query<{ customerId: string; claims: Claims }>(
    `with account as (
       insert into app_private.accounts (email, email_verified_at)
         select gen_random_uuid() || '@test.example', now() from generate_series(1, $1) returning id, email),
     session as (insert into app_private.sessions (account_id) select id from account returning id, account_id),
     customer as (
       insert into app_public.customers (account_id, full_name, email) select id, 'Customer', email from account returning id, account_id)
     select c.id as "customerId", jsonb_build_object('sub', s.account_id::text, 'sid', s.id) as claims
     from customer c join session s using (account_id)`,
    [rush],
  )

/** The invariants of the slot, its booking, events and notifications, whichever customer booked it. */
async function expectOneWinner(clinicId: string, slotId: string): Promise<void> {
  const state = await owner.one(
    `select (select status from app_public.booking_slots where clinic_id = $1 and id = $2) as slot,
       (select count(*)::int from app_public.bookings where clinic_id = $1) as bookings,
       (select count(*)::int from app_public.clinic_customers where clinic_id = $1) as customers,
       (select count(*)::int from app_public.notifications where clinic_id = $1) as notifications,
       (select count(*)::int from app_public.events where clinic_id = $1) as events,
       (select bool_and(b.customer_id = bs.customer_id and b.id = n.booking_id)
        from app_public.bookings b, app_public.booking_slots bs, app_public.notifications n
        where b.clinic_id = $1 and bs.clinic_id = $1 and bs.id = $2 and n.clinic_id = $1) as all_the_winners`,
    [clinicId, slotId],
  )
  // Events: the slot was created, then booked, and its booking created. Notifications: the confirmation and one
  // reminder.
  expect(state).toEqual({
    slot: 'booked',
    bookings: 1,
    customers: 1,
    notifications: 2,
    events: 3,
    all_the_winners: true,
  })
}

it('through SQL exactly one caller books the slot; the others are refused slot_taken at once', async () => {
  const { clinicId, slotId } = await aPractice(owner)
  const customers = await manyCustomers()
  const clients: Client[] = []
  try {
    for (const _ of customers) {
      // Like the connections of the server's pool: in the role of the authenticator until a request is authenticated.
      const client = new Client({ connectionString: database.url, options: '-c role=app_authenticator' })
      clients.push(client)
      await client.connect()
    }
    await Promise.all(
      customers.map(async ({ claims }, i) => {
        await clients[i]?.query('begin')
        await clients[i]?.query('select app_private.begin_request($1)', [JSON.stringify(claims)])
      }),
    )
    const outcomes = await Promise.all(
      clients.map(async (client) => {
        try {
          await client.query('select app_public.book_slot($1, $2)', [clinicId, slotId])
          await client.query('commit')
          return 'won'
        } catch (error) {
          await client.query('rollback')
          if (!(error instanceof DatabaseError)) throw error
          return error.code
        }
      }),
    )
    expect(outcomes.filter((outcome) => outcome === 'won')).toHaveLength(1)
    // slot_taken
    expect(outcomes.filter((outcome) => outcome === 'MS502')).toHaveLength(rush - 1)
    await expectOneWinner(clinicId, slotId)

    // "At once": a later caller does not even wait for the lock of the slot, which another transaction holds here.
    await owner.query('begin')
    await owner.query('select from app_public.booking_slots where clinic_id = $1 and id = $2 for update', [
      clinicId,
      slotId,
    ])
    const late = clients[0] as Client
    await late.query(`begin; set local lock_timeout = '5s'`)
    await late.query('select app_private.begin_request($1)', [JSON.stringify(customers[0]?.claims)])
    await expectRefusal(late.query('select app_public.book_slot($1, $2)', [clinicId, slotId]), 'slot_taken')
    await owner.query('rollback')
  } finally {
    await Promise.all(clients.map((client) => client.end()))
  }
})

it('exactly one caller gets a hold, and, when it has expired, the booking', async () => {
  const { clinicId, slotId } = await aPractice(owner)
  const customers = (await manyCustomers()).slice(0, 40)
  const connections = await Promise.all(customers.map(() => connect(database.url)))
  const everybody = async (act: typeof hold | typeof book) => {
    const outcomes = await Promise.all(
      customers.map(({ claims }, i) => {
        const connection = connections[i] as Connection
        return connection
          .request(claims, () => act(connection, clinicId, slotId) as Promise<unknown>)
          .then(
            () => 'won',
            (error: DatabaseError) => error.code,
          )
      }),
    )
    return Object.fromEntries(
      [...new Set(outcomes)].sort().map((outcome) => [outcome, outcomes.filter((other) => other === outcome).length]),
    )
  }
  try {
    // slot_held
    expect(await everybody(hold)).toEqual({ won: 1, MS503: 39 })
    await owner.query(`update app_public.booking_slots set held_until = now() where id = $1`, [slotId])
    // slot_taken
    expect(await everybody(book)).toEqual({ won: 1, MS502: 39 })
  } finally {
    await Promise.all(connections.map((connection) => connection.close()))
  }
})

it('through GraphQL exactly one caller books the slot; the others are refused slot_taken', async () => {
  const { clinicId, slotId } = await aPractice(owner)
  const customers = await manyCustomers()
  const server = await startServer(database.serverUrl, { JWT_SECRET: tokenSettings.jwtSecret })
  try {
    const clients = await Promise.all(
      customers.map(async ({ claims }) => graphqlClient(server.url, await tokenOf(claims))),
    )
    const document = 'mutation ($input: BookSlotInput!) { bookSlot(input: $input) { booking { id } } }'
    const input = { clinicId, bookingSlotId: slotId }
    const answers = await Promise.all(
      clients.map((client) =>
        untilServed(
          () => client(document, { input }),
          ({ errors }) => errors?.some(({ extensions }) => extensions?.code === 'too_many_connections') ?? false,
        ),
      ),
    )
    const codes = answers.map(({ errors }) => errors?.map((error) => error.extensions?.code).join() ?? 'won')
    expect(codes.filter((code) => code === 'won')).toHaveLength(1)
    expect(codes.filter((code) => code === 'slot_taken')).toHaveLength(rush - 1)
    await expectOneWinner(clinicId, slotId)
  } finally {
    expect(await server.stop()).toBe(0)
  }
})
