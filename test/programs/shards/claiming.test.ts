import { afterAll, beforeAll, expect, it } from '@jest/globals'
import { createPool } from '../../../src/database/pools.ts'
import { taskList } from '../../../src/worker/task_list.ts'
import { aClinic, aCustomer, aDoctor, anAccount, aSlot, unique } from '../../helpers/clinic/world.ts'
import type { Connection } from '../../helpers/database/connection.ts'
import { dataOf, expectGraphQLRefusal, graphqlClient } from '../../helpers/programs/graphql.ts'
import { clientsOf } from '../../helpers/programs/server.ts'
import { work } from '../../helpers/programs/work.ts'
import { type ShardedServer, shardedServer } from '../../helpers/shards/sharded_server.ts'
import { eventually } from '../../helpers/time/eventually.ts'

// Patients who add the records of clinics in shards to their accounts, through a real server.

let site: ShardedServer
beforeAll(async () => {
  site = await shardedServer(2)
})
afterAll(() => site?.stop())

const graphql = (token?: string) => graphqlClient(site.url, token)
const everywhere = (): Connection[] => [site.global, ...site.databases]

/** Waits until a shard has what a query finds. */
const arrives = (db: Connection, query: string, values: unknown[]) =>
  eventually(async () => (await db.query(query, values)).length > 0, 'the copy')

/** Signed in, with a confirmed address, of whom all shards have copies. */
async function aPatient() {
  const { customerId, accountId, claims } = await aCustomer(site.global)
  const { email } = await site.global.one('select email from app_private.accounts where id = $1', [accountId])
  for (const db of site.databases) await arrives(db, 'select from app_public.customers where id = $1', [customerId])
  const token = await clientsOf(site.url).tokenOf(claims)
  return { customerId, accountId, email: email as string, token, call: graphql(token) }
}
type Patient = Awaited<ReturnType<typeof aPatient>>

interface Desk {
  db: Connection
  clinicId: string
  token: string
  call: ReturnType<typeof graphql>
}

/** A clinic with a receptionist who is signed in. */
async function aDesk(db: Connection): Promise<Desk> {
  const clinicId = await aClinic(db)
  const { accountId, claims } = await anAccount(site.global)
  await arrives(db, 'select from app_private.accounts where id = $1', [accountId])
  await db.query(
    `insert into app_public.employees (clinic_id, account_id, role, full_name) values ($1, $2, 'receptionist', 'Rea')`,
    [clinicId, accountId],
  )
  const token = await clientsOf(site.url).tokenOf(claims)
  return { db, clinicId, token, call: graphql(token) }
}

/** A record that a desk makes by telephone. */
async function aRecord({ call, clinicId }: Desk, email: string, fullName = unique('Una')): Promise<string> {
  const added = await dataOf(
    call<{ addClinicCustomer: { clinicCustomer: { customerId: string } } }>(
      `mutation ($clinicId: BigInt!, $fullName: String!, $email: String) {
        addClinicCustomer(input: { clinicId: $clinicId, fullName: $fullName, email: $email, addAnyway: true }) {
          clinicCustomer { customerId }
        }
      }`,
      { clinicId, fullName, email },
    ),
  )
  return added.addClinicCustomer.clinicCustomer.customerId
}

async function booked({ db, clinicId, call }: Desk, customerId: string): Promise<string> {
  const slotId = await aSlot(db, clinicId, await aDoctor(db, clinicId), 48)
  const { bookSlot } = await dataOf(
    call<{ bookSlot: { booking: { id: string } } }>(
      `mutation ($clinicId: BigInt!, $slotId: BigInt!, $customerId: BigInt!) {
        bookSlot(input: { clinicId: $clinicId, bookingSlotId: $slotId, customerId: $customerId }) { booking { id } }
      }`,
      { clinicId, slotId, customerId },
    ),
  )
  return bookSlot.booking.id
}

const listed = async ({ call }: Patient) =>
  (
    await dataOf(
      call<{ claimableRecords: { nodes: { clinicId: string; customerId: string }[] } }>(
        '{ claimableRecords { nodes { clinicId customerId } } }',
      ),
    )
  ).claimableRecords.nodes

