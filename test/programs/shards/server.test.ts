import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { createPool } from '../../../src/database/pools.ts'
import { taskList } from '../../../src/worker/task_list.ts'
import { anInvoice, aPrice, creditsOf, record } from '../../helpers/clinic/billing.ts'
import { aService } from '../../helpers/clinic/services.ts'
import { aClinic, aCustomer, aDoctor, anAccount, aSlot, aTimeSlot, unique } from '../../helpers/clinic/world.ts'
import { type Connection, connect } from '../../helpers/database/connection.ts'
import type { Claims } from '../../helpers/database/database.ts'
import { listening, publishAll } from '../../helpers/database/live.ts'
import { type FakeStripe, startStripe } from '../../helpers/external/stripe.ts'
import { dataOf, expectGraphQLRefusal, graphqlClient } from '../../helpers/programs/graphql.ts'
import { hasEnded } from '../../helpers/programs/installation.ts'
import { type Program, startProgram, startServer } from '../../helpers/programs/program.ts'
import { clientsOf } from '../../helpers/programs/server.ts'
import { tokenOf, tokenSettings } from '../../helpers/programs/tokens.ts'
import { work } from '../../helpers/programs/work.ts'
import { addressOf, type Servers, startServers } from '../../helpers/shards/shards.ts'
import { eventually } from '../../helpers/time/eventually.ts'
import { password } from '../../sql/identity/sessions.ts'

// One HTTP server on a global database with two shards, each on a PostgreSQL of its own.

let installation: Servers
let server: Program
let global: Connection
let shards: [Connection, Connection]

beforeAll(async () => {
  installation = await startServers(3, { migrated: true })
  // What was committed is there when PostgreSQL is killed.
  for (const { superuserUrl } of installation.servers) {
    const superuser = await connect(superuserUrl())
    await superuser.query('alter database medislot set synchronous_commit = on')
    await superuser.close()
  }
  for (const number of [1, 2]) {
    const { code, stderr } = await installation.shards('add', String(number), addressOf(serverOf(number)))
    if (code !== 0) throw new Error(stderr)
  }
  const env = { JWT_SECRET: tokenSettings.jwtSecret, LOG_LEVEL: 'warn', TRUST_PROXY: '1' }
  server = await startServer(serverOf(0).serverUrl(), env)
  const [first, second, third] = await Promise.all(installation.servers.map((each) => connect(each.ownerUrl())))
  global = first as Connection
  shards = [second as Connection, third as Connection]
})

afterAll(async () => {
  await server?.stop()
  for (const connection of [global, ...(shards ?? [])]) await connection?.close()
  await installation?.remove()
})

const serverOf = (number: number) => installation.servers[number] as Servers['servers'][number]

/** The processes of a database server, the postmaster first. */
async function processesOf(number: number): Promise<[number, ...number[]]> {
  const superuser = await connect(serverOf(number).superuserUrl())
  const sessions = await superuser.query('select pid from pg_stat_activity where pid <> pg_backend_pid()')
  const { postmaster } = await superuser.one(
    `select split_part(pg_read_file('postmaster.pid'), E'\\n', 1)::int as postmaster`,
  )
  await superuser.close()
  return [postmaster, ...sessions.map(({ pid }) => pid)]
}

interface Practice {
  shard: Connection
  clinicId: string
  doctorId: string
  slotId: string
}

/** A clinic with a free slot, in a shard. */
async function aPracticeIn(shard: Connection, hours = 48): Promise<Practice> {
  const clinicId = await aClinic(shard)
  const doctorId = await aDoctor(shard, clinicId)
  return { shard, clinicId, doctorId, slotId: await aSlot(shard, clinicId, doctorId, hours) }
}

/** A clinic with a free slot in each shard, at different times. */
const practices = () => Promise.all(shards.map((shard, index) => aPracticeIn(shard, 48 + 24 * index)))

interface Given {
  token?: string | undefined
  body?: object
  position?: string | null
  /** The idempotency key. */
  key?: string
  /** The address that the request comes from, behind a proxy. */
  from?: string
}

async function rest(method: string, path: string, { token, body, position, key, from }: Given = {}) {
  const response = await fetch(`${server.url}/api${path}`, {
    method,
    headers: {
      ...(token && { authorization: `Bearer ${token}` }),
      ...(body && { 'content-type': 'application/json' }),
      ...(position && { 'medislot-position': position }),
      ...(key && { 'idempotency-key': key }),
      ...(from && { 'x-forwarded-for': from }),
    },
    ...(body && { body: JSON.stringify(body) }),
  })
  const text = await response.text()
  return { status: response.status, headers: response.headers, body: text ? JSON.parse(text) : undefined }
}

/** Registers a patient by REST. Returns the access token. */
async function registered(): Promise<string> {
  const email = `${unique('ann').replace(' ', '-')}@test.example`
  const { status, body } = await rest('POST', '/auth/register', { body: { email, password, fullName: 'Ann' } })
  expect({ status, body }).toMatchObject({ status: 201, body: { accessToken: expect.any(String) } })
  return body.accessToken
}

/** The access token of a patient whose address is confirmed, so that no limit is in the way. */
const confirmed = async () => clientsOf(server.url).tokenOf((await aCustomer(global)).claims)

const bookSlot = `mutation ($clinicId: BigInt!, $slotId: BigInt!) {
  bookSlot(input: { clinicId: $clinicId, bookingSlotId: $slotId }) { booking { id clinicId status } }
}`
const graphql = (token?: string) => graphqlClient(server.url, token)
const byGraphQL = (token: string | undefined, { clinicId, slotId }: Practice) =>
  graphql(token)<{ bookSlot: { booking: { id: string; clinicId: string; status: string } } }>(bookSlot, {
    clinicId,
    slotId,
  })

/** The claims of somebody at the desk: an account of the global database, employed at the clinic in its shard. */
async function aReceptionist({ shard, clinicId }: Practice): Promise<Claims> {
  const { accountId, claims } = await anAccount(global)
  await eventually(
    async () => (await shard.query('select from app_private.accounts where id = $1', [accountId])).length > 0,
    'the copy of the account',
  )
  await shard.query(
    `insert into app_public.employees (clinic_id, account_id, role, full_name) values ($1, $2, 'receptionist', 'Rea')`,
    [clinicId, accountId],
  )
  return claims
}

/** Keeps copies of a table from arriving in a database until it is released. */
async function holdCopies(db: Connection, table: string) {
  await db.query('begin')
  await db.query(`lock table ${table} in share row exclusive mode`)
  let isHeld = true
  const release = async () => {
    if (isHeld) await db.query('rollback')
    isHeld = false
  }
  return { release, [Symbol.asyncDispose]: release }
}

/** The states of the bookings that a database has of a clinic. */
const bookingsIn = async (db: Connection, clinicId: string) =>
  (await db.query('select status from app_public.bookings where clinic_id = $1', [clinicId])).map(
    ({ status }) => status,
  )

