import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { createPool } from '../../../src/database/pools.ts'
import { taskList } from '../../../src/worker/task_list.ts'
import { aClinic, aDoctor, anAccount, aSlot, unique } from '../../helpers/clinic/world.ts'
import { type Connection, connect } from '../../helpers/database/connection.ts'
import { expectRefusal } from '../../helpers/database/database.ts'
import { dataOf, expectGraphQLRefusal, graphqlClient } from '../../helpers/programs/graphql.ts'
import { clientsOf } from '../../helpers/programs/server.ts'
import { work } from '../../helpers/programs/work.ts'
import { type ShardedServer, shardedServer } from '../../helpers/shards/sharded_server.ts'
import { eventually } from '../../helpers/time/eventually.ts'
import { password } from '../../sql/identity/sessions.ts'

// People who export and erase their data, or are removed, which a global database and two shards hold, through a real
// server.

let site: ShardedServer
beforeAll(async () => {
  site = await shardedServer(2)
})
afterAll(() => site?.stop())

async function rest(method: string, path: string, token?: string, body?: object) {
  const response = await fetch(`${site.url}/api${path}`, {
    method,
    headers: {
      ...(token && { authorization: `Bearer ${token}` }),
      ...(body && { 'content-type': 'application/json' }),
    },
    ...(body && { body: JSON.stringify(body) }),
  })
  const text = await response.text()
  return { status: response.status, body: text ? JSON.parse(text) : undefined }
}

/** A figure of the server's /metrics. */
async function figure(name: string): Promise<number> {
  const lines = (await (await fetch(`${site.url}/metrics`)).text()).split('\n')
  return Number(lines.find((line) => line.startsWith(`${name} `))?.slice(name.length))
}

/** The global database and both shards. */
const everywhere = (): Connection[] => [site.global, ...site.databases]

interface Visit {
  db: Connection
  clinicId: string
  slotId: string
  bookingId: string
}

interface Patient {
  token: string
  customerId: string
  /** Texts that only this person's data contain. */
  traces: string[]
  /** One in each database, the global one first. */
  visits: Visit[]
}

/** Confirms the address of a person, and waits until all databases know. */
async function confirmAddress(customerId: string): Promise<void> {
  await site.global.query(
    `update app_private.accounts set email_verified_at = now()
     where id = (select account_id from app_public.customers where id = $1)`,
    [customerId],
  )
  for (const shard of site.databases)
    await eventually(
      async () =>
        (
          await shard.query(
            `select from app_public.customers c join app_private.accounts a on a.id = c.account_id
             where c.id = $1 and a.email_verified_at is not null`,
            [customerId],
          )
        ).length > 0,
      'the copy of the confirmation',
    )
}

/**
 * A patient who has booked at a clinic in each database, with notes, a record that the desk has changed, and a message.
 */
async function aPatient(): Promise<Patient> {
  const word = unique('zyx').replace(/\W/g, '')
  const digits = String(Math.floor(Math.random() * 1e7)).padStart(7, '0')
  const email = `${word}@test.example`
  const registered = await rest('POST', '/auth/register', undefined, { email, password, fullName: `Ann ${word}` })
  expect(registered).toMatchObject({ status: 201 })
  const { accessToken: token } = registered.body
  const customer = await site.global.one(
    `select c.id from app_public.customers c join app_private.accounts a on a.id = c.account_id
     where coalesce(a.email, a.claimed_email) = $1`,
    [email],
  )
  // A person who has not confirmed the address may have one visit in all databases.
  await confirmAddress(customer.id)
  const phone = `+4930${digits}`
  const patched = await rest('PATCH', `/customers/${customer.id}`, token, { phone })
  expect(patched).toMatchObject({ status: 200 })
  const visits: Visit[] = []
  for (const [number, db] of everywhere().entries()) {
    const clinicId = await aClinic(db)
    const slotId = await aSlot(db, clinicId, await aDoctor(db, clinicId), 48 + 24 * number)
    const booked = await rest('POST', `/bookingSlots/${slotId}/book`, token, { note: `note of ${word}` })
    expect(booked).toMatchObject({ status: 201, body: { clinicId } })
    await db.query(
      `update app_public.clinic_customers set notes = $3, phone = $4 where clinic_id = $1 and customer_id = $2`,
      [clinicId, customer.id, `the desk on ${word}`, `+4940${digits}`],
    )
    await db.query(
      `insert into app_private.messages (clinic_id, notification_id, channel, recipient, subject, body)
       select n.clinic_id, n.id, 'email', $3, 'Your visit', $4
       from app_public.notifications n where n.clinic_id = $1 and n.customer_id = $2 limit 1`,
      [clinicId, customer.id, email, `Dear Ann ${word}`],
    )
    visits.push({ db, clinicId, slotId, bookingId: booked.body.id })
  }
  return { token, customerId: customer.id, traces: [word, digits], visits }
}