const claim = (call: ReturnType<typeof graphql>, clinicId: string | null, customerId: string, whose?: string) =>
  call<{ claimCustomer: { customer: { id: string; mergedIntoId: string } } }>(
    `mutation ($clinicId: BigInt, $customerId: BigInt!, $whose: BigInt) {
      claimCustomer(input: { clinicId: $clinicId, customerId: $customerId, forCustomerId: $whose }) {
        customer { id mergedIntoId }
      }
    }`,
    { clinicId, customerId, whose },
  )

const visitsOf = async ({ call }: Patient) =>
  (await dataOf(call<{ bookings: { nodes: { id: string }[] } }>('{ bookings { nodes { id } } }'))).bookings.nodes.map(
    ({ id }) => id,
  )

const mergedInto = async (db: Connection, id: string) =>
  (await db.one('select merged_into_id from app_public.customers where id = $1', [id])).merged_into_id

it('a patient finds the records of all databases, adds them, sees their visits, and undoes it', async () => {
  const patient = await aPatient()
  const desks = await Array.fromAsync(everywhere(), aDesk)
  const made: { desk: Desk; record: string; visit: string }[] = []
  for (const desk of desks) {
    const record = await aRecord(desk, patient.email)
    await aRecord(desk, 'other@test.example')
    made.push({ desk, record, visit: await booked(desk, record) })
  }
  expect(await listed(patient)).toEqual(
    made.map(({ desk, record }) => ({ clinicId: desk.clinicId, customerId: record })),
  )
  const rest = async (path: string, body?: object) => {
    const response = await fetch(`${site.url}/api${path}`, {
      method: body ? 'POST' : 'GET',
      headers: { authorization: `Bearer ${patient.token}`, 'content-type': 'application/json' },
      ...(body && { body: JSON.stringify(body) }),
    })
    return { status: response.status, body: await response.json() }
  }
  const byRest = await rest('/me/claimableRecords')
  expect(byRest).toMatchObject({ status: 200 })
  expect(JSON.stringify(byRest.body)).toContain(`"${made[2]?.record}"`)

  for (const [index, { desk, record, visit }] of made.entries()) {
    const expected = { id: record, mergedIntoId: patient.customerId }
    if (index === 2)
      expect(await rest(`/customers/${record}/claim`, { clinicId: desk.clinicId })).toMatchObject({
        status: 200,
        body: expected,
      })
    else {
      const { claimCustomer } = await dataOf(claim(patient.call, desk.clinicId, record))
      expect(claimCustomer.customer).toEqual(expected)
    }
    // Repeating it changes nothing.
    await dataOf(claim(patient.call, desk.clinicId, record))
    await eventually(async () => (await visitsOf(patient)).includes(visit), 'the visit')
  }
  expect(await listed(patient)).toEqual([])
  const merges = 'select basis, merged_by_account_id from app_public.customer_merges where into_customer_id = $1'
  const merge = { basis: 'address', merged_by_account_id: patient.accountId }
  expect(await site.global.query(merges, [patient.customerId])).toEqual([merge, merge, merge])
  // In the shard, too, the visits are the patient's.
  const { desk, record, visit } = made[1] as (typeof made)[number]
  await dataOf(
    patient.call(
      `mutation ($c: BigInt!, $b: BigInt!) {
        cancelBooking(input: { clinicId: $c, bookingId: $b }) { booking { id } }
      }`,
      { c: desk.clinicId, b: visit },
    ),
  )
  await dataOf(
    patient.call('mutation ($id: BigInt!) { undoMerge(input: { customerId: $id }) { customer { id } } }', {
      id: record,
    }),
  )
  expect(await visitsOf(patient)).not.toContain(visit)
  await eventually(async () => (await mergedInto(desk.db, record)) === null, 'the end of the merge')
  expect(await listed(patient)).toEqual([{ clinicId: desk.clinicId, customerId: record }])
})

async function aDependantOf({ call }: Patient, db: Connection): Promise<string> {
  const added = await dataOf(
    call<{ addDependant: { guardianship: { dependantCustomerId: string } } }>(
      `mutation { addDependant(input: { fullName: "Tim", birthDate: "2024-01-01", relation: PARENT }) {
        guardianship { dependantCustomerId }
      } }`,
    ),
  )
  const tim = added.addDependant.guardianship.dependantCustomerId
  await arrives(db, 'select from app_public.guardianships where dependant_customer_id = $1', [tim])
  return tim
}