describe('a server with shards', () => {
  it('books by REST in the shard of each clinic, for somebody who has just registered', async () => {
    for (const { shard, clinicId, slotId } of await practices()) {
      const token = await registered()
      const booked = await rest('POST', `/bookingSlots/${slotId}/book`, { token })
      expect(booked).toMatchObject({ status: 201, body: { clinicId, status: 'BOOKED' } })
      expect(await bookingsIn(shard, clinicId)).toEqual(['booked'])
      const cancelled = await rest('POST', `/bookings/${booked.body.id}/cancel`, { token })
      expect(cancelled).toMatchObject({ status: 200, body: { status: 'CANCELLED' } })
      expect(await rest('GET', `/bookings/${booked.body.id}`, { token })).toMatchObject({
        status: 200,
        body: { status: 'CANCELLED' },
      })
    }
  })

  it('books by GraphQL in the shard of each clinic, for somebody who has just registered', async () => {
    for (const practice of await practices()) {
      const { bookSlot: booked } = await dataOf(byGraphQL(await registered(), practice))
      expect(booked.booking).toMatchObject({ clinicId: practice.clinicId, status: 'BOOKED' })
      expect(await bookingsIn(practice.shard, practice.clinicId)).toEqual(['booked'])
    }
  })

  it('reports the messages and jobs of each database', async () => {
    const [, practice] = (await practices()) as [Practice, Practice]
    await dataOf(byGraphQL(await registered(), practice))
    const metrics = await (await fetch(`${server.url}/metrics`)).text()
    const waiting = (of: string) =>
      Number(
        new RegExp(`^medislot_notifications_waiting\\{channel="email",shard="${of}"\\} (\\d+)$`, 'm').exec(
          metrics,
        )?.[1],
      )
    const { count } = await practice.shard.one(
      `select count(*)::int from app_public.notifications where channel = 'email' and state = 'pending'`,
    )
    expect(count).toBeGreaterThan(0)
    expect(waiting('2')).toBe(count)
    expect(waiting('1')).toBeGreaterThanOrEqual(0)
    expect(waiting('global')).toBeGreaterThanOrEqual(0)
    expect(metrics).not.toMatch(/^medislot_notifications_waiting\{channel="email"\}/m)
  })

  it('reports how far copies are behind, in both directions, until they continue', async () => {
    const [shard] = shards
    const superuser = await connect(serverOf(0).superuserUrl('medislot'))
    const figures = async (copies: string) => {
      const metrics = await (await fetch(`${server.url}/metrics`)).text()
      const found = metrics.matchAll(
        new RegExp(`^medislot_copies_(\\w+)\\{shard="1",copies="${copies}"\\} (.*)$`, 'gm'),
      )
      return Object.fromEntries(
        [...found].map(([, name, value]) => [name, value?.replace('+Inf', 'Infinity')].map(String)),
      )
    }
    const hasAll = (copies: string) =>
      eventually(async () => {
        const { behind_bytes, behind_seconds, running } = await figures(copies)
        return [behind_bytes, behind_seconds, running].map(Number).join() === '0,0,1'
      }, 'the copies')
    for (const copies of ['people', 'clinics']) await hasAll(copies)
    expect(await figures('people')).toMatchObject({ errors_total: '0', log_left_bytes: 'Infinity' })
    expect(Number((await figures('people')).log_bytes)).toBeGreaterThan(0)

    // A subscription that is stopped, for as long as there is something that it has not copied.
    await shard.query('alter subscription medislot_people_1 disable')
    await superuser.query(`alter system set max_slot_wal_keep_size = '1GB'`)
    await superuser.query('select pg_reload_conf()')
    await aCustomer(global)
    await eventually(async () => (await figures('people')).running === '0', 'the end of the subscription')
    const before = await figures('people')
    expect(Number(before.behind_bytes)).toBeGreaterThan(0)
    const later = await eventually(async () => {
      const found = await figures('people')
      return Number(found.behind_seconds) > Number(before.behind_seconds) + 1 && found
    }, 'the seconds')
    expect(Number(later.log_left_bytes)).toBeGreaterThan(0)
    expect(Number(later.log_left_bytes)).toBeLessThanOrEqual(2 ** 30 + 16 * 2 ** 20)
    await hasAll('clinics')
    await superuser.query('alter system reset max_slot_wal_keep_size')
    await superuser.query('select pg_reload_conf()')
    await superuser.close()
    await shard.query('alter subscription medislot_people_1 enable')
    await hasAll('people')

    // Adds a row that conflicts with a copy.
    const name = unique('specialization')
    const { id } = await global.one(`select nextval(pg_get_serial_sequence('app_public.specializations', 'id')) as id`)
    const add = 'insert into app_public.specializations (id, name) overriding system value values ($1, $2)'
    await shard.query('set session_replication_role = replica')
    await shard.query(add, [id, name])
    await global.query(add, [id, name])
    await eventually(async () => Number((await figures('people')).errors_total) > 0, 'an error')
    await shard.query('delete from app_public.specializations where id = $1', [id])
    await shard.query('reset session_replication_role')
    await hasAll('people')
    expect(Number((await figures('people')).errors_total)).toBeGreaterThan(0)
  })

  it('lists the bookings of a person in all shards, and finds the clinics of all', async () => {
    const token = await confirmed()
    const [first, second] = (await practices()) as [Practice, Practice]
    for (const practice of [first, second]) await dataOf(byGraphQL(token, practice))
    const mine = () =>
      dataOf(
        graphql(token)<{ bookings: { nodes: { clinicId: string }[] } }>(
          '{ bookings(orderBy: ID_ASC) { nodes { clinicId } } }',
        ),
      )
    await eventually(async () => (await mine()).bookings.nodes.length === 2, 'both copies')
    expect((await mine()).bookings.nodes.map(({ clinicId }) => clinicId)).toEqual([first.clinicId, second.clinicId])
    const clinics = await dataOf(
      graphql(token)('query ($ids: [BigInt!]) { clinics(filter: { id: { in: $ids } }) { nodes { id } } }', {
        ids: [first.clinicId, second.clinicId],
      }),
    )
    expect(clinics).toEqual({ clinics: { nodes: [{ id: first.clinicId }, { id: second.clinicId }] } })
  })

  it('counts the bookings and holds of somebody without a confirmed address in all databases', async () => {
    const [first, second] = (await practices()) as [Practice, Practice]
    const token = await registered()
    const book = ({ slotId }: Practice) => rest('POST', `/bookingSlots/${slotId}/book`, { token })
    const hold = ({ slotId }: Practice) => rest('POST', `/bookingSlots/${slotId}/hold`, { token })
    const copied = ({ slotId }: Practice, status: string) =>
      eventually(
        async () =>
          (await global.query('select from app_public.booking_slots where id = $1 and status = $2', [slotId, status]))
            .length > 0,
        'the copy',
      )
    const refused = { status: 422, body: { code: 'email_not_confirmed' } }
    // The limit is two holds, here in two shards. A third one is refused in each shard and in the global database.
    for (const practice of [first, second]) {
      expect(await hold(practice)).toMatchObject({ status: 200 })
      await copied(practice, 'held')
    }
    const clinicId = await aClinic(global)
    const own = await aSlot(global, clinicId, await aDoctor(global, clinicId), 120)
    const others = await Promise.all(shards.map((shard) => aPracticeIn(shard, 96)))
    for (const slotId of [own, ...others.map((other) => other.slotId)])
      expect(await rest('POST', `/bookingSlots/${slotId}/hold`, { token })).toMatchObject(refused)
    // One of the held slots can be booked.
    const booked = await book(first)
    expect(booked).toMatchObject({ status: 201 })
    await copied(first, 'booked')
    expect(await book(second)).toMatchObject({ ...refused, body: { ...refused.body, details: { live: 1, held: 0 } } })
    await expectGraphQLRefusal(byGraphQL(token, second), 'email_not_confirmed')
    expect(await rest('POST', `/bookings/${booked.body.id}/cancel`, { token })).toMatchObject({ status: 200 })
    await eventually(async () => (await book(second)).status === 201, 'the booking')
  })

  it('counts the guests from one network, and with one address, in all databases', async () => {
    const both = (await practices()) as [Practice, Practice]
    for (const { shard, clinicId } of both)
      await shard.query('update app_public.policies set accepts_guests = true where clinic_id = $1', [clinicId])
    await global.query(`update app_private.network_limits set burst = 2 where kind = 'guest'`)
    const guest = (practice: Practice, from: string, email = `${unique('guest').replace(' ', '-')}@test.example`) =>
      rest('POST', '/guests/book', {
        from,
        body: { clinicId: practice.clinicId, bookingSlotId: practice.slotId, fullName: 'Guest', email },
      })
    const [first, second] = both
    const more = await aPracticeIn(shards[0], 96)
    await more.shard.query('update app_public.policies set accepts_guests = true where clinic_id = $1', [more.clinicId])
    for (const practice of both) expect(await guest(practice, '203.0.113.7')).toMatchObject({ status: 200 })
    expect(await guest(more, '203.0.113.7')).toMatchObject({ status: 429, body: { code: 'too_many_attempts' } })
    await global.query(`update app_private.network_limits set burst = 10 where kind = 'guest'`)

    // Four mails an hour for one address. The slots are taken, which the shards find out later.
    const email = 'spammed@test.example'
    for (const practice of [first, second, first, second])
      expect(await guest(practice, '203.0.113.8', email)).toMatchObject({ body: { code: 'slot_held' } })
    expect(await guest(more, '203.0.113.8', email)).toMatchObject({ body: { code: 'too_many_guest_bookings' } })
    expect(await guest(more, '203.0.113.8')).toMatchObject({ status: 200 })
  })

  it('counts the slots taken from one network in all databases', async () => {
    const all = [global, ...shards]
    const limit = async (slots: number) => {
      for (const db of all)
        await db.query(`update app_private.network_limits set burst = $1, per_hour = $1 where kind = 'booking'`, [
          slots,
        ])
    }
    await limit(3)
    const token = await confirmed()
    const book = async (db: Connection, hours: number, from: string) =>
      rest('POST', `/bookingSlots/${(await aPracticeIn(db, hours)).slotId}/book`, { token, from })
    for (const [index, db] of all.entries())
      expect(await book(db, 24 * (index + 2), '203.0.113.9')).toMatchObject({ status: 201 })
    const counted = (db: Connection) => db.query(`select from app_private.network_slots where network = '203.0.113.9'`)
    for (const [index, db] of all.entries()) {
      await eventually(async () => (await counted(db)).length === 3, 'the slots taken in the others')
      expect(await book(db, 24 * (index + 6), '203.0.113.9')).toMatchObject({
        status: 429,
        body: { code: 'network_takes_too_many' },
      })
      expect(await book(db, 24 * (index + 6), '203.0.113.10')).toMatchObject({ status: 201 })
    }
    // Servers go on with it, and nothing is counted twice.
    await sleep(2500)
    for (const db of all) expect(await counted(db)).toHaveLength(3)
    await limit(60)
  })

  it('refuses a document for clinics of two shards', async () => {
    const token = await registered()
    const [first, second] = (await practices()) as [Practice, Practice]
    const both = `mutation ($a: BigInt!, $b: BigInt!, $c: BigInt!, $d: BigInt!) {
      one: bookSlot(input: { clinicId: $a, bookingSlotId: $b }) { booking { id } }
      two: bookSlot(input: { clinicId: $c, bookingSlotId: $d }) { booking { id } }
    }`
    const variables = { a: first.clinicId, b: first.slotId, c: second.clinicId, d: second.slotId }
    await expectGraphQLRefusal(graphql(token)(both, variables), 'several_databases')
    for (const { shard, clinicId } of [first, second]) expect(await bookingsIn(shard, clinicId)).toEqual([])
  })

  it('lets a person act in the shards for an account that was merged into theirs, until the merge is undone', async () => {
    const [practice] = (await practices()) as [Practice, Practice]
    const [person, other] = [await aCustomer(global), await aCustomer(global)]
    const { tokenOf } = clientsOf(server.url)
    const survivor = await tokenOf(person.claims)
    const ofOther = (await dataOf(byGraphQL(await tokenOf(other.claims), practice))).bookSlot.booking
    const { claims } = await anAccount(global, { isAdmin: true })
    const admin = await tokenOf(claims)
    const read = () => rest('GET', `/bookings/${ofOther.id}`, { token: survivor })
    expect(await read()).toMatchObject({ status: 404 })
    const body = { intoCustomerId: person.customerId }
    const merge = `/customers/${other.customerId}/merge`
    expect(await rest('POST', merge, { token: admin, body })).toMatchObject({ status: 200 })
    await eventually(async () => (await read()).status === 200, 'the copy of the merge')
    expect(await rest('POST', `/bookings/${ofOther.id}/cancel`, { token: survivor })).toMatchObject({ status: 200 })
    const undo = `/customers/${other.customerId}/undoMerge`
    expect(await rest('POST', undo, { token: survivor })).toMatchObject({ status: 200 })
    await eventually(async () => (await read()).status === 404, 'the copy of what was undone')
  })

  it('shows patients a booking that they have just made, by REST and GraphQL, even if its copy arrives late', async () => {
    const [practice, second] = (await practices()) as [Practice, Practice]
    const token = await confirmed()
    const booked = await rest('POST', `/bookingSlots/${practice.slotId}/book`, { token })
    const first = booked.headers.get('medislot-position')
    expect(first).toMatch(/^\d+\.1-\d+$/)
    const again = await rest('POST', `/bookingSlots/${second.slotId}/book`, { token, position: first })
    const position = again.headers.get('medislot-position')
    // The position also contains the earlier one.
    expect(position).toMatch(new RegExp(`^${first?.replace('.', '\\.')}\\.2-\\d+$`))
    const { body } = await rest('GET', '/bookings', { token, position })
    const both = [booked, again].map((each) => each.body.id).sort()
    expect(body.items.map(({ id }: { id: string }) => id).sort()).toEqual(both)

    const late = await aPracticeIn(practice.shard, 96)
    await using held = await holdCopies(global, 'app_public.bookings')
    const send = (document: string, variables: object, seen?: string | null) =>
      fetch(`${server.url}/graphql`, {
        method: 'POST',
        headers: {
          authorization: `Bearer ${token}`,
          'content-type': 'application/json',
          ...(seen && { 'medislot-position': seen }),
        },
        body: JSON.stringify({ query: document, variables }),
      })
    const byGraph = await send(bookSlot, { clinicId: late.clinicId, slotId: late.slotId })
    const seen = byGraph.headers.get('medislot-position')
    const list = async (given?: string | null) =>
      ((await (await send('{ bookings { totalCount } }', {}, given)).json()) as { data: object }).data
    expect(await list()).toEqual({ bookings: { totalCount: 2 } })
    // If the copy does not arrive in time, the request is answered without it.
    const startedAt = performance.now()
    expect(await list(seen)).toEqual({ bookings: { totalCount: 2 } })
    expect(performance.now() - startedAt).toBeGreaterThan(2900)
    const waiting = [list(seen), rest('GET', '/bookings', { token, position: seen })] as const
    await held.release()
    const [byGraphQLAgain, byRest] = await Promise.all(waiting)
    expect(byGraphQLAgain).toEqual({ bookings: { totalCount: 3 } })
    expect(byRest.body.items).toHaveLength(3)
  })

  it('books in a shard for a dependant who was added a moment ago in the global database', async () => {
    const [practice] = (await practices()) as [Practice, Practice]
    const token = await clientsOf(server.url).tokenOf((await aCustomer(global)).claims)
    await using held = await holdCopies(practice.shard, 'app_public.guardianships')
    const body = { fullName: 'Tim', birthDate: '2024-01-01', relation: 'PARENT' }
    const added = await rest('POST', '/me/dependants', { token, body })
    expect(added).toMatchObject({ status: 201 })
    const book = (position?: string | null) =>
      rest('POST', `/bookingSlots/${practice.slotId}/book`, {
        token,
        body: { customerId: added.body.dependantCustomerId },
        ...(position && { position }),
      })
    expect(await book()).toMatchObject({ status: 403 })
    const waiting = book(added.headers.get('medislot-position'))
    expect(await Promise.race([waiting, sleep(300, 'waits')])).toBe('waits')
    await held.release()
    expect(await waiting).toMatchObject({ status: 201 })
  })

  it('serves the clinics of the global database as before', async () => {
    const clinicId = await aClinic(global)
    const slotId = await aSlot(global, clinicId, await aDoctor(global, clinicId))
    const token = await registered()
    expect(await rest('POST', `/bookingSlots/${slotId}/book`, { token })).toMatchObject({
      status: 201,
      body: { clinicId },
    })
    expect(await bookingsIn(global, clinicId)).toEqual(['booked'])
  })

  it('shows the desk its clinic, with data that only the shard has', async () => {
    const [practice] = (await practices()) as [Practice, Practice]
    const { clinicId, slotId } = practice
    await rest('POST', `/bookingSlots/${slotId}/book`, { token: await registered(), body: { note: 'by phone' } })
    const desk = await clientsOf(server.url).as(await aReceptionist(practice))
    const { bookings } = await dataOf(
      desk<{ bookings: object }>(
        `query ($clinicId: BigInt!) {
          bookings(filter: { clinicId: { equalTo: $clinicId } }) { nodes { note clinicCustomer { fullName } } }
          currentPerson { accountId }
        }`,
        { clinicId },
      ),
    )
    expect(bookings).toEqual({ nodes: [{ note: 'by phone', clinicCustomer: { fullName: 'Ann' } }] })
  })

  it('refuses a token whose session has ended, in the shards too', async () => {
    const [practice] = (await practices()) as [Practice, Practice]
    const token = await clientsOf(server.url).tokenOf({ sub: '1', sid: crypto.randomUUID() })
    await expectGraphQLRefusal(byGraphQL(token, practice), 'unauthenticated')
    expect(await rest('POST', `/bookingSlots/${practice.slotId}/book`, { token })).toMatchObject({ status: 401 })
  })

  it('sends the changes at a clinic to its desk', async () => {
    const [practice] = (await practices()) as [Practice, Practice]
    const { tokenOf, subscribe } = clientsOf(server.url)
    const connection = { authorization: `Bearer ${await tokenOf(await aReceptionist(practice))}` }
    const document =
      'subscription ($clinicId: BigInt!) { clinicDay(clinicId: $clinicId) { bookingSlots { id status } } }'
    const changes = subscribe(document, { clinicId: practice.clinicId }, connection)
    const next = changes.next()
    await listening(practice.shard, practice.clinicId)
    await dataOf(byGraphQL(await registered(), practice))
    await publishAll(practice.shard)
    expect(await next).toEqual({
      data: { clinicDay: { bookingSlots: [{ id: practice.slotId, status: 'BOOKED' }] } },
    })
    await changes.close()
  })

  it('refuses a subscription to somebody who does not work at the clinic', async () => {
    const [practice] = (await practices()) as [Practice, Practice]
    const { subscribe } = clientsOf(server.url)
    const document = 'subscription ($clinicId: BigInt!) { clinicDay(clinicId: $clinicId) { bookingSlots { id } } }'
    const authorization = `Bearer ${await registered()}`
    const changes = subscribe(document, { clinicId: practice.clinicId }, { authorization })
    expect((await changes.next())?.errors?.[0]?.extensions?.code).toBe('forbidden')
    await changes.close()
  })

  it('finds a slot by its id alone when its clinic was moved to another shard', async () => {
    const [, shard] = shards
    const id = '1900000000000'
    await global.query('insert into app_private.clinic_shards (clinic_id, shard_id) values ($1, 2)', [id])
    await shard.query(
      `insert into app_public.clinics (id, name, time_zone) overriding system value values ($1, 'Moved', 'UTC')`,
      [id],
    )
    const doctorId = await aDoctor(shard, id)
    const timeSlotId = await aTimeSlot(shard, id)
    await shard.query(
      `insert into app_public.booking_slots (id, clinic_id, doctor_id, time_slot_id, slot_date, during)
       overriding system value
       values ($1, $1, $2, $3, current_date + 3, tstzrange(current_date + 3, current_date + 3 + interval '30 min'))`,
      [id, doctorId, timeSlotId],
    )
    const token = await confirmed()
    const book = (slotId: string) => rest('POST', `/bookingSlots/${slotId}/book`, { token })
    await eventually(async () => (await book(id)).status === 201, 'the map with the clinic that was moved')
    expect(await bookingsIn(shard, id)).toEqual(['booked'])
    // Ids of clinics that were not moved are found as before.
    const { slotId, clinicId } = await aPracticeIn(shards[0], 24 * 5)
    expect(await book(slotId)).toMatchObject({ status: 201, body: { clinicId } })
    // The global database has no copies of absences, and the id of this one does not say in which shard it is now. So
    // both shards are asked, as the employee.
    await shard.query(
      `insert into app_public.absences (id, clinic_id, doctor_id, kind, first_date, last_date) overriding system value
       values ($1, $1, $2, 'vacation', current_date + 9, current_date + 9)`,
      [id, doctorId],
    )
    const deskToken = await tokenOf(await aReceptionist({ shard, clinicId: id, doctorId, slotId: id }))
    const absence = () => rest('GET', `/absences/${id}`, { token: deskToken })
    await eventually(async () => (await absence()).status !== 403, 'both shards to know the employee')
    expect(await absence()).toMatchObject({ status: 200, body: { clinicId: id, doctorId } })
  })
})