/** The tables of a database in which a text occurs. */
async function tablesWith(db: Connection, texts: string[]): Promise<string[]> {
  const tables = await db.query<{ name: string }>(
    `select format('%I.%I', n.nspname, c.relname) as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where c.relkind in ('r', 'p') and n.nspname not in ('pg_catalog', 'information_schema') order by 1`,
  )
  const found: string[] = []
  for (const { name } of tables) {
    const rows = await db.query(`select from ${name} t where t::text ilike any ($1) limit 1`, [
      texts.map((text) => `%${text}%`),
    ])
    if (rows.length > 0) found.push(name)
  }
  return found
}

/** Runs a job of the worker of a database. Returns the errors of failed jobs. */
async function job(number: number, task: string): Promise<string[]> {
  const url = site.servers[number]?.ownerUrl() as string
  const pool = createPool(url, { name: 'test', size: 5 })
  try {
    return await work(pool, taskList({}, 'https://book.test', undefined, undefined, undefined, {}, url), task)
  } finally {
    await pool.end()
  }
}

const hasArrived = (db: Connection, customerId: string) =>
  eventually(
    async () =>
      (await db.query(`select from app_public.customers where id = $1 and full_name = 'erased'`, [customerId])).length >
      0,
    'the copy of the erased customer',
  )

const erase = `mutation ($id: BigInt!) { eraseCustomer(input: { customerId: $id }) { customer { id } } }`
const fieldsOfExport = 'clinicRecords bookings notifications events waitingList money account'
const exported = `query ($id: BigInt!) { exportCustomer(customerId: $id) { ${fieldsOfExport} } }`

describe('the export of a person', () => {
  interface Part {
    clinicId: string
    note?: string
    notes?: string
  }
  interface Export {
    clinicRecords: Part[]
    bookings: Part[]
    notifications: Part[]
    events: Part[]
    account: { employments: Part[] }
  }

  it('contains the data of the clinics in all databases, by REST and by GraphQL', async () => {
    const { token, customerId, traces, visits } = await aPatient()
    const [word] = traces
    const clinicIds = visits.map(({ clinicId }) => clinicId)
    const byRest = await rest('GET', `/customers/${customerId}/export`, token)
    expect(byRest).toMatchObject({ status: 200 })
    const { exportCustomer } = await dataOf(
      graphqlClient(site.url, token)<{ exportCustomer: Export }>(exported, { id: customerId }),
    )
    for (const document of [byRest.body as Export, exportCustomer]) {
      expect(document.bookings.map(({ clinicId, note }) => [clinicId, note])).toEqual(
        clinicIds.map((id) => [id, `note of ${word}`]),
      )
      expect(document.clinicRecords.map(({ clinicId, notes }) => [clinicId, notes])).toEqual(
        clinicIds.map((id) => [id, `the desk on ${word}`]),
      )
      for (const list of [document.notifications, document.events])
        expect([...new Set(list.map(({ clinicId }) => clinicId))].sort()).toEqual([...clinicIds].sort())
    }
  })

  it('contains the data of the right person when an administrator exports two people in one document', async () => {
    const [first, second] = [await aPatient(), await aPatient()]
    const { claims } = await anAccount(site.global, { isAdmin: true })
    const admin = graphqlClient(site.url, await clientsOf(site.url).tokenOf(claims))
    const document = `query ($a: BigInt!, $b: BigInt!) {
      a: exportCustomer(customerId: $a) { bookings } b: exportCustomer(customerId: $b) { bookings }
    }`
    const { a, b } = await dataOf(
      admin<Record<'a' | 'b', Pick<Export, 'bookings'>>>(document, { a: first.customerId, b: second.customerId }),
    )
    for (const [one, { visits }] of [
      [a, first],
      [b, second],
    ] as const)
      expect(one.bookings.map(({ clinicId }) => clinicId)).toEqual(visits.map(({ clinicId }) => clinicId))
  })

  it('lists each clinic of a shard at which the person works once, with the links to calendars', async () => {
    const { token, customerId, visits } = await aPatient()
    const { db, clinicId } = visits[1] as Visit
    const { account_id: accountId } = await db.one('select account_id from app_public.customers where id = $1', [
      customerId,
    ])
    await db.query(
      `insert into app_public.employees (clinic_id, account_id, role, full_name) values ($1, $2, 'manager', 'Ann')`,
      [clinicId, accountId],
    )
    const copies = 'select from app_public.employees where clinic_id = $1'
    await eventually(async () => (await site.global.query(copies, [clinicId])).length > 0, 'the copy')
    const { body } = await rest('GET', `/customers/${customerId}/export`, token)
    expect(body.account.employments).toEqual([
      expect.objectContaining({ clinicId, role: 'manager', calendarLinks: [] }),
    ])
  })

  it('is refused to other people, and in psql, which cannot ask the shards', async () => {
    const [{ customerId }, other] = [await aPatient(), await aPatient()]
    expect(await rest('GET', `/customers/${customerId}/export`, other.token)).toMatchObject({
      status: 404,
      body: { code: 'customer_not_found' },
    })
    await expectRefusal(site.global.query('select app_public.export_customer($1)', [customerId]), 'shards_first')
  })
})