it('a record of a shard can be added to a dependant', async () => {
  const patient = await aPatient()
  const desk = await aDesk(site.databases[1] as Connection)
  const record = await aRecord(desk, patient.email)
  const tim = await aDependantOf(patient, desk.db)
  await dataOf(claim(patient.call, desk.clinicId, record, tim))
  expect(await mergedInto(site.global, record)).toBe(tim)
})

it('callers who have not proved the address of a record in a shard do not see it, and all get the same refusal', async () => {
  const [patient, stranger, unconfirmed] = [await aPatient(), await aPatient(), await aPatient()]
  const desk = await aDesk(site.databases[1] as Connection)
  const other = await aDesk(site.databases[1] as Connection)
  const record = await aRecord(desk, patient.email)
  const ofUnconfirmed = await aRecord(desk, unconfirmed.email)
  await site.global.query('update app_private.accounts set email_verified_at = null where id = $1', [
    unconfirmed.accountId,
  ])
  await arrives(desk.db, 'select from app_private.accounts where id = $1 and email_verified_at is null', [
    unconfirmed.accountId,
  ])
  for (const one of [stranger, unconfirmed]) expect(await listed(one)).toEqual([])
  const refused = (given: ReturnType<typeof claim>) => expectGraphQLRefusal(given, 'customer_not_claimable')
  await refused(claim(stranger.call, desk.clinicId, record))
  await refused(claim(stranger.call, desk.clinicId, '1'))
  await refused(claim(unconfirmed.call, desk.clinicId, ofUnconfirmed))
  // The record is not found with another clinic or without one.
  await refused(claim(patient.call, other.clinicId, record))
  await refused(claim(patient.call, null, record))
  await expectGraphQLRefusal(claim(patient.call, desk.clinicId, record, stranger.customerId), 'customer_not_found')
  expect(await mergedInto(site.global, record)).toBeNull()
})

it('a registered customer is neither listed nor claimed, although shards have no passwords', async () => {
  const patient = await aPatient()
  const desk = await aDesk(site.databases[1] as Connection)
  // Somebody else registered with the address, and nobody has proved that it is theirs.
  const { id } = await site.global.one(
    `with a as (insert into app_private.accounts (claimed_email, password_hash)
       select $1, a.password_hash from (values ($2)) a (password_hash) returning id)
     insert into app_public.customers (account_id, full_name) select a.id, 'Eve' from a returning id`,
    [patient.email, `$2b$12$${'a'.repeat(53)}`],
  )
  await arrives(desk.db, 'select from app_public.customers where id = $1', [id])
  await desk.db.query(
    `insert into app_public.clinic_customers (clinic_id, customer_id, full_name, email) values ($1, $2, 'Eve', $3)`,
    [desk.clinicId, id, patient.email],
  )
  expect(await listed(patient)).toEqual([])
  await expectGraphQLRefusal(claim(patient.call, desk.clinicId, id), 'customer_not_claimable')
  await site.global.query('update app_private.accounts set password_hash = null where claimed_email = $1', [
    patient.email,
  ])
  expect(await listed(patient)).toEqual([{ clinicId: desk.clinicId, customerId: id }])
  await dataOf(claim(patient.call, desk.clinicId, id))
})

it('the global database refuses to merge a record for an account without that address, whatever a server asks', async () => {
  const [patient, stranger] = [await aPatient(), await aPatient()]
  const desk = await aDesk(site.databases[1] as Connection)
  const record = await aRecord(desk, patient.email)
  const asked = (given: object) =>
    site.global.one(`select app_private.record_for_clinic('claim_record', $1)`, [
      JSON.stringify({
        customerId: record,
        forCustomerId: patient.customerId,
        accountId: patient.accountId,
        email: patient.email,
        ...given,
      }),
    ])
  for (const wrong of [
    { email: stranger.email },
    { accountId: stranger.accountId },
    { forCustomerId: stranger.customerId },
    { customerId: stranger.customerId },
  ])
    await expect(asked(wrong)).rejects.toMatchObject({ code: 'MS573' })
  expect(await mergedInto(site.global, record)).toBeNull()
})