describe('people whom a clinic in a shard records', () => {
  const add = `mutation ($clinicId: BigInt!, $fullName: String!, $key: String) {
    addClinicCustomer(input: {
      clinicId: $clinicId, fullName: $fullName, email: "walk-in@test.example", idempotencyKey: $key
    }) { clinicCustomer { customerId fullName } }
  }`
  type Added = { addClinicCustomer: { clinicCustomer: { customerId: string; fullName: string } } }
  const nameOf = (db: Connection, id: string) =>
    db.query('select full_name from app_public.customers where id = $1', [id])

  it('are recorded in the global database by GraphQL, once for each idempotency key, and the desk can book for them', async () => {
    const [practice] = (await practices()) as [Practice, Practice]
    const { clinicId, slotId } = practice
    const desk = await clientsOf(server.url).as(await aReceptionist(practice))
    const variables = { clinicId, fullName: unique('Walk-in'), key: 'one' }
    const { clinicCustomer: record } = (await dataOf(desk<Added>(add, variables))).addClinicCustomer
    expect(record.fullName).toBe(variables.fullName)
    // The id is one of the global database, which are below those of the shards.
    expect(Number(record.customerId)).toBeLessThan(1e12)
    for (const db of [global, practice.shard])
      expect(await nameOf(db, record.customerId)).toEqual([{ full_name: variables.fullName }])
    const { clinicCustomer: again } = (await dataOf(desk<Added>(add, variables))).addClinicCustomer
    expect(again).toEqual(record)
    const sameName = 'select from app_public.customers where full_name = $1'
    expect(await global.query(sameName, [variables.fullName])).toHaveLength(1)
    const booked = await desk<{ bookSlot: { booking: { status: string } } }>(
      `mutation ($clinicId: BigInt!, $slotId: BigInt!, $customerId: BigInt!) {
        bookSlot(input: { clinicId: $clinicId, bookingSlotId: $slotId, customerId: $customerId }) { booking { status } }
      }`,
      { clinicId, slotId, customerId: record.customerId },
    )
    expect(booked).toMatchObject({ data: { bookSlot: { booking: { status: 'BOOKED' } } } })
  })

  it('are recorded as separate people when one document adds several', async () => {
    const [practice] = (await practices()) as [Practice, Practice]
    const desk = await clientsOf(server.url).as(await aReceptionist(practice))
    const part = (name: string) =>
      `addClinicCustomer(input: { clinicId: $clinicId, fullName: "${name}", addAnyway: true }) {
        clinicCustomer { customerId }
      }`
    const { one, two } = await dataOf(
      desk<Record<'one' | 'two', Added['addClinicCustomer']>>(
        `mutation ($clinicId: BigInt!) { one: ${part('Tom Twin')} two: ${part('Tim Twin')} }`,
        { clinicId: practice.clinicId },
      ),
    )
    const ids = [one, two].map(({ clinicCustomer }) => clinicCustomer.customerId)
    expect(new Set(ids).size).toBe(2)
    const names = await Promise.all(ids.map((id) => nameOf(global, id)))
    expect(names).toEqual([[{ full_name: 'Tom Twin' }], [{ full_name: 'Tim Twin' }]])
  })

  it('are recorded by REST, and refused before anything is recorded globally', async () => {
    const [practice] = (await practices()) as [Practice, Practice]
    const path = `/clinics/${practice.clinicId}/customers`
    const token = await clientsOf(server.url).tokenOf(await aReceptionist(practice))
    const fullName = unique('By phone')
    const added = await rest('POST', path, { token, body: { fullName, phone: '+44 20 7946 0001' } })
    expect(added).toMatchObject({ status: 201, body: { fullName } })
    expect(await nameOf(global, added.body.customerId)).toEqual([{ full_name: fullName }])
    const count = () => global.one('select count(*) as people from app_public.customers')
    const before = await count()
    // Somebody who does not work there, and a name that is too long.
    expect(await rest('POST', path, { token: await registered(), body: { fullName } })).toMatchObject({ status: 403 })
    expect(await rest('POST', path, { token, body: { fullName: 'a'.repeat(201) } })).toMatchObject({
      body: { code: 'text_too_long' },
    })
    // Only the person who has registered was added.
    expect(await count()).toEqual({ people: String(Number(before.people) + 1) })
  })

  it('can be added by more requests at the same time than there are connections', async () => {
    const [practice] = (await practices()) as [Practice, Practice]
    const desk = await clientsOf(server.url).as(await aReceptionist(practice))
    const names = Array.from({ length: 40 }, (_, n) => `Person ${String.fromCharCode(65 + (n % 26))} number ${n}`)
    const added = await Promise.all(
      names.map((fullName) =>
        dataOf(
          desk<Added>(
            `mutation ($clinicId: BigInt!, $fullName: String!) {
              addClinicCustomer(input: { clinicId: $clinicId, fullName: $fullName, addAnyway: true }) {
                clinicCustomer { customerId fullName }
              }
            }`,
            { clinicId: practice.clinicId, fullName },
          ),
        ),
      ),
    )
    const ids = added.map(({ addClinicCustomer }) => addClinicCustomer.clinicCustomer.customerId)
    expect(new Set(ids).size).toBe(names.length)
  })

  it('can be guests, who confirm by the link in their mail', async () => {
    const [, practice] = (await practices()) as [Practice, Practice]
    const { shard, clinicId, slotId } = practice
    await shard.query('update app_public.policies set accepts_guests = true where clinic_id = $1', [clinicId])
    const fullName = unique('Guest')
    const body = { clinicId, bookingSlotId: slotId, fullName, email: 'guest@test.example' }
    const held = await rest('POST', '/guests/book', { body })
    expect(held).toMatchObject({ status: 200, body: { bookingSlotId: slotId } })
    const guest = await shard.one('select id, customer_id from app_private.guest_bookings where clinic_id = $1', [
      clinicId,
    ])
    expect(await nameOf(global, guest.customer_id)).toEqual([{ full_name: fullName }])
    const { token } = await shard.one(`select app_private.link_token('confirm', $1, $2, 0) as token`, [
      clinicId,
      guest.id,
    ])
    const confirm = () =>
      dataOf(
        graphql()<{ confirmGuestBooking: { linkedBooking: { bookingSlotId: string } } }>(
          `mutation ($token: String!) {
            confirmGuestBooking(input: { token: $token }) { linkedBooking { bookingSlotId } }
          }`,
          { token },
        ),
      )
    for (let times = 0; times < 2; times++)
      expect((await confirm()).confirmGuestBooking.linkedBooking).toEqual({ bookingSlotId: slotId })
    expect(await bookingsIn(shard, clinicId)).toEqual(['booked'])
    expect(
      await global.one('select email_verified_at is not null as confirmed from app_public.customers where id = $1', [
        guest.customer_id,
      ]),
    ).toEqual({ confirmed: true })
  })
})

describe('people who were recorded for a clinic in a shard', () => {
  /** Guests of a clinic, who have not confirmed. Returns the ids of the customers. */
  async function guestsOf({ clinicId }: Practice, slotIds: string[]): Promise<string[]> {
    const emails = slotIds.map((_, number) => `${unique('guest').replace(' ', '-')}-${number}@test.example`)
    for (const [number, bookingSlotId] of slotIds.entries()) {
      const body = { clinicId, bookingSlotId, fullName: 'Guest', email: emails[number] }
      expect(await rest('POST', '/guests/book', { body })).toMatchObject({ status: 200 })
    }
    const rows = await global.query('select id from app_public.customers where email = any ($1) order by id', [emails])
    return rows.map(({ id }) => id)
  }

  it('are removed an hour later if the shard does not use them, and stay if it does', async () => {
    const [, practice] = (await practices()) as [Practice, Practice]
    const { shard, clinicId, doctorId, slotId } = practice
    await shard.query('update app_public.policies set accepts_guests = true where clinic_id = $1', [clinicId])
    const desk = await clientsOf(server.url).as(await aReceptionist(practice))
    const { addClinicCustomer: added } = await dataOf(
      desk<{ addClinicCustomer: { clinicCustomer: { customerId: string } } }>(
        `mutation ($clinicId: BigInt!) {
          addClinicCustomer(input: { clinicId: $clinicId, fullName: "Wanda" }) { clinicCustomer { customerId } }
        }`,
        { clinicId },
      ),
    )
    const patient = added.clinicCustomer.customerId
    const [late, waiting] = await guestsOf(practice, [slotId, await aSlot(shard, clinicId, doctorId, 24 * 20)])
    // A call that the shard refused after the global database had recorded the person.
    const taken = { clinicId, bookingSlotId: slotId, fullName: 'Late', email: 'late-guest@test.example' }
    expect(await rest('POST', '/guests/book', { body: taken })).toMatchObject({ status: 409 })
    const refused = await global.one(`select id from app_public.customers where email = 'late-guest@test.example'`)
    // The clinic of another one was moved to the global database meanwhile.
    const moved = await global.one(
      `insert into app_public.customers (full_name, preferred_language) values ('Moved', 'en') returning id`,
    )
    await global.query('insert into app_private.people_of_shards values ($1, $2)', [await aClinic(global), moved.id])
    const still = async () =>
      (
        await global.query('select id from app_public.customers where id = any ($1) order by id', [
          [patient, late, waiting, refused.id, moved.id],
        ])
      ).map(({ id }) => id)
    const settle = async () => {
      await global.query(`update app_private.people_of_shards set recorded_at = now() - interval '2 hours'`)
      const pool = createPool(serverOf(0).ownerUrl(), { name: 'test', size: 5 })
      try {
        const tasks = taskList({}, 'https://book.test', undefined, undefined, undefined, {}, serverOf(0).ownerUrl())
        expect(await work(pool, tasks, 'settle_people')).toEqual([])
      } finally {
        await pool.end()
      }
    }
    expect(await still()).toEqual([patient, late, waiting, refused.id, moved.id])
    await settle()
    expect(await still()).toEqual([patient, late, waiting])
    // A day later, the shard forgets guests who have not confirmed. Their slots are free by then.
    await shard.query(
      `update app_private.guest_bookings set created_at = now() - interval '2 days' where customer_id = $1`,
      [late],
    )
    await shard.query(
      `update app_public.booking_slots set status = 'open', customer_id = null, held_until = null where customer_id = $1`,
      [late],
    )
    await shard.query('select app_private.remove_old_records()')
    // A customer to whom a copy refers is erased and not removed.
    const heldFor = 'select from app_public.booking_slots where customer_id = $1'
    await eventually(async () => (await global.query(heldFor, [late])).length === 0, 'the copy of the free slot')
    await settle()
    expect(await still()).toEqual([patient, waiting])
    const pending = await global.query(
      'select customer_id from app_private.people_of_shards where clinic_id = $1 order by customer_id',
      [clinicId],
    )
    expect(pending).toEqual([{ customer_id: waiting }])
  })
})