describe('a person who waits at clinics of several databases', () => {
  it('sees all entries and offers, takes an offered time, and exports and erases each entry once', async () => {
    const [waiter, other] = [await aPatient(), await aPatient()]
    const call = graphqlClient(site.url, waiter.token)
    const clinicIds = other.visits.map(({ clinicId }) => clinicId)
    for (const id of clinicIds)
      await dataOf(
        call('mutation ($id: BigInt!) { joinWaitingList(input: { clinicId: $id }) { clientMutationId } }', { id }),
      )
    const document = `{ waitingLists(filter: { state: { equalTo: WAITING } }, orderBy: [CLINIC_ID_ASC]) {
      nodes { clinicId clinic { name } slotOffers { nodes { id } } }
    } }`
    const entries = async () =>
      (
        await dataOf(
          call<{ waitingLists: { nodes: { clinicId: string; slotOffers: { nodes: { id: string }[] } }[] } }>(document),
        )
      ).waitingLists.nodes
    await eventually(async () => (await entries()).length === 3, 'the copies of the entries')
    expect((await entries()).map(({ clinicId }) => clinicId)).toEqual([...clinicIds].sort((a, b) => +a - +b))

    const { bookingId, clinicId } = other.visits[1] as Visit
    expect(await rest('POST', `/bookings/${bookingId}/cancel`, other.token)).toMatchObject({ status: 200 })
    const offered = async () => (await rest('GET', '/me/slotOffers', waiter.token)).body.items
    await eventually(async () => (await offered()).length > 0, 'the copy of the offer')
    const [offer] = await offered()
    expect(offer).toMatchObject({ clinicId, state: 'OFFERED', isOpen: true })
    expect((await entries()).find((entry) => entry.clinicId === clinicId)?.slotOffers.nodes).toEqual([
      { id: offer.offerId },
    ])
    const accept = `/clinics/${clinicId}/slotOffers/${offer.offerId}/accept`
    expect(await rest('POST', accept, waiter.token)).toMatchObject({ status: 200, body: { clinicId } })
    await eventually(async () => (await offered()).length === 0, 'the copy of what became of the offer')

    const { body } = await rest('GET', `/customers/${waiter.customerId}/export`, waiter.token)
    expect(body.waitingList.map((entry: { clinicId: string }) => entry.clinicId).sort()).toEqual([...clinicIds].sort())
    expect(await rest('POST', `/customers/${waiter.customerId}/erase`, waiter.token)).toMatchObject({ status: 204 })
    for (const [index, db] of site.databases.entries()) {
      await hasArrived(db, waiter.customerId)
      expect(await job(index + 1, 'carry_out_erasure')).toEqual([])
    }
    for (const table of ['waiting_list', 'slot_offers'])
      await eventually(
        async () =>
          (await site.global.query(`select from app_public.${table} where customer_id = $1`, [waiter.customerId]))
            .length === 0,
        `the end of the copies in ${table}`,
      )
  })
})

const statusIn = async (db: Connection, bookingId: string) =>
  (await db.one('select status from app_public.bookings where id = $1', [bookingId])).status