it('a claim is refused and ended when the desk corrects the address between its two transactions', async () => {
  const patient = await aPatient()
  const desk = await aDesk(site.databases[1] as Connection)
  const record = await aRecord(desk, patient.email)
  await desk.db.query('begin')
  try {
    // The copy of the merge waits for this lock, and the desk's change commits before it.
    await desk.db.query('select from app_public.customers where id = $1 for update', [record])
    const refused = expectGraphQLRefusal(claim(patient.call, desk.clinicId, record), 'customer_not_claimable')
    await eventually(async () => (await mergedInto(site.global, record)) !== null, 'the merge')
    await desk.db.query(
      `update app_public.clinic_customers set email = 'corrected@test.example' where customer_id = $1`,
      [record],
    )
    await desk.db.query('commit')
    await refused
  } catch (error) {
    await desk.db.query('rollback')
    throw error
  }
  expect(await mergedInto(site.global, record)).toBeNull()
})

it('a claim of a record in a shard is ended when the desk corrects the address later', async () => {
  const [patient, owner] = [await aPatient(), await aPatient()]
  const desk = await aDesk(site.databases[1] as Connection)
  const record = await aRecord(desk, patient.email)
  await dataOf(claim(patient.call, desk.clinicId, record))
  await dataOf(
    desk.call(
      `mutation ($c: BigInt!, $id: BigInt!, $email: String!) {
        updateClinicCustomer(input: { clinicId: $c, customerId: $id, patch: { email: $email } }) { clientMutationId }
      }`,
      { c: desk.clinicId, id: record, email: owner.email },
    ),
  )
  expect(await mergedInto(site.global, record)).toBeNull()
  await dataOf(claim(owner.call, desk.clinicId, record))
})

/** Asks for the record of a visit by the link of its message. */
const askByLink = async (call: ReturnType<typeof graphql>, { db, clinicId }: Desk, visit: string) => {
  const { token } = await db.one(`select app_private.link_token('manage', $1, $2, 0) as token`, [clinicId, visit])
  return call(
    `mutation ($token: String!) {
      requestRecordByLink(input: { token: $token }) { linkedBooking { clinicName } }
    }`,
    { token },
  )
}

/** The mails with a link to add a record that a database has for an address, and the tokens of those that are to be sent. */
const linksTo = (db: Connection, address: string) =>
  db.query<{ state: string; token: string }>(
    `select m.state, substring(o.body from '#token=(\\S+)') as token
     from app_private.account_messages m
     left join lateral app_private.account_message_of(m.id, 'https://book.test') o on true
     where m.kind = 'record_claim' and m.address = $1 order by m.id`,
    [address],
  )

const confirmMerge = (call: ReturnType<typeof graphql>, token: string | undefined, whose?: string) =>
  call<{ confirmMerge: { customers: { id: string; mergedIntoId: string }[] } }>(
    `mutation ($token: String!, $whose: BigInt) {
      confirmMerge(input: { token: $token, forCustomerId: $whose }) { customers { id mergedIntoId } }
    }`,
    { token, whose },
  )

/** A visit that a desk made with an address that the patient has not proved. */
async function aVisitWithAnotherAddress() {
  const [patient, desk] = [await aPatient(), await aDesk(site.databases[1] as Connection)]
  const address = `${unique('home').replace(' ', '-')}@test.example`
  const record = await aRecord(desk, address)
  return { patient, desk, address, record, visit: await booked(desk, record) }
}

it('a patient adds a record with another address by a mailed link, once, and others cannot use the link', async () => {
  const { patient, desk, address, record, visit } = await aVisitWithAnotherAddress()
  await dataOf(askByLink(patient.call, desk, visit))
  expect(await desk.db.query(`select from app_private.account_messages where kind = 'record_claim'`)).toEqual([])
  const [mail] = await linksTo(site.global, address)
  expect(mail?.state).toBe('pending')
  const stranger = await aPatient()
  await expectGraphQLRefusal(confirmMerge(stranger.call, mail?.token), 'merge_link_invalid')
  await expectGraphQLRefusal(confirmMerge(patient.call, `${mail?.token.slice(0, -8)}AAAAAAAA`), 'merge_link_invalid')
  await expectGraphQLRefusal(confirmMerge(patient.call, mail?.token, stranger.customerId), 'customer_not_found')
  expect(await mergedInto(site.global, record)).toBeNull()

  const { confirmMerge: done } = await dataOf(confirmMerge(patient.call, mail?.token))
  expect(done.customers).toEqual([{ id: record, mergedIntoId: patient.customerId }])
  expect(await visitsOf(patient)).toContain(visit)
  const merges = 'select basis, merged_by_account_id from app_public.customer_merges where from_customer_id = $1'
  expect(await site.global.query(merges, [record])).toEqual([
    { basis: 'address', merged_by_account_id: patient.accountId },
  ])
  await expectGraphQLRefusal(confirmMerge(patient.call, mail?.token), 'merge_link_invalid')
  // Somebody has the record now: the answer is the same, and nothing is sent.
  await dataOf(askByLink(stranger.call, desk, visit))
  expect((await linksTo(site.global, address)).map(({ state }) => state)).toEqual(['pending', 'dropped'])
})