describe('lists of tables that are not copied', () => {
  interface Money {
    token: string
    customerId: string
    clinicIds: string[]
    invoices: { clinic_id: string; id: string }[]
  }

  /** A patient with three invoices and a payment in each of the three databases. */
  async function aPatientWithInvoices(): Promise<Money> {
    const { customerId, claims } = await aCustomer(global)
    const clinicIds: string[] = []
    for (const [number, db] of [global, ...shards].entries()) {
      await eventually(
        async () => (await db.query('select from app_public.customers where id = $1', [customerId])).length > 0,
        'the copy of the patient',
      )
      const clinicId = await aClinic(db)
      clinicIds.push(clinicId)
      await record(db, clinicId, customerId)
      await anInvoice(db, clinicId, customerId)
      const open = await anInvoice(db, clinicId, customerId, 1000)
      await db.query('select billing.issue_invoice($1, $2)', [clinicId, open])
      const paid = await anInvoice(db, clinicId, customerId, 2000 + number)
      const pay = `select billing.record_payment($1, $2, 'cash', $3, array[$4::bigint])`
      await db.query(pay, [clinicId, customerId, 2000 + number, paid])
    }
    const all = [global, ...shards].map((db) =>
      db.query('select to_jsonb(i) as row from billing.invoices i where customer_id = $1', [customerId]),
    )
    const invoices = (await Promise.all(all)).flat().map(({ row }) => row as Money['invoices'][number])
    return { token: await clientsOf(server.url).tokenOf(claims), customerId, clinicIds, invoices }
  }

  async function anAdmin() {
    const { accountId, claims } = await anAccount(global)
    await global.query('update app_private.accounts set is_admin = true where id = $1', [accountId])
    return graphql(await clientsOf(server.url).tokenOf(claims))
  }

  const list = `query ($first: Int!, $after: Cursor, $orderBy: [InvoiceOrderBy!]) {
    invoices(first: $first, after: $after, orderBy: $orderBy) {
      nodes { id } all: edges { cursor row: node { id clinicId invoiceLines { nodes { amount } } } }
      totalCount pageInfo { hasNextPage hasPreviousPage last: endCursor startCursor }
    }
  }`
  interface Page {
    nodes: { id: string }[]
    all: { cursor: string; row: { id: string; clinicId: string; invoiceLines: { nodes: { amount: string }[] } } }[]
    totalCount: number
    pageInfo: { hasNextPage: boolean; hasPreviousPage: boolean; last: string; startCursor: string }
  }

  it('are sorted and paged over all databases as in one', async () => {
    const { token, invoices } = await aPatientWithInvoices()
    expect(invoices).toHaveLength(9)
    const orders: [orderBy: string[] | null, sql: string][] = [
      [null, 'clinic_id, id'],
      [['ID_DESC'], 'id desc'],
      [['PRIMARY_KEY_DESC'], 'clinic_id desc, id desc'],
      [['CURRENCY_DESC', 'PRIMARY_KEY_ASC'], 'currency desc, clinic_id, id'],
      [['STATE_ASC'], 'state, clinic_id, id'],
      [['STATE_DESC', 'CURRENCY_ASC', 'NATURAL'], 'state desc, clinic_id desc, id desc'],
    ]
    const sortedBy = (sql: string) =>
      global.query(`select id from jsonb_populate_recordset(null::billing.invoices, $1) order by ${sql}`, [
        JSON.stringify(invoices),
      ])
    for (const [orderBy, sql] of orders) {
      const sorted = await sortedBy(sql)
      const pages: Page[] = []
      for (let after: string | null = null; ; ) {
        const { invoices: page }: { invoices: Page } = await dataOf(
          graphql(token)<{ invoices: Page }>(list, { first: 4, after, ...(orderBy && { orderBy }) }),
        )
        pages.push(page)
        if (!page.pageInfo.hasNextPage) break
        after = page.pageInfo.last
      }
      expect({ orderBy, ids: pages.flatMap(({ nodes }) => nodes.map(({ id }) => id)) }).toEqual({
        orderBy,
        ids: sorted.map(({ id }) => id),
      })
      expect(pages.map(({ nodes, totalCount }) => [nodes.length, totalCount])).toEqual([
        [4, 9],
        [4, 9],
        [1, 9],
      ])
      for (const { nodes, all, pageInfo } of pages) {
        expect(all.map(({ row }) => row.id)).toEqual(nodes.map(({ id }) => id))
        expect(pageInfo).toMatchObject({ startCursor: all[0]?.cursor, last: all.at(-1)?.cursor })
      }
      // As with one database: pages only go forward.
      expect(pages.map(({ pageInfo }) => pageInfo.hasPreviousPage)).toEqual([false, false, false])
    }
    for (const [orderBy, sql] of [
      [['ISSUED_AT_DESC'], 'issued_at desc, clinic_id desc, id desc'],
      [['SERIAL_ASC', 'ID_DESC'], 'serial, id desc'],
    ] as const) {
      const { invoices: page } = await dataOf(graphql(token)<{ invoices: Page }>(list, { first: 9, orderBy }))
      expect(page.nodes).toEqual(await sortedBy(sql))
    }
  })

  it('are paged by REST, and can be filtered by columns that all databases have', async () => {
    const { token, invoices, customerId, clinicIds } = await aPatientWithInvoices()
    const read = async (path: string) => {
      const { status, body } = await rest('GET', path, { token })
      expect({ status, body }).toMatchObject({ status: 200 })
      return body as { items: { id: string; clinicId: string; received?: string }[]; nextCursor: string | null }
    }
    const first = await read('/invoices?limit=5')
    const second = await read(`/invoices?limit=5&cursor=${encodeURIComponent(first.nextCursor as string)}`)
    const ids = invoices.map(({ id }) => BigInt(id)).sort((a, b) => (a < b ? 1 : -1))
    expect([...first.items, ...second.items].map(({ id }) => BigInt(id))).toEqual(ids)
    expect(second.nextCursor).toBeNull()
    const open = await read(`/invoices?state=OPEN&customerId=${customerId}`)
    expect(open.items.map(({ clinicId }) => clinicId)).toEqual(clinicIds.toReversed())
    const payments = await read('/payments')
    expect(payments.items.map(({ clinicId, received }) => [clinicId, received])).toEqual(
      clinicIds.map((id, number) => [id, String(2000 + number)]).toReversed(),
    )
    expect((await read('/movements?limit=1')).items).toMatchObject([{ clinicId: clinicIds[2] }])
    expect((await read(`/invoices?clinicId=${clinicIds[1]}`)).items).toHaveLength(3)
  })

  it('can be read in one document with clinics in several databases and with rows of the global one', async () => {
    const { token, clinicIds } = await aPatientWithInvoices()
    const read = (text: string, variables: Record<string, unknown> = {}) => dataOf(graphql(token)(text, variables))
    const [inGlobal, ...inShards] = clinicIds
    const both = `query ($clinics: [BigInt!], $clinic: BigInt!, $no: Boolean!) {
      two: invoices(filter: { clinicId: { in: $clinics } }) { totalCount }
      one: invoices(filter: { clinicId: { equalTo: $clinic } }) { totalCount ...Rows }
      none: invoices @include(if: $no) { totalCount }
      ...All
      bookings { totalCount }
      __typename
    }
    fragment Rows on InvoiceConnection { pageInfo { __typename hasNextPage } }
    fragment All on Query { payments { nodes { __typename received } } currentPerson { accountId } }`
    expect(await read(both, { clinics: inShards, clinic: inShards[0], no: false })).toEqual({
      two: { totalCount: 6 },
      one: { totalCount: 3, pageInfo: { __typename: 'PageInfo', hasNextPage: false } },
      payments: { nodes: ['2000', '2001', '2002'].map((received) => ({ __typename: 'Payment', received })) },
      currentPerson: { accountId: expect.any(String) },
      bookings: { totalCount: 0 },
      __typename: 'Query',
    })
    const ofGlobal = 'query ($id: BigInt!) { invoices(filter: { clinicId: { equalTo: $id } }) { totalCount } }'
    expect(await read(ofGlobal, { id: inGlobal })).toEqual({ invoices: { totalCount: 3 } })
    const withClinic = `query ($id: BigInt!) { clinic(id: $id) { id } invoices { totalCount } }`
    await expectGraphQLRefusal(graphql(token)(withClinic, { id: inShards[0] }), 'several_databases')
    await expectGraphQLRefusal(graphql(token)('{ invoices(after: "WyJhIiwxXQ==") { totalCount } }'), 'bad_request')
    const other = await clientsOf(server.url).tokenOf((await aCustomer(global)).claims)
    expect(await dataOf(graphql(other)('{ invoices { totalCount } }'))).toEqual({ invoices: { totalCount: 0 } })
  })

  it('are merged inside people, for each of them', async () => {
    const [{ token, customerId, invoices, clinicIds }, other] = [
      await aPatientWithInvoices(),
      await aPatientWithInvoices(),
    ]
    const newestFirst = (rows: { id: string }[]) =>
      rows
        .map(({ id }) => BigInt(id))
        .sort((a, b) => (a < b ? 1 : -1))
        .map(String)
    const document = `query ($id: BigInt!, $after: Cursor, $no: Boolean!) {
      customer(id: $id) { ...Own payments { nodes { received } } }
      currentPerson { customer { refunds @include(if: $no) { totalCount } } }
    }
    fragment Own on Customer {
      invoices(first: 5, after: $after, orderBy: [ID_DESC]) { edges { node { id } } totalCount pageInfo { hasNextPage endCursor } }
      credits @include(if: $no) { totalCount }
    }`
    interface Own {
      edges: { node: { id: string } }[]
      totalCount: number
      pageInfo: { hasNextPage: boolean; endCursor: string }
    }
    const page = async (after: string | null) => {
      const read = graphql(token)<{ customer: { invoices: Own; payments: object }; currentPerson: object }>
      const { customer, currentPerson } = await dataOf(read(document, { id: customerId, after, no: false }))
      expect(currentPerson).toEqual({ customer: {} })
      return customer
    }
    const first = await page(null)
    const second = await page(first.invoices.pageInfo.endCursor)
    const listed = [...first.invoices.edges, ...second.invoices.edges]
    expect(listed).toEqual(newestFirst(invoices).map((id) => ({ node: { id } })))
    expect(first).toEqual({
      invoices: {
        edges: expect.any(Array),
        totalCount: 9,
        pageInfo: { hasNextPage: true, endCursor: expect.any(String) },
      },
      payments: { nodes: ['2000', '2001', '2002'].map((received) => ({ received })) },
    })
    expect(second.invoices).toMatchObject({ totalCount: 9, pageInfo: { hasNextPage: false } })

    const two = `query ($ids: [BigInt!], $clinics: [String!]) {
      customers(filter: { id: { in: $ids } }) { nodes { id invoices(orderBy: [ID_DESC]) { nodes { id } } } }
      clinics(filter: { name: { in: $clinics } }) { edges { node { id payments { totalCount } } } }
    }`
    const clinics = await global.query('select name from app_public.clinics where id = any ($1)', [clinicIds])
    const variables = { ids: [customerId, other.customerId], clinics: clinics.map(({ name }) => name) }
    expect(await dataOf((await anAdmin())(two, variables))).toEqual({
      customers: {
        nodes: expect.arrayContaining([
          { id: customerId, invoices: { nodes: newestFirst(invoices).map((id) => ({ id })) } },
          { id: other.customerId, invoices: { nodes: newestFirst(other.invoices).map((id) => ({ id })) } },
        ]),
      },
      clinics: {
        edges: expect.arrayContaining(clinicIds.map((id) => ({ node: { id, payments: { totalCount: 1 } } }))),
      },
    })
  })

  it('are read again where rows of clinics lead to people, in lists and in what a mutation returns', async () => {
    const { token, customerId, invoices, clinicIds } = await aPatientWithInvoices()
    const byId = invoices.map(({ id }) => BigInt(id)).sort((a, b) => (a < b ? 1 : -1))
    const own = `fragment Own on Customer {
      id
      invoices(first: 2, orderBy: [ID_DESC]) { totalCount nodes { id } pageInfo { hasNextPage } }
      payments {
        nodes { received customer { all: invoices { totalCount } none: credits @include(if: $yes) { totalCount } } }
      }
    }`
    const person = {
      id: customerId,
      invoices: {
        totalCount: 9,
        nodes: byId.slice(0, 2).map((id) => ({ id: String(id) })),
        pageInfo: { hasNextPage: true },
      },
      payments: {
        nodes: ['2000', '2001', '2002'].map((received) => ({ received, customer: { all: { totalCount: 9 } } })),
      },
    }
    const list = `query ($id: BigInt!, $yes: Boolean!) {
      invoices(first: 4) { edges { node { customer { ...Own } } } }
      ofClinic: invoices(filter: { clinicId: { equalTo: $id } }) { nodes { customer { ...Own } } }
    } ${own}`
    const node = { customer: person }
    expect(await dataOf(graphql(token)(list, { id: clinicIds[1], yes: false }))).toEqual({
      invoices: { edges: [{ node }, { node }, { node }, { node }] },
      ofClinic: { nodes: [node, node, node] },
    })
    // Those of one clinic alone are read in its database.
    for (const id of clinicIds.slice(0, 2)) {
      const inOne = `query ($id: BigInt!, $yes: Boolean = false) {
        invoices(filter: { clinicId: { equalTo: $id } }) { nodes { customer { ...Own } } }
      } ${own}`
      expect(await dataOf(graphql(token)(inOne, { id }))).toEqual({ invoices: { nodes: [node, node, node] } })
    }

    const all = [await aPracticeIn(global, 120), ...(await practices())]
    const booked: string[] = []
    for (const { clinicId, slotId } of all) {
      const book = `mutation ($clinicId: BigInt!, $slotId: BigInt!, $yes: Boolean = false) {
        bookSlot(input: { clinicId: $clinicId, bookingSlotId: $slotId, note: "Mine" }) {
          booking { id customer { bookings { nodes { id note } } ...Own } }
          query {
            bookings { totalCount } currentPerson { customer { bookings { totalCount } } } clinic(id: $clinicId) { id }
          }
        }
      } ${own}`
      const { bookSlot } = await dataOf(
        graphql(token)<{ bookSlot: { booking: { id: string } } }>(book, { clinicId, slotId }),
      )
      booked.push(bookSlot.booking.id)
      const count = { totalCount: booked.length }
      expect(bookSlot).toEqual({
        booking: {
          id: booked.at(-1),
          customer: {
            bookings: { nodes: expect.arrayContaining(booked.map((id) => ({ id, note: 'Mine' }))) },
            ...person,
          },
        },
        query: { bookings: count, currentPerson: { customer: { bookings: count } }, clinic: { id: clinicId } },
      })
    }
  })

  it('are read, like the notes, in the shards of the bookings that a patient lists', async () => {
    const token = await confirmed()
    const all = [...(await practices()), await aPracticeIn(global, 120)]
    const booked: { id: string; note: string }[] = []
    for (const [i, { slotId }] of all.entries()) {
      const note = `Note ${i}`
      const { headers, body } = await rest('POST', `/bookingSlots/${slotId}/book`, { token, body: { note } })
      booked.push({ id: body.id, note })
      const position = headers.get('medislot-position')
      const listed = async () => (await rest('GET', '/bookings', { token, position })).body.items.length === i + 1
      await eventually(listed, 'the copy of the booking')
    }
    const { body } = await rest('GET', '/bookings', { token })
    expect(body.items.map(({ id, note }: { id: string; note: string }) => ({ id, note }))).toEqual(
      expect.arrayContaining(booked),
    )
    const document = `{ bookings { nodes { id text: note ...Rest } } }
      fragment Rest on Booking { notifications { nodes { bookingId } } bookingSlot { bookings { nodes { note } } } }`
    const { bookings } = await dataOf(graphql(token)<{ bookings: { nodes: { id: string }[] } }>(document))
    expect(bookings.nodes).toHaveLength(3)
    for (const { id, note } of booked)
      expect(bookings.nodes.find((each) => each.id === id)).toEqual({
        id,
        text: note,
        notifications: { nodes: expect.arrayContaining([{ bookingId: id }]) },
        bookingSlot: { bookings: { nodes: [{ note }] } },
      })
    // Copies have no messages: a filter that reads messages is for the databases of the clinics.
    const filters = `query ($f: BookingFilter!) {
      page: bookings(filter: $f, first: 2, orderBy: [ID_DESC]) {
        totalCount nodes { id note clinic { bookings(filter: $f) { totalCount } } } pageInfo { hasNextPage }
      }
      without: bookings(filter: { notificationsExist: false }) { totalCount }
      currentPerson { customer { bookings(filter: $f) { totalCount } } }
    }`
    expect(
      await dataOf(graphql(token)(filters, { f: { notifications: { some: { clinicId: { isNull: false } } } } })),
    ).toEqual({
      page: {
        totalCount: 3,
        nodes: booked
          .toSorted((a, b) => Number(b.id) - Number(a.id))
          .slice(0, 2)
          .map((each) => ({ ...each, clinic: { bookings: { totalCount: 1 } } })),
        pageInfo: { hasNextPage: true },
      },
      without: { totalCount: 0 },
      currentPerson: { customer: { bookings: { totalCount: 3 } } },
    })
  })

  it('show administrators the late messages of all databases, which are in a view', async () => {
    const booked: string[] = []
    for (const { clinicId, slotId, shard } of await practices()) {
      const { body } = await rest('POST', `/bookingSlots/${slotId}/book`, { token: await confirmed() })
      booked.push(body.id)
      await shard.query(`update app_public.notifications set state = 'dead' where clinic_id = $1`, [clinicId])
    }
    const document = '{ lateNotifications(first: 100, orderBy: [ID_DESC]) { nodes { id bookingId } } }'
    const { lateNotifications: late } = await dataOf(
      (await anAdmin())<{ lateNotifications: { nodes: { id: string; bookingId: string }[] } }>(document),
    )
    const ids = late.nodes.map(({ id }) => BigInt(id))
    expect(ids).toEqual(ids.toSorted((a, b) => (a < b ? 1 : -1)))
    expect(late.nodes.map(({ bookingId }) => bookingId)).toEqual(expect.arrayContaining(booked))
  })
})