const isNoted = (db: Connection, customerId: string) =>
  eventually(
    async () =>
      (await db.query('select from app_private.copied_removals where customer_id = $1', [customerId])).length > 0,
    'the removal',
  )

describe('the removal of a customer', () => {
  it('is refused while there are future visits in shards, and with cascade cancels them in all databases, also those of merged records', async () => {
    const { token, customerId, visits } = await aPatient()
    const [, { db, clinicId }] = visits as [Visit, Visit]
    const doctorId = await aDoctor(db, clinicId)
    const record = await site.global.one(
      `insert into app_public.customers (full_name) values ('By phone') returning id`,
    )
    await site.global.query('select app_public.merge_customers($1, $2)', [record.id, customerId])
    await eventually(
      async () =>
        (await db.query('select from app_public.customers where merged_into_id = $1', [customerId])).length > 0,
      'the copy of the merge',
    )
    const book = async (hours: number) => {
      const slotId = await aSlot(db, clinicId, doctorId, hours)
      return (await db.one('select id from app_public.book_slot($1, $2, $3)', [clinicId, slotId, record.id])).id
    }
    const ofRecord = await book(100)
    await dataOf(
      graphqlClient(site.url, token)(
        'mutation ($id: BigInt!) { joinWaitingList(input: { clinicId: $id }) { clientMutationId } }',
        { id: clinicId },
      ),
    )
    const path = `/customers/${customerId}`
    await eventually(
      async () => (await site.global.query('select from app_public.bookings where id = $1', [ofRecord])).length > 0,
      'the copy of the visit',
    )
    const refused = await rest('DELETE', path, token)
    expect(refused).toMatchObject({ status: 409, body: { code: 'still_in_use' } })
    expect(JSON.stringify(refused.body)).toContain(`"${visits[2]?.bookingId}"`)
    expect(await rest('DELETE', `${path}?cascade=true`, token)).toMatchObject({ status: 204 })
    expect(await statusIn(site.global, visits[0]?.bookingId as string)).toBe('cancelled')
    for (const shard of site.databases) for (const id of [customerId, record.id]) await isNoted(shard, id)
    // The merged record is a separate person again.
    await eventually(
      async () =>
        (await db.query('select from app_public.customers where id = $1 and merged_into_id is null', [record.id]))
          .length > 0,
      'the copy of the end of the merge',
    )
    const later = await book(200)
    for (const number of [1, 2]) expect(await job(number, 'carry_out_removal')).toEqual([])
    for (const visit of visits) expect(await statusIn(visit.db, visit.bookingId)).toBe('cancelled')
    expect([await statusIn(db, ofRecord), await statusIn(db, later)]).toEqual(['cancelled', 'booked'])
    expect(await db.query('select state from app_public.waiting_list where customer_id = $1', [customerId])).toEqual([
      { state: 'left' },
    ])
    for (const shard of site.databases) expect(await shard.query('select from app_private.copied_removals')).toEqual([])
    expect(await job(1, 'carry_out_removal')).toEqual([])
    expect(await statusIn(db, later)).toBe('booked')
  })
})