it('a record of a shard can be added to a dependant by the mailed link, by REST', async () => {
  const { patient, desk, address, record, visit } = await aVisitWithAnotherAddress()
  const tim = await aDependantOf(patient, desk.db)
  const { token } = await desk.db.one(`select app_private.link_token('manage', $1, $2, 0) as token`, [
    desk.clinicId,
    visit,
  ])
  const post = (path: string, body: object) =>
    fetch(`${site.url}/api${path}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${patient.token}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
  expect((await post('/me/record-request', { token })).status).toBe(200)
  const [mail] = await linksTo(site.global, address)
  const confirmed = await post('/me/merge', { token: mail?.token, forCustomerId: tim })
  expect(confirmed.status).toBe(200)
  expect(await mergedInto(site.global, record)).toBe(tim)
})

it('a mailed link is refused when the desk has corrected the address since, even between the two transactions', async () => {
  const { patient, desk, address, record, visit } = await aVisitWithAnotherAddress()
  await dataOf(askByLink(patient.call, desk, visit))
  const [mail] = await linksTo(site.global, address)
  const correct = (email: string) =>
    desk.db.query('update app_public.clinic_customers set email = $2 where customer_id = $1', [record, email])
  await correct('corrected@test.example')
  await expectGraphQLRefusal(confirmMerge(patient.call, mail?.token), 'merge_link_invalid')
  expect(
    await site.global.query('select from app_public.customer_merges where from_customer_id = $1', [record]),
  ).toEqual([])
  await correct(address)
  await desk.db.query('begin')
  try {
    // The copy of the merge waits for this lock, and the desk's change commits before it.
    await desk.db.query('select from app_public.customers where id = $1 for update', [record])
    const refused = expectGraphQLRefusal(confirmMerge(patient.call, mail?.token), 'merge_link_invalid')
    await eventually(async () => (await mergedInto(site.global, record)) !== null, 'the merge')
    await correct('corrected@test.example')
    await desk.db.query('commit')
    await refused
  } catch (error) {
    await desk.db.query('rollback')
    throw error
  }
  expect(await mergedInto(site.global, record)).toBeNull()
})

it('a claimed record of a shard is exported and erased with the patient', async () => {
  const patient = await aPatient()
  const desk = await aDesk(site.databases[1] as Connection)
  const word = unique('zyx').replace(/\W/g, '')
  const record = await aRecord(desk, patient.email, word)
  const visit = await booked(desk, record)
  await dataOf(claim(patient.call, desk.clinicId, record))
  const { exportCustomer } = await dataOf(
    patient.call<{ exportCustomer: { clinicRecords: object[]; bookings: object[] } }>(
      `{ exportCustomer { clinicRecords bookings } }`,
    ),
  )
  expect(exportCustomer.clinicRecords).toEqual([expect.objectContaining({ clinicId: desk.clinicId, fullName: word })])
  expect(exportCustomer.bookings).toEqual([expect.objectContaining({ bookingId: visit })])
  await dataOf(
    patient.call('mutation ($id: BigInt!) { eraseCustomer(input: { customerId: $id }) { customer { id } } }', {
      id: patient.customerId,
    }),
  )
  await arrives(desk.db, 'select from app_private.copied_erasures where customer_id = $1', [record])
  const url = site.servers[2]?.ownerUrl() as string
  const pool = createPool(url, { name: 'test', size: 5 })
  try {
    const tasks = taskList({}, 'https://book.test', undefined, undefined, undefined, {}, url)
    expect(await work(pool, tasks, 'carry_out_erasure')).toEqual([])
  } finally {
    await pool.end()
  }
  expect(
    await desk.db.query('select full_name, email from app_public.clinic_customers where customer_id = $1', [record]),
  ).toEqual([{ full_name: 'erased', email: null }])
})