describe('payments at clinics in shards', () => {
  let stripe: FakeStripe
  /** The billing processes: that of the global database, then those of the shards. */
  const billing: Program[] = []
  let endpointsOfShards: string[]
  beforeAll(async () => {
    // Enters a clinic of the first shard as moved to the second, so that the ids of other rows no longer say where they
    // are. The server notices it within a second.
    await global.query('insert into app_private.clinic_shards (clinic_id, shard_id) values (1900000000001, 2)')
    stripe = await startStripe()
    const keys = { STRIPE_SECRET_KEY: stripe.key, STRIPE_WEBHOOK_SECRET: stripe.webhookSecret }
    for (const { billingUrl } of installation.servers) {
      const env = { DATABASE_URL: billingUrl(), STRIPE_API_URL: stripe.url, PUBLIC_URL: server.url, ...keys }
      billing.push(await startProgram('billing', { env: { ...env, LOG_LEVEL: 'warn' } }))
    }
    // One endpoint at the provider serves all of them: that of the global database.
    ;[stripe.webhooks.url, ...endpointsOfShards] = billing.map(({ url }) => `${url}/webhooks/stripe`)
  })
  afterAll(async () => {
    await stripe?.stop()
    for (const program of billing) expect(await program.stop()).toBe(0)
  })

  interface PaidPractice extends Practice {
    serviceId: string
  }

  /** A practice in a shard whose visits cost 50.00 and are paid in advance, online. */
  async function aPaidPracticeIn(shard: Connection): Promise<PaidPractice> {
    const practice = await aPracticeIn(shard)
    const { clinicId, doctorId } = practice
    const serviceId = await aService(shard, clinicId, { doctors: [doctorId] })
    await aPrice(shard, clinicId, serviceId, { amount: 5000 })
    await shard.query(`select billing.set_provider_account($1, 'stripe')`, [clinicId])
    return { ...practice, serviceId }
  }

  const toPay = ({ clinicId, slotId, serviceId }: PaidPractice) => ({
    clinicId,
    visits: [{ clinicId, bookingSlotId: slotId, serviceId }],
  })
  const byGraphQL = (token: string, input: object) =>
    graphql(token)<{ beginCheckout: { checkout: { id: string } } }>(
      'mutation ($input: BeginCheckoutInput!) { beginCheckout(input: $input) { checkout { id } } }',
      { input },
    )
  const begunByGraphQL = async (token: string, practice: PaidPractice) =>
    (await dataOf(byGraphQL(token, toPay(practice)))).beginCheckout.checkout.id
  async function begunByRest(token: string, practice: PaidPractice): Promise<string> {
    const { status, body } = await rest('POST', '/checkouts', { token, body: toPay(practice) })
    expect({ status, body }).toMatchObject({ status: 201, body: { state: 'OPEN' } })
    return body.id
  }

  /** The patient pays on the provider's page, once there is one, and waits for the result. */
  async function pay(token: string, id: string) {
    const checkout = async () => (await rest('GET', `/checkouts/${id}`, { token })).body
    await eventually(async () => (await checkout()).url !== null, 'a payment page')
    await stripe.pay((await checkout()).url.split('/').at(-1))
    await eventually(async () => (await checkout()).state === 'PAID', 'the end of the payment')
    return checkout()
  }

  const eventsIn = async (db: Connection) => (await db.query('select from billing_private.provider_events')).length
  /** How many webhooks the billing process of each database has ignored. */
  const ignored = () =>
    Promise.all(
      billing.map(async ({ url }) => {
        const metrics = await (await fetch(`${url}/metrics`)).text()
        return Number(/outcome="elsewhere"\} (\d+)$/m.exec(metrics)?.[1] ?? 0)
      }),
    )

  it('book the visit, are recorded only in the shard of the clinic, and are paid back', async () => {
    const begun = [begunByGraphQL, begunByRest]
    for (const [index, shard] of shards.entries()) {
      // The second time each of them has an endpoint of its own, and the provider reports every event to all.
      if (index === 1) stripe.webhooks.others.push(...endpointsOfShards)
      const others = [global, ...shards.filter((each) => each !== shard)]
      const before = { events: await Promise.all(others.map(eventsIn)), ignored: await ignored() }
      const practice = await aPaidPracticeIn(shard)
      const { clinicId } = practice
      const token = await registered()
      const id = await begun[index]?.(token, practice)
      expect(await pay(token, id as string)).toMatchObject({ state: 'PAID', outcome: 'BOOKED', amount: '5000' })
      expect(await bookingsIn(shard, clinicId)).toEqual(['booked'])
      const { body: invoices } = await rest('GET', `/invoices?clinicId=${clinicId}`, { token })
      expect(invoices.items).toMatchObject([{ state: 'SETTLED', paid: '5000', lines: [{ kind: 'VISIT' }] }])
      const document = await fetch(`${server.url}/api/invoices/${invoices.items[0].id}/document`, {
        headers: { authorization: `Bearer ${token}` },
      })
      expect([document.status, document.headers.get('content-type')]).toEqual([200, 'application/pdf'])

      // The visit is cancelled, and the desk pays its price back.
      const [booking] = await shard.query('select id from app_public.bookings where clinic_id = $1', [clinicId])
      expect(await rest('POST', `/bookings/${booking?.id}/cancel`, { token })).toMatchObject({ status: 200 })
      const desk = await clientsOf(server.url).tokenOf(await aReceptionist(practice))
      const { body: payments } = await rest('GET', `/payments?clinicId=${clinicId}`, { token: desk })
      const refunds = `/payments/${payments.items[0].id}/refunds`
      const refund = { amount: '5000', reason: 'Moved away' }
      expect(await rest('POST', refunds, { token: desk, body: refund })).toMatchObject({ status: 201 })
      const state = () => rest('GET', `/refunds?clinicId=${clinicId}`, { token })
      await eventually(async () => (await state()).body.items[0]?.state === 'SUCCEEDED', 'the refund')

      // The payment and the refund were reported to the global database, or to all.
      await stripe.webhooks.settled()
      expect(await Promise.all(others.map(eventsIn))).toEqual(before.events)
      const reported = index === 0 ? [2, 0, 0] : [2, 2, 0]
      expect(await ignored()).toEqual(before.ignored.map((count, number) => count + (reported[number] ?? 0)))
      expect(await shard.query('select from billing.books_that_do_not_balance')).toEqual([])
    }
    expect(stripe.api.all('refund')).toHaveLength(2)
    stripe.webhooks.others.length = 0
  })

  it('are reported by the provider again when the database of the clinic was down', async () => {
    const practice = await aPaidPracticeIn(shards[1])
    const token = await registered()
    const id = await begunByRest(token, practice)
    const checkout = async () => (await rest('GET', `/checkouts/${id}`, { token })).body
    await eventually(async () => (await checkout()).url !== null, 'a payment page')
    const superuser = await connect(serverOf(2).superuserUrl())
    try {
      // Makes the database unreachable for the billing processes.
      await superuser.query('alter role app_billing nologin')
      await superuser.query(`select pg_terminate_backend(pid) from pg_stat_activity where usename = 'app_billing'`)
      await stripe.pay((await checkout()).url.split('/').at(-1))
      await stripe.webhooks.settled()
      expect(stripe.webhooks.deliveries.at(-1)).toMatchObject({ status: 503 })
    } finally {
      await superuser.query('alter role app_billing login')
      await superuser.close()
    }
    expect(await checkout()).toMatchObject({ state: 'OPEN' })
    expect(await stripe.webhooks.sendAgain()).toMatchObject([{ status: 200 }])
    await eventually(async () => (await checkout()).state === 'PAID', 'the end of the payment')
    expect(await bookingsIn(shards[1], practice.clinicId)).toEqual(['booked'])
    const metrics = await (await fetch(`${billing[0]?.url}/metrics`)).text()
    expect(metrics).toContain('medislot_billing_webhooks_total{provider="stripe",outcome="not_handed_on"} 1')
  })

  /**
   * The body of a request for a checkout that pays for a visit at each of these practices; the first one is its clinic.
   */
  const together = (practices: readonly PaidPractice[]) => ({
    clinicId: practices[0]?.clinicId,
    visits: practices.flatMap((practice) => toPay(practice).visits),
  })
  const slotsOf = (practices: readonly PaidPractice[]) =>
    Promise.all(
      practices.map(async ({ shard, slotId }) => {
        const { status } = await shard.one('select status from app_public.booking_slots where id = $1', [slotId])
        return status
      }),
    )
  /** The rows about a checkout in the databases that have some. */
  const rowsOf = async (id: string) => {
    const rows = []
    for (const db of [global, ...shards])
      rows.push(...(await db.query('select state, outcome, is_share from billing.checkouts where id = $1', [id])))
    return rows
  }
  const booksOfAll = async () => {
    for (const db of [global, ...shards])
      expect(await db.query('select from billing.books_that_do_not_balance')).toEqual([])
  }

  it('are one payment for clinics in several databases, by both APIs, and each clinic pays its part back', async () => {
    for (const [index, order] of [
      [shards[0], shards[1], global],
      [global, shards[1], shards[1]],
    ].entries()) {
      const practices: PaidPractice[] = []
      for (const db of order) practices.push(await aPaidPracticeIn(db))
      const token = await confirmed()
      const idempotencyKey = unique('key')
      const begin = async () =>
        index === 0
          ? (await dataOf(byGraphQL(token, { ...together(practices), idempotencyKey }))).beginCheckout.checkout.id
          : (await rest('POST', '/checkouts', { token, body: together(practices), key: idempotencyKey })).body.id
      const id = await begin()
      expect(await slotsOf(practices)).toEqual(['held', 'held', 'held'])
      expect(await begin()).toBe(id)
      const paid = await pay(token, id)
      expect(paid).toMatchObject({ state: 'PAID', amount: '15000' })
      await eventually(async () => (await slotsOf(practices)).every((slot) => slot === 'booked'), 'the bookings')
      for (const { shard, clinicId } of practices) {
        expect(await bookingsIn(shard, clinicId)).toEqual(['booked'])
        expect(await shard.query('select received from billing.payments where clinic_id = $1', [clinicId])).toEqual([
          { received: '5000' },
        ])
      }
      const page = stripe.api.all('checkout.session').at(-1)
      expect(page).toMatchObject({ amount_total: 15_000 })
      const { body } = await rest('GET', '/payments', { token })
      expect(body.items).toHaveLength(3)
      expect(new Set(body.items.map(({ checkoutId }: { checkoutId: string }) => checkoutId))).toEqual(new Set([id]))
      const parts = await dataOf(
        graphql(token)<{ checkoutParts: { nodes: { clinicId: string; isOpen: boolean }[] } }>(
          `query ($id: BigInt!) {
             checkoutParts(filter: { checkoutId: { equalTo: $id } }) { nodes { clinicId isOpen } }
           }`,
          { id },
        ),
      )
      expect(parts.checkoutParts.nodes.map(({ clinicId }) => clinicId).sort()).toEqual(
        practices.map(({ clinicId }) => clinicId).sort(),
      )
      expect(parts.checkoutParts.nodes.some(({ isOpen }) => isOpen)).toBe(false)
      // The patient sees the checkout once.
      expect((await rest('GET', '/checkouts', { token })).body.items).toMatchObject([{ id, outcome: 'BOOKED' }])

      const last = practices[2] as PaidPractice
      const [booking] = await last.shard.query('select id from app_public.bookings where clinic_id = $1', [
        last.clinicId,
      ])
      expect(await rest('POST', `/bookings/${booking?.id}/cancel`, { token })).toMatchObject({ status: 200 })
      const [payment] = await last.shard.query('select id from billing.payments where clinic_id = $1', [last.clinicId])
      const refunded = stripe.api.all('refund').length
      await last.shard.query('select billing.refund_payment($1, $2, 5000)', [last.clinicId, payment?.id])
      const state = `select from billing.refunds where clinic_id = $1 and state = 'succeeded'`
      await eventually(async () => (await last.shard.query(state, [last.clinicId])).length === 1, 'the refund')
      expect(stripe.api.all('refund')).toHaveLength(refunded + 1)
      await booksOfAll()
    }
  })

  it('can be begun by more requests at the same time than there are connections, each for clinics in several databases', async () => {
    const practices = [await aPaidPracticeIn(shards[0]), await aPaidPracticeIn(shards[1])]
    const begun: { token: string; body: object }[] = []
    // Each pool has 20 connections.
    for (let count = 0; count < 48; count++) {
      const visits: PaidPractice[] = []
      for (const practice of practices) {
        const { shard, clinicId, doctorId } = practice
        visits.push({ ...practice, slotId: await aSlot(shard, clinicId, doctorId, 72 + count) })
      }
      begun.push({ token: await confirmed(), body: together(count % 2 === 0 ? visits : visits.reverse()) })
    }
    const answers = await Promise.all(begun.map((given) => rest('POST', '/checkouts', given)))
    expect(answers.map(({ status }) => status)).toEqual(begun.map(() => 201))
    for (const [index, { body }] of answers.entries())
      expect(await rest('DELETE', `/checkouts/${body.id}`, { token: begun[index]?.token })).toMatchObject({
        status: 200,
      })
  })

  it('free the held slots in all databases when the payment for all is cancelled, or one database refuses it', async () => {
    const practices: PaidPractice[] = []
    for (const db of [global, ...shards]) practices.push(await aPaidPracticeIn(db))
    const free = async () => (await slotsOf(practices)).every((slot) => slot === 'open')
    const token = await confirmed()
    const first = (await dataOf(byGraphQL(token, together(practices)))).beginCheckout.checkout.id
    expect(await slotsOf(practices)).toEqual(['held', 'held', 'held'])
    // A payment for the same visit is not begun in another database.
    expect(await rest('POST', '/checkouts', { token, body: toPay(practices[1] as PaidPractice) })).toMatchObject({
      status: 409,
      body: { code: 'checkout_open', details: { checkoutId: first } },
    })
    expect(await rest('DELETE', `/checkouts/${first}`, { token })).toMatchObject({ status: 200 })
    await eventually(free, 'free slots')
    expect((await rowsOf(first)).map(({ state }) => state)).toEqual(['expired', 'expired', 'expired'])

    // The last database refuses after the others have made their shares.
    const [, , last] = practices as [PaidPractice, PaidPractice, PaidPractice]
    await last.shard.query(`select billing.set_provider_account($1, 'stripe', 'acct_other')`, [last.clinicId])
    await expectGraphQLRefusal(byGraphQL(token, together(practices)), 'several_accounts')
    await eventually(free, 'free slots')
    await expectGraphQLRefusal(
      byGraphQL(token, { ...together(practices.slice(1)), clinicId: practices[0]?.clinicId }),
      'nothing_to_pay',
    )
    await eventually(free, 'free slots')
    await booksOfAll()
  })

  it('are recorded once in a database that was down meanwhile; slots of a checkout that was never begun are freed', async () => {
    const practices = await Promise.all(shards.map(aPaidPracticeIn))
    const [, second] = practices as [PaidPractice, PaidPractice]
    const token = await confirmed()
    const { body } = await rest('POST', '/checkouts', { token, body: together(practices) })
    const superuser = await connect(serverOf(2).superuserUrl())
    try {
      await superuser.query('alter role app_billing nologin')
      await superuser.query(`select pg_terminate_backend(pid) from pg_stat_activity where usename = 'app_billing'`)
      const checkout = async () => (await rest('GET', `/checkouts/${body.id}`, { token })).body
      await eventually(async () => (await checkout()).url !== null, 'a payment page')
      const page = (await checkout()).url.split('/').at(-1)
      await stripe.pay(page)
      await eventually(async () => {
        await stripe.webhooks.sendAgain()
        return (await checkout()).state === 'PAID'
      }, 'the end of the payment')
      // The share stays open although its usual time is over.
      await second.shard.query(
        `update billing.checkouts set expires_at = now() - interval '1 hour', reconciled_at = now() - interval '1 hour' where id = $1`,
        [body.id],
      )
      expect(await slotsOf(practices)).toEqual(['booked', 'held'])
      await booksOfAll()
    } finally {
      await superuser.query('alter role app_billing login')
      await superuser.close()
    }
    await shards[0].query('update billing_private.checkout_shares set retry_at = now() where checkout_id = $1', [
      body.id,
    ])
    await eventually(async () => (await slotsOf(practices))[1] === 'booked', 'the booking of the share')
    await booksOfAll()
    const waiting = `select waiting from app_private.waiting_figures() where what = 'payments'`
    await eventually(async () => (await shards[0].one(waiting)).waiting === '0', 'what was reported')
    // The end is reported again, as after a crash before the report was noted.
    await shards[0].query(
      'update billing_private.checkout_shares set recorded = null, due_since = now() where checkout_id = $1',
      [body.id],
    )
    await eventually(async () => (await shards[0].one(waiting)).waiting === '0', 'what was reported again')
    expect(await second.shard.query('select received from billing.payments where checkout_id = $1', [body.id])).toEqual(
      [{ received: '5000' }],
    )

    // As if the server had ended after it made a share and before it began the checkout.
    const orphan = await aPaidPracticeIn(shards[1])
    const { claims } = await aCustomer(global)
    await eventually(
      async () =>
        (await shards[1].query('select from app_private.accounts where id = $1', [(claims as { sub: string }).sub]))
          .length > 0,
      'the copy of the account',
    )
    const { id } = await shards[0].one(`select nextval('billing.checkouts_id_seq') as id`)
    const { clinicId } = await aPaidPracticeIn(shards[0])
    const asked = { checkoutId: id, clinicId, usesCredit: true, currency: 'EUR', provider: 'stripe', account: null }
    await shards[1].query('begin')
    await shards[1].query('select app_private.begin_request($1)', [JSON.stringify(claims)])
    await shards[1].query('select app_hidden.begin_share($1)', [
      JSON.stringify({ ...asked, ...toPay(orphan), clinicId }),
    ])
    await shards[1].query('commit')
    expect(await slotsOf([orphan])).toEqual(['held'])
    await shards[1].query(`update billing.checkouts set reconciled_at = now() - interval '2 minutes' where id = $1`, [
      id,
    ])
    await eventually(async () => (await slotsOf([orphan]))[0] === 'open', 'a free slot')
    // Nobody can begin the checkout afterwards.
    expect(await rowsOf(id)).toEqual([
      { state: 'expired', outcome: null, is_share: true },
      { state: 'expired', outcome: null, is_share: true },
    ])
  })

  it('can be read and cancelled by the id of the checkout after clinics were moved, but not by other people', async () => {
    const cancel = `mutation ($id: BigInt!) { cancelCheckout(input: { checkoutId: $id }) { checkout { state } } }`
    const read = `query ($id: BigInt!) { checkout(id: $id) { state } }`
    for (const shard of shards) {
      const practice = await aPaidPracticeIn(shard)
      const [token, other] = [await registered(), await registered()]
      const id = await begunByRest(token, practice)
      expect(await dataOf(graphql(other)(read, { id }))).toEqual({ checkout: null })
      await expectGraphQLRefusal(graphql(other)(cancel, { id }), 'checkout_not_found')
      expect(await rest('GET', `/checkouts/${id}`, { token: other })).toMatchObject({ status: 404 })
      expect(await dataOf(graphql(token)(read, { id }))).toEqual({ checkout: { state: 'OPEN' } })
      expect(await dataOf(graphql(token)(cancel, { id }))).toEqual({
        cancelCheckout: { checkout: { state: 'EXPIRED' } },
      })
      const again = await begunByGraphQL(token, practice)
      expect(await rest('DELETE', `/checkouts/${again}`, { token })).toMatchObject({
        status: 200,
        body: { state: 'EXPIRED' },
      })
    }
  })

  it('move with their clinic, once they have ended, and are paid back in the other shard', async () => {
    const [from, to] = shards
    const practice = await aPaidPracticeIn(from)
    const { clinicId } = practice
    const token = await registered()
    const desk = await clientsOf(server.url).tokenOf(await aReceptionist(practice))
    const id = await begunByRest(token, practice)
    const move = (...options: string[]) => installation.shards('move', clinicId, '2', ...options)
    expect(await move()).toMatchObject({ code: 1, stderr: expect.stringContaining('are paying online') })
    const moving = move('--wait', '10')
    const isHeld = 'select from app_private.clinic_moves where clinic_id = $1 and payments_refused_until > now()'
    await eventually(async () => (await from.query(isHeld, [clinicId])).length === 1, 'a move that waits')
    await pay(token, id)
    expect(await moving).toMatchObject({ code: 0 })

    const checkout = () => rest('GET', `/checkouts/${id}`, { token })
    await eventually(async () => (await checkout()).status === 200, 'the map with the clinic that was moved')
    const { body } = await checkout()
    expect(body).toMatchObject({ state: 'PAID', outcome: 'BOOKED', parts: [{ clinicId }] })
    const cancel = `/bookings/${body.parts[0].bookingId}/cancel`
    expect(await rest('POST', cancel, { token })).toMatchObject({ status: 200 })
    const { body: payments } = await rest('GET', `/payments?clinicId=${clinicId}`, { token: desk })
    const refund = { amount: '5000', reason: 'Moved away' }
    const refunds = `/payments/${payments.items[0].id}/refunds`
    expect(await rest('POST', refunds, { token: desk, body: refund })).toMatchObject({ status: 201 })
    const refunded = `select from billing.refunds where clinic_id = $1 and state = 'succeeded'`
    await eventually(async () => (await to.query(refunded, [clinicId])).length === 1, 'the refund')
    for (const shard of shards) expect(await shard.query('select from billing.books_that_do_not_balance')).toEqual([])

    expect(await installation.shards('move', clinicId, 'global')).toMatchObject({ code: 0 })
    const payment = async () => (await rest('GET', `/payments?clinicId=${clinicId}`, { token: desk })).body.items?.[0]
    await eventually(async () => (await payment())?.id === payments.items[0].id, 'the map with the clinic in it')
    expect((await checkout()).body).toMatchObject({ state: 'PAID', parts: [{ clinicId }] })
    expect(await global.query('select from billing.books_that_do_not_balance')).toEqual([])
  })

  it('become credit where a clinic is now, when they arrive long after it was moved there and back', async () => {
    const [from] = shards
    const practices = [await aPaidPracticeIn(from), await aPaidPracticeIn(from)]
    const [stays, moved] = practices as [PaidPractice, PaidPractice]
    const token = await confirmed()
    const { body } = await rest('POST', '/checkouts', { token, body: together(practices) })
    const session = async () =>
      (await from.one('select provider_session as id from billing.checkouts where id = $1', [body.id])).id
    await eventually(async () => (await session()) !== null, 'a payment page')
    expect(await rest('DELETE', `/checkouts/${body.id}`, { token })).toMatchObject({ status: 200 })
    await from.query(`update billing.checkouts set expires_at = now() - interval '100 days' where id = $1`, [body.id])
    for (const shard of ['2', '1'])
      expect(await installation.shards('move', moved.clinicId, shard, '--wait', '60')).toMatchObject({ code: 0 })
    await from.query(`select billing_private.settle_checkout('stripe', $1, 'pi_late', 10000, 'EUR')`, [await session()])
    const credit = async (db: Connection, { clinicId }: PaidPractice) =>
      (await db.query('select balance from billing.credits where clinic_id = $1', [clinicId])).map(
        ({ balance }) => balance,
      )
    expect(await credit(from, stays)).toEqual(['5000'])
    await eventually(async () => (await credit(from, moved))[0] === '5000', 'the credit')
    await booksOfAll()
  })

  it('are listed for each clinic, of all shards, that has a record of the patient', async () => {
    const token = await confirmed()
    expect(await rest('GET', '/me/clinics', { token })).toMatchObject({ status: 200, body: { items: [] } })
    const clinicIds: string[] = []
    for (const shard of shards) {
      const practice = await aPaidPracticeIn(shard)
      await pay(token, await begunByRest(token, practice))
      clinicIds.push(practice.clinicId)
    }
    const mine = () => dataOf(graphql(token)<{ clinicsWithRecords: object }>('{ clinicsWithRecords { nodes { id } } }'))
    const nodes = clinicIds.map((id) => ({ id }))
    await eventually(
      async () => (await global.query('select from app_public.clinics where id = any ($1)', [clinicIds])).length === 2,
      'copies',
    )
    expect((await mine()).clinicsWithRecords).toEqual({ nodes })
    const { body } = await rest('GET', '/me/clinics', { token })
    expect(body.items.map(({ id }: { id: string }) => id)).toEqual(clinicIds)
    for (const id of clinicIds)
      expect((await rest('GET', `/payments?clinicId=${id}`, { token })).body.items).toMatchObject([
        { clinicId: id, received: '5000' },
      ])
  })

  describe('for clinics in two databases', () => {
    /** Kills PostgreSQL; its other processes end when they notice it. */
    async function kill(number: number): Promise<void> {
      const [postmaster, ...others] = await processesOf(number)
      process.kill(postmaster, 'SIGKILL')
      await serverOf(number).ended
      for (const pid of others) await hasEnded(pid)
    }
    async function startAgain(number: 1 | 2): Promise<void> {
      await installation.startAgain(number)
      const lost = shards[number - 1] as Connection
      shards[number - 1] = await connect(serverOf(number).ownerUrl())
      await lost.close().catch(() => undefined)
    }

    /** Whether a session of a login waits for a lock. */
    const waits = async (db: Connection, login: string) =>
      (await db.query(`select from pg_stat_activity where usename = $1 and wait_event_type = 'Lock'`, [login])).length >
      0

    /** Locks a table or row, until the connection is closed or its server is killed. */
    async function holding(number: number, statement: string, values: string[] = []): Promise<Connection> {
      const blocker = await connect(serverOf(number).ownerUrl())
      await blocker.query('begin')
      await blocker.query(statement, values)
      return blocker
    }
    /** Makes the transactions that begin checkouts wait. */
    const holdBeginning = () => holding(1, 'lock table billing_private.checkout_shares in share mode')
    /** Makes the report of a checkout's end to its share wait. */
    const holdReport = (id: string) => holding(2, 'select from billing.checkouts where id = $1 for update', [id])

    interface Patient {
      practices: [PaidPractice, PaidPractice]
      customerId: string
      token: string
      body: object
    }

    /**
     * A patient with a visit at a clinic in each shard and, in the second, an invoice of 20.00 and a credit of 10.00.
     */
    async function aPatient(): Promise<Patient> {
      const { customerId, claims } = await aCustomer(global)
      for (const shard of shards)
        await eventually(
          async () => (await shard.query('select from app_public.customers where id = $1', [customerId])).length > 0,
          'the copy of the patient',
        )
      const practices = (await Promise.all(shards.map((shard) => aPaidPracticeIn(shard)))) as Patient['practices']
      const { clinicId, shard } = practices[1]
      await record(shard, clinicId, customerId)
      const invoiceId = await anInvoice(shard, clinicId, customerId, 2000)
      await shard.query('select billing.issue_invoice($1, $2)', [clinicId, invoiceId])
      await shard.query(`select billing.record_payment($1, $2, 'cash', 1000)`, [clinicId, customerId])
      const body = { ...together(practices), invoices: [{ clinicId, invoiceId }], usesCredit: true }
      return { practices, customerId, token: await clientsOf(server.url).tokenOf(claims), body }
    }

    /** What is held, booked, owed and paid, in both databases. */
    async function booksFor({ practices: [first, second], customerId }: Patient) {
      const [page, share] = shards
      const received = async (db: Connection, { clinicId }: Practice) =>
        (
          await db.query(
            'select received, checkout_id is not null as online from billing.payments where clinic_id = $1 order by id',
            [clinicId],
          )
        ).map(({ received, online }) => (online ? received : `${received} in cash`))
      const slots = []
      for (const [db, { slotId }] of [[page, first] as const, [share, second] as const])
        slots.push((await db.one('select status from app_public.booking_slots where id = $1', [slotId])).status)
      const unpaid = []
      for (const [db, { clinicId }] of [[page, first] as const, [share, second] as const])
        unpaid.push(
          ...(await db.query(
            `select total - paid as open from billing.invoices where clinic_id = $1 and state = 'open'`,
            [clinicId],
          )),
        )
      for (const db of shards) expect(await db.query('select from billing.books_that_do_not_balance')).toEqual([])
      return {
        slots,
        payments: [await received(page, first), await received(share, second)],
        unpaid: unpaid.map(({ open }) => open),
        credit: await creditsOf(share, second.clinicId, customerId),
      }
    }
    const nothingPaid = {
      slots: ['open', 'open'],
      payments: [[], ['1000 in cash']],
      unpaid: ['2000'],
      credit: { balance: '1000', reserved: '0', available: '1000' },
    }
    const held = {
      ...nothingPaid,
      slots: ['held', 'held'],
      credit: { balance: '1000', reserved: '1000', available: '0' },
    }
    const paid = {
      slots: ['booked', 'booked'],
      payments: [['5000'], ['1000 in cash', '6000']],
      unpaid: [],
      credit: { balance: '0', reserved: '0', available: '0' },
    }

    const isShared = async ({ customerId }: Patient) => {
      const shares = `select from billing.checkouts where is_share and state = 'open' and customer_id = $1`
      return (await shards[1].query(shares, [customerId])).length > 0
    }
    /** Until the share was made, and the checkout is about to be committed. */
    const untilShared = (patient: Patient) =>
      eventually(async () => (await isShared(patient)) && (await waits(shards[0], 'app_authenticator')), 'the share')
    const stateOf = async (id: string) =>
      (await shards[0].one('select state from billing.checkouts where id = $1', [id])).state
    /** Makes the reports to shares due at once, instead of after ten seconds. */
    const reportNow = () => shards[0].query('update billing_private.checkout_shares set retry_at = now()')
    const nothingIsDue = async () => {
      await reportNow()
      return (
        (await shards[0].query('select from billing_private.checkout_shares where due_since is not null')).length === 0
      )
    }
    /** Begins the checkout, and tries again until that succeeds. */
    async function begun({ token, body }: Patient, key: string): Promise<string> {
      const answer = await eventually(async () => {
        const given = await rest('POST', '/checkouts', { token, body, key })
        return given.status === 201 && given
      }, 'a checkout')
      return answer.body.id
    }
    /** The page of a checkout, once the provider has made it and that is recorded. */
    const pageOf = async (id: string) =>
      (await shards[0].one('select provider_session as page from billing.checkouts where id = $1', [id])).page as string

    it('hold no slot permanently when PostgreSQL is killed before the checkout has begun, or before its end is reported', async () => {
      const patient = await aPatient()
      const { token, body } = patient
      await holdBeginning()
      const answer = rest('POST', '/checkouts', { token, body })
      await untilShared(patient)
      await kill(1)
      expect((await answer).status).toBeGreaterThanOrEqual(500)
      await startAgain(1)
      await eventually(async () => {
        // The billing process asks about a share once a minute. It has already asked while the other database was down,
        // so it is made to ask again at once.
        await shards[1].query(
          `update billing.checkouts set reconciled_at = '-infinity' where is_share and state = 'open'`,
        )
        return !(await isShared(patient))
      }, 'the end of the share')
      expect(await booksFor(patient)).toEqual(nothingPaid)

      // A checkout that the patient cancels while the other database is down.
      const id = await begun(patient, unique('key'))
      expect(await booksFor(patient)).toEqual(held)
      await kill(2)
      expect(await rest('DELETE', `/checkouts/${id}`, { token })).toMatchObject({ status: 200 })
      await kill(1)
      await startAgain(1)
      await startAgain(2)
      await eventually(nothingIsDue, 'what is reported')
      expect(await booksFor(patient)).toEqual(nothingPaid)
    })

    it('are recorded once in each when PostgreSQL is killed before, between and during all later steps', async () => {
      const patient = await aPatient()
      const key = unique('key')
      const blocker = await holdBeginning()
      const answer = rest('POST', '/checkouts', { ...patient, key })
      await untilShared(patient)
      await kill(2)
      // The provider makes the page, but its answer is lost.
      stripe.failNext(/POST .*checkout\/sessions/, 'timeout_after')
      await blocker.close()
      await answer
      await startAgain(2)
      const id = await begun(patient, key)
      expect(await booksFor(patient)).toEqual(held)

      const pages = () => stripe.api.all('checkout.session').filter((page) => page.client_reference_id === id)
      await eventually(() => pages().length > 0, 'a page')
      await kill(1)
      await kill(2)
      await startAgain(1)
      await startAgain(2)
      await eventually(async () => {
        await shards[0].query(`update billing_private.provider_calls set retry_at = now() where checkout_id = $1`, [id])
        return (await pageOf(id)) !== null
      }, 'a page that is recorded')
      expect(await booksFor(patient)).toEqual(held)

      // The money arrives while the database of the share is down, and that of the page is killed before it could be
      // reported.
      await kill(2)
      await stripe.pay(await pageOf(id))
      await eventually(async () => {
        await stripe.webhooks.sendAgain()
        return (await stateOf(id)) === 'paid'
      }, 'the payment')
      await kill(1)
      await startAgain(2)
      expect((await shards[1].one('select state from billing.checkouts where id = $1', [id])).state).toBe('open')

      // The database of the share is killed while it records the payment.
      await holdReport(id)
      await startAgain(1)
      const isTold = async () => {
        await reportNow()
        return waits(shards[1], 'app_billing')
      }
      await eventually(isTold, 'the report')
      await kill(2)
      await startAgain(2)

      // The other one is killed while it waits for that.
      const recording = await holdReport(id)
      await eventually(isTold, 'the next report')
      await kill(1)
      await recording.close()
      await startAgain(1)
      await eventually(nothingIsDue, 'what is reported')
      expect(await booksFor(patient)).toEqual(paid)
      expect(await rowsOf(id)).toEqual([
        { state: 'paid', outcome: 'booked', is_share: false },
        { state: 'paid', outcome: 'booked', is_share: true },
      ])
      expect(pages()).toMatchObject([{ amount_total: 11_000, payment_status: 'paid' }])
      // The provider reports once more what it could not report.
      await stripe.webhooks.sendAgain()
      expect(await booksFor(patient)).toEqual(paid)
      expect(
        stripe.api.all('refund').filter(({ payment_intent }) => payment_intent === pages()[0]?.payment_intent),
      ).toEqual([])
    })
  })
})