describe('the erasure of a person', () => {
  it('leaves no name, address or note in any database, cancels the visits, and does not stop the copies', async () => {
    const { token, customerId, traces, visits } = await aPatient()
    // By GraphQL below, by REST in the next test.
    for (const db of everywhere()) expect(await tablesWith(db, traces)).toContain('app_public.clinic_customers')
    await dataOf(graphqlClient(site.url, token)(erase, { id: customerId }))
    expect(await tablesWith(site.global, traces)).toEqual([])
    for (const [index, db] of site.databases.entries()) {
      await hasArrived(db, customerId)
      expect(await job(index + 1, 'carry_out_erasure')).toEqual([])
      expect(await tablesWith(db, traces)).toEqual([])
    }
    for (const { db, clinicId, slotId } of visits) {
      const booking = 'select status, cancelled_by, customer_id from app_public.bookings where clinic_id = $1'
      const expected = [{ status: 'cancelled', cancelled_by: 'customer', customer_id: customerId }]
      expect(await db.query(booking, [clinicId])).toEqual(expected)
      expect(await db.one('select status from app_public.booking_slots where id = $1', [slotId])).toEqual({
        status: 'open',
      })
      await eventually(
        async () => (await site.global.query(booking, [clinicId]))[0]?.status === 'cancelled',
        'the copy of the booking',
      )
    }
    // The chain of events can still be verified without the erased reasons.
    for (const [index, { db, clinicId }] of visits.entries()) {
      expect(await job(index, 'publish_events')).toEqual([])
      expect(await job(index, 'seal_events')).toEqual([])
      expect(await db.one('select fault from app_public.verify_events($1)', [clinicId])).toEqual({ fault: null })
    }
    // Copies of people still arrive, and nobody can write the erased ones again.
    const [, second] = (await aPatient()).visits as [Visit, Visit]
    expect(second.bookingId).toBeDefined()
    await expectRefusal(
      (visits[1] as Visit).db.query(
        `update app_public.clinic_customers set full_name = 'Ann' where clinic_id = $1 and customer_id = $2`,
        [visits[1]?.clinicId, customerId],
      ),
      'customer_not_found',
    )
  })

  it('is carried out, like a removal, by a shard that was down when it answers again, and is reported until then', async () => {
    const { token, customerId, traces, visits } = await aPatient()
    const removed = await aPatient()
    const [first, second] = site.databases as [Connection, Connection]
    await second.close()
    await site.servers[2]?.stop()
    expect(await rest('POST', `/customers/${customerId}/erase`, token)).toMatchObject({ status: 204 })
    const { status } = await rest('DELETE', `/customers/${removed.customerId}?cascade=true`, removed.token)
    expect(status).toBe(204)
    await hasArrived(first, customerId)
    expect(await job(1, 'carry_out_erasure')).toEqual([])
    for (const db of [site.global, first]) expect(await tablesWith(db, traces)).toEqual([])
    // Somebody else's export would lack what that shard holds.
    const { claims } = await anAccount(site.global, { isAdmin: true })
    const admin = graphqlClient(site.url, await clientsOf(site.url).tokenOf(claims))
    await expectGraphQLRefusal(admin(exported, { id: customerId }), 'shard_unavailable')

    await site.startAgain(2)
    const again = await connect(site.servers[2]?.ownerUrl() as string)
    site.databases[1] = again
    await hasArrived(again, customerId)
    expect(await tablesWith(again, traces)).toContain('app_public.clinic_customers')
    await isNoted(again, removed.customerId)
    for (const table of ['copied_erasures', 'copied_removals'])
      await again.query(`update app_private.${table} set arrived_at = now() - interval '1 hour'`)
    for (const what of ['erasures', 'removals']) {
      expect(await figure(`medislot_shards_waiting{what="${what}",shard="2"}`)).toBe(1)
      expect(await figure(`medislot_shards_waiting_seconds{what="${what}",shard="2"}`)).toBeGreaterThanOrEqual(3600)
      expect(await figure(`medislot_shards_waiting{what="${what}",shard="global"}`)).toBe(0)
    }
    const { stderr } = await site.shards('check')
    expect(stderr).toContain(
      'shard 2: 1 erased people still have data at clinics here, since the job carry_out_erasure has not run or has failed',
    )
    expect(stderr).toContain('shard 2: 1 removed customers still have visits at clinics here')
    expect(await job(2, 'carry_out_removal')).toEqual([])
    expect(await statusIn(again, removed.visits[2]?.bookingId as string)).toBe('cancelled')
    expect(await job(1, 'carry_out_removal')).toEqual([])
    // While the clinic is being moved, the erasure has to wait, and is tried again.
    const { clinicId } = visits[2] as Visit
    await again.query(
      `insert into app_private.clinic_moves (clinic_id, to_shard, refused_until) values ($1, 1, now() + interval '1 hour')`,
      [clinicId],
    )
    expect(await figure('medislot_shards_waiting{what="moves",shard="2"}')).toBe(1)
    expect(await job(2, 'carry_out_erasure')).toEqual([expect.stringContaining('1 people could not be erased here')])
    expect(await tablesWith(again, traces)).toContain('app_public.clinic_customers')
    await again.query('delete from app_private.clinic_moves where clinic_id = $1', [clinicId])
    expect(await job(2, 'carry_out_erasure')).toEqual([])
    expect(await tablesWith(again, traces)).toEqual([])
    expect(await again.query('select from app_private.copied_erasures')).toEqual([])
    for (const what of ['erasures', 'removals', 'moves'])
      expect(await figure(`medislot_shards_waiting{what="${what}",shard="2"}`)).toBe(0)
    expect((await site.shards('check')).stdout).toBe('Map, clinics and copies agree.\n')
  })
})