describe('a shard that hangs', () => {
  /** Stops all processes of a database server, without ending them. Returns a function that lets them go on. */
  async function hang(number: number): Promise<() => void> {
    const pids = await processesOf(number)
    for (const pid of pids) process.kill(pid, 'SIGSTOP')
    return () => {
      for (const pid of pids) process.kill(pid, 'SIGCONT')
    }
  }

  it('is reported as shard_unavailable, also to requests that are waiting for it, while the others serve', async () => {
    const [first, second] = (await practices()) as [Practice, Practice]
    const token = await confirmed()
    const book = ({ slotId }: Practice) => rest('POST', `/bookingSlots/${slotId}/book`, { token })
    // Both databases know the caller, and the server has connections to them.
    for (const { clinicId } of [first, second])
      await dataOf(
        graphql(token)('query ($id: [BigInt!]) { bookings(filter: { clinicId: { in: $id } }) { nodes { id } } }', {
          id: [clinicId],
        }),
      )
    const goOn = await hang(2)
    try {
      // More requests than the server has connections to the shard.
      const waiting = Array.from({ length: 15 }, () => book(second))
      expect(await book(first)).toMatchObject({ status: 201 })
      for (const answer of await Promise.all(waiting))
        expect(answer).toMatchObject({ status: 503, body: { code: 'shard_unavailable', details: { shard: 2 } } })
      // From now on requests are refused at once.
      await expectGraphQLRefusal(byGraphQL(token, second), 'shard_unavailable')
    } finally {
      goOn()
    }
    await eventually(async () => (await book(second)).status === 201, 'the booking')
    // The requests that were refused while the shard did not answer have not booked anything afterwards.
    expect(await bookingsIn(second.shard, second.clinicId)).toEqual(['booked'])
  })
})

describe('a shard to which nothing is copied', () => {
  async function stopCopies({ shard }: Practice): Promise<void> {
    await shard.query('alter subscription medislot_people_1 disable')
    const applies = `select from pg_stat_subscription where subname = 'medislot_people_1' and pid is not null`
    await eventually(async () => (await shard.query(applies)).length === 0, 'the end of replication')
  }

  it('admits the access token of an ended session until it expires, and the token cannot be renewed', async () => {
    const [practice] = (await practices()) as [Practice, Practice]
    const body = { email: `${unique('ann').replace(' ', '-')}@test.example`, password, fullName: 'Ann' }
    const { accessToken: token, refreshToken } = (await rest('POST', '/auth/register', { body })).body
    const booked = await rest('POST', `/bookingSlots/${practice.slotId}/book`, { token })
    expect(booked).toMatchObject({ status: 201 })
    await stopCopies(practice)
    expect(await rest('POST', '/auth/sign-out', { token })).toMatchObject({ status: 204 })
    expect(await rest('GET', '/bookings', { token })).toMatchObject({ status: 401 })
    expect(await rest('POST', '/auth/refresh', { body: { refreshToken } })).toMatchObject({ status: 401 })
    expect(await rest('POST', `/bookings/${booked.body.id}/cancel`, { token })).toMatchObject({ status: 200 })
    const { iat, exp } = JSON.parse(Buffer.from(token.split('.')[1], 'base64url').toString())
    expect(exp - iat).toBe(900)
    await practice.shard.query('alter subscription medislot_people_1 enable')
    await eventually(
      async () => (await rest('POST', `/bookingSlots/${practice.slotId}/book`, { token })).status === 401,
      'the end of the session in the shard',
    )
  })

  it('makes callers whom it does not know yet wait, and refuses them with shard_behind after some seconds', async () => {
    const [practice] = (await practices()) as [Practice, Practice]
    await stopCopies(practice)
    const token = await registered()
    const late = await rest('POST', `/bookingSlots/${practice.slotId}/book`, { token })
    expect(late).toMatchObject({ status: 503, body: { code: 'shard_behind' } })
    expect(late.headers.get('retry-after')).toBe('1')
    await practice.shard.query('alter subscription medislot_people_1 enable')
    await eventually(
      async () => (await rest('POST', `/bookingSlots/${practice.slotId}/book`, { token })).status === 201,
      'the booking',
    )
  })
})

// The last tests: databases are not started again.
describe('a shard that is down', () => {
  it('is reported with 503, while the other one and the global database serve', async () => {
    const [first, second] = (await practices()) as [Practice, Practice]
    const token = await registered()
    const patient = await confirmed()
    const own = await aPracticeIn(second.shard, 120)
    const booked = await rest('POST', `/bookingSlots/${own.slotId}/book`, { token: patient, body: { note: 'Mine' } })
    const position = booked.headers.get('medislot-position')
    const listed = async () => (await rest('GET', '/bookings', { token: patient, position })).body.items
    await eventually(async () => (await listed()).length === 1, 'the copy of the booking')
    const read = () => rest('GET', `/clinics/${second.clinicId}`)
    await eventually(async () => (await read()).status === 200, 'the copy of the clinic')
    await serverOf(2).stop()
    const refused = () => rest('POST', `/bookingSlots/${second.slotId}/book`, { token })
    // A connection that was in use a moment ago is noticed to be lost by a request.
    await eventually(async () => (await refused()).body.code === 'shard_unavailable', 'the refusal')
    const answer = await refused()
    expect(answer).toMatchObject({ status: 503, body: { code: 'shard_unavailable', details: { shard: 2 } } })
    expect(answer.headers.get('retry-after')).toBe('1')
    await expectGraphQLRefusal(byGraphQL(token, second), 'shard_unavailable')
    // Fields that are in copies are returned; others are null, with an error.
    expect(await graphql(patient)('{ bookings { nodes { id note } } }')).toMatchObject({
      data: { bookings: { nodes: [{ id: booked.body.id, note: null }] } },
      errors: [{ path: ['bookings', 'nodes', 0, 'note'], extensions: { code: 'shard_unavailable' } }],
    })
    expect(await rest('GET', '/bookings', { token: patient })).toMatchObject({ status: 503 })
    const messages = '{ bookings { nodes { notifications { totalCount } } } }'
    await expectGraphQLRefusal(graphql(patient)(messages), 'shard_unavailable')
    // The list is refused, because one without a part would look complete.
    await expectGraphQLRefusal(graphql(token)('{ invoices { totalCount } }'), 'shard_unavailable')
    // A change whose answer could not be complete is not made.
    const complete = bookSlot.replace('booking {', 'booking { customer { invoices { totalCount } }')
    await expectGraphQLRefusal(
      graphql(token)(complete, { clinicId: first.clinicId, slotId: first.slotId }),
      'shard_unavailable',
    )
    expect(await bookingsIn(first.shard, first.clinicId)).toEqual([])
    expect(await rest('GET', '/payments', { token })).toMatchObject({
      status: 503,
      body: { code: 'shard_unavailable', details: { shard: 2 } },
    })
    expect(await rest('GET', `/payments?clinicId=${first.clinicId}`, { token })).toMatchObject({ status: 200 })
    expect(await rest('POST', `/bookingSlots/${first.slotId}/book`, { token })).toMatchObject({ status: 201 })
    // Searches read copies.
    expect(await read()).toMatchObject({ status: 200 })
    expect(await registered()).toBeDefined()
  })
})

describe('the global database', () => {
  it('can be down while somebody who is signed in books in a shard; registering is not possible', async () => {
    const practice = await aPracticeIn(shards[0], 24 * 6)
    const token = await registered()
    // The shard knows the caller when it has booked once.
    const { bookSlot: booked } = await dataOf(byGraphQL(token, practice))
    expect(await rest('POST', `/bookings/${booked.booking.id}/cancel`, { token })).toMatchObject({ status: 200 })
    await serverOf(0).stop()
    await dataOf(byGraphQL(token, practice))
    expect((await bookingsIn(practice.shard, practice.clinicId)).sort()).toEqual(['booked', 'cancelled'])
    expect((await fetch(`${server.url}/readyz`)).status).toBe(200)
    const body = { email: 'late@test.example', password, fullName: 'Late' }
    expect(await rest('POST', '/auth/register', { body })).toMatchObject({
      status: 503,
      body: { code: 'connection_failure' },
    })
  })
})
