import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { getNamedType, isInputObjectType, isRequiredArgument } from 'postgraphile/graphql'
import { listsInShards } from '../../src/request/shards/reads/lists_in_shards.ts'
import { anAccount } from '../helpers/clinic/world.ts'
import { ownerUrlOf } from '../helpers/database/cluster.ts'
import { type Connection, connect } from '../helpers/database/connection.ts'
import type { Claims } from '../helpers/database/database.ts'
import { graphqlClient } from '../helpers/programs/graphql.ts'
import { sharedServer, type TestServer } from '../helpers/programs/server.ts'
import { tokenOf } from '../helpers/programs/tokens.ts'
import type { ShardedOwner } from '../helpers/shards/sharded_owner.ts'
import { fewAtOnce } from '../helpers/time/few_at_once.ts'
import { restClientsOf } from '../rest/api.ts'
import { camel, documentOf } from './document_of.ts'
import { absent } from './endpoint_ids.ts'
import { type Anybody, digestOf, everybody, everybodysWorld, outcomesOfAll } from './everybody.ts'
import { committedSchema } from './example.ts'
import { functions } from './functions.ts'

// In a run with shards: clinic A is in one shard, clinic B in another. Nobody learns or changes more than if both were in one database.

let server: TestServer
let owner: ShardedOwner
let world: Awaited<ReturnType<typeof everybodysWorld>>

beforeAll(async () => {
  server = await sharedServer()
  owner = server.owner as object as ShardedOwner
  world = await everybodysWorld(owner)
})
afterAll(() => server?.stop())

const numberOf = (id: string) => Math.floor(Number(id) / 1e12)
const shardOf = (clinicId: string) => owner.databases[numberOf(clinicId) - 1] as Connection

it('the clinics are in different shards', () => {
  expect([numberOf(world.a.clinicId), numberOf(world.b.clinicId)]).toEqual([1, 2])
})

it('bookings are made in the shard of their clinic, and not in the global database', async () => {
  const events = 'select from app_public.events where booking_slot_id is not null limit 1'
  for (const shard of owner.databases) expect(await shard.query(events)).toHaveLength(1)
  expect(await owner.global.query(events)).toEqual([])
})

it('privileges, policies and functions are the same in all databases as in one without shards', async () => {
  const ofOthers = (acl: string) =>
    `array(select a::text from unnest(${acl}) a where a::text !~ '^medislot(_replication)?=' order by 1)::text`
  const ours = `~ '^(app_|billing)'`
  const rights = `
    select 'schema ' || nspname || ${ofOthers('nspacl')} as right from pg_namespace where nspname ${ours}
    union all
    select concat_ws(' ', 'relation', c.oid::regclass, relkind, relrowsecurity, relforcerowsecurity,
        ${ofOthers('relacl')}, attname, ${ofOthers('attacl')})
      from pg_class c left join pg_attribute on attrelid = c.oid and ${ofOthers('attacl')} <> '{}'
      where relnamespace::regnamespace::text ${ours} and relkind in ('r', 'p', 'v', 'm', 'S')
    union all
    select concat_ws(' ', 'function', p.oid::regprocedure, prosecdef, ${ofOthers('proacl')}, proconfig, md5(prosrc))
      from pg_proc p where pronamespace::regnamespace::text ${ours}
    union all
    select concat_ws(' ', 'policy', p.*) from pg_policies p where schemaname ${ours}
    order by 1`
  const one = await connect(ownerUrlOf('template'))
  const expected = await one.query(rights).finally(() => one.close())
  expect(expected.length).toBeGreaterThan(1000)
  for (const db of [owner.global, ...owner.databases]) expect(await db.query(rights)).toEqual(expected)
})

it('lists of the clinic in the other shard contain only what a stranger sees', async () => {
  const schema = committedSchema()
  /** How many rows of a clinic each list has for somebody. */
  async function seenBy(who: Anybody, clinicId: string) {
    const client = graphqlClient(server.url, await tokenOf(world.claims[who]))
    const seen: Record<string, number> = {}
    for (const { name, args } of Object.values(schema.getQueryType()?.getFields() ?? {})) {
      const filter = getNamedType(args.find((arg) => arg.name === 'filter')?.type)
      if (!isInputObjectType(filter) || !filter.getFields().clinicId || args.some(isRequiredArgument)) continue
      const document = `query ($id: BigInt!) { ${name}(filter: { clinicId: { equalTo: $id } }) { nodes { clinicId } } }`
      const { data, errors } = await client<Record<string, { nodes: object[] }>>(document, { id: clinicId })
      if (errors) expect([name, errors[0]?.extensions?.code]).toEqual([name, 'insufficient_privilege'])
      if (data?.[name]?.nodes.length) seen[name] = data[name].nodes.length
    }
    return seen
  }
  const ofOther = await seenBy('receptionist A', world.b.clinicId)
  expect(ofOther).toEqual(await seenBy('former guardian', world.b.clinicId))
  for (const list of ['bookings', 'clinicCustomers', 'events', 'notifications'])
    expect(ofOther).not.toHaveProperty(list)
  expect(await seenBy('receptionist A', world.a.clinicId)).toMatchObject({
    bookings: expect.any(Number),
    clinicCustomers: expect.any(Number),
    notifications: expect.any(Number),
  })
})

describe('queries without a clinic that read tables without copies in the global database', () => {
  interface Table {
    list: string
    name: string
    readers: string
    seen_by: string
  }

  /** The lists of such tables, with the least role that may read them, and who sees rows besides the staff. */
  async function lists() {
    const tables = await owner.global.query<Omit<Table, 'list'>>(
      // A checkout has no clinic.
      `select table_name as name, readers, seen_by from app_private.tables_of_clinics()
       where not is_copied and table_name <> 'billing.checkouts'`,
    )
    const names = new Map(tables.map((table) => [camel(table.name.replace(/^\w+\./, '')), table]))
    return Object.values(committedSchema().getQueryType()?.getFields() ?? {}).flatMap(({ name, args }) => {
      const table = names.get(name) ?? names.get(name.replace(/s$/, ''))
      return table && !args.some(isRequiredArgument) ? [{ list: name, ...table }] : []
    })
  }

  type Answer = Record<string, { totalCount: string; nodes: { clinicId: string }[] }>

  /** The code of the refusal, or the rows. */
  async function read(as: Claims, list: string, clinicId?: string) {
    const client = graphqlClient(server.url, as.sub ? await tokenOf(as) : undefined)
    const filter = clinicId === undefined ? '' : `(filter: { clinicId: { equalTo: "${clinicId}" } })`
    const { data, errors } = await client<Answer>(`{ ${list}${filter} { totalCount nodes { clinicId } } }`)
    return errors?.[0]?.extensions?.code ?? data?.[list]
  }

  /** The expected answers to a list that is read in all databases, and to one that needs the clinic. */
  const merged = (list: string) =>
    listsInShards.has(list) ? { totalCount: expect.any(Number), nodes: expect.any(Array) } : 'clinic_needed'

  async function eachList(as: Claims, expected: (table: Table) => unknown) {
    const all = await lists()
    expect(all.length).toBeGreaterThan(30)
    for (const table of all) expect([table.list, await read(as, table.list)]).toEqual([table.list, expected(table)])
  }

  it('return to employees of one clinic the rows of their clinic, as if they named it, and not only rows that everybody sees', async () => {
    for (const who of ['receptionist A', 'manager B'] as const) {
      const clinic = who === 'manager B' ? world.b : world.a
      const all: Record<string, unknown> = {}
      for (const { list } of await lists()) all[list] = await read(world.claims[who], list, clinic.clinicId)
      expect(all).toMatchObject({
        rebookingLists: { nodes: [{}] },
        events: { nodes: expect.arrayContaining([{ clinicId: clinic.clinicId }]) },
      })
      await eachList(world.claims[who], ({ list, seen_by }) => (seen_by === 'everybody' ? merged(list) : all[list]))
    }
  })

  it('return the rows of all their clinics to employees of several databases, and all rows to administrators', async () => {
    const { accountId, claims } = await anAccount(owner)
    for (const { clinicId } of [world.a, world.b])
      await owner.query(
        `insert into app_public.employees (clinic_id, account_id, role, full_name) values ($1, $2, 'manager', 'Both')`,
        [clinicId, accountId],
      )
    const countOf = async (list: string, clinicId?: string) =>
      Number(((await read(claims, list, clinicId)) as Answer[string]).totalCount)
    const ofEmployees = (await lists()).filter(
      ({ list, seen_by }) => listsInShards.has(list) && seen_by !== 'everybody',
    )
    for (const { list } of ofEmployees) {
      const ofA = await countOf(list, world.a.clinicId)
      expect([list, await countOf(list)]).toEqual([list, ofA + (await countOf(list, world.b.clinicId))])
    }
    expect(ofEmployees.length).toBeGreaterThan(20)
    await eachList(world.claims.admin, ({ list }) => merged(list))
  })

  it('return to patients what they may read in any database, are refused to anonymous callers, and otherwise answer as one database does', async () => {
    for (const [who, roles] of [
      ['Ann', ['app_anonymous', 'app_customer']],
      ['anonymous', ['app_anonymous']],
    ] as const)
      await eachList(world.claims[who], ({ list, readers }) => {
        if (!roles.some((role) => role === readers)) return 'insufficient_privilege'
        return who === 'Ann' ? merged(list) : 'clinic_needed'
      })
  })

  it('give patients and administrators as many rows as all databases together give them by SQL', async () => {
    const all = (await lists()).filter(({ list }) => listsInShards.has(list))
    const given: Record<string, unknown> = {}
    const expected: typeof given = {}
    for (const who of ['Ann', 'admin'] as const) {
      const mine = all.filter(({ readers }) => who === 'admin' || /anonymous|customer/.test(readers))
      const counts = await Promise.all([owner.global, ...owner.databases].map((db) => countsFor(db, who, mine)))
      for (const { list } of mine) {
        given[`${list} for ${who}`] = ((await read(world.claims[who], list)) as Answer[string]).totalCount
        expected[`${list} for ${who}`] = counts.reduce((sum, each) => sum + Number(each[list]), 0)
      }
    }
    expect(given).toEqual(expected)
    expect(Object.values(given).filter((count) => Number(count) > 0).length).toBeGreaterThan(30)
  })

  /** How many rows of tables a database shows to somebody. */
  async function countsFor(db: Connection, who: Anybody, of: Table[]): Promise<Record<string, string>> {
    await db.query('begin')
    try {
      await db.query('set local role app_authenticator')
      await db.query('select app_private.begin_request($1)', [JSON.stringify(world.claims[who])])
      const counts = of.map(({ list, name }) => `(select count(*) from ${name}) as "${list}"`)
      return (await db.query(`select ${counts}`))[0] as Record<string, string>
    } finally {
      await db.query('rollback')
    }
  }

  it('are empty for somebody who is neither patient nor employee, who sees no rows in any database', async () => {
    await eachList(world.claims['former manager A'], ({ list, readers, seen_by }) => {
      if (readers === 'app_staff') return 'insufficient_privilege'
      return seen_by === 'everybody' ? merged(list) : { totalCount: 0, nodes: [] }
    })
  })

  /** The codes of the refusals, or the names of the fields that were answered. */
  async function outcome(who: Anybody, document: string, variables = {}) {
    const token = who === 'anonymous' ? undefined : await tokenOf(world.claims[who])
    const { data, errors } = await graphqlClient(server.url, token)(document, variables)
    return errors?.map(({ extensions }) => extensions?.code) ?? Object.keys(data ?? {})
  }

  it.each([
    ['inside other rows', '{ bookings { nodes { bookingAnswers { totalCount } } } }'],
    [
      'inside other rows, in a fragment',
      '{ ...All } fragment All on Query { bookings { edges { node { ...One } } } } fragment One on Booking { notifications { totalCount } }',
    ],
    ['inside people', '{ customers { nodes { invoices { totalCount } } } }'],
  ])('are answered to patients and employees, and refused to anybody, when it is %s', async (_, document) => {
    for (const who of ['Ann', 'receptionist A'] as const)
      expect(await outcome(who, document)).toEqual([expect.stringMatching(/^(bookings|customers)$/)])
    expect(await outcome('anonymous', document)).toEqual([
      expect.stringMatching(/^(clinic_needed|insufficient_privilege)$/),
    ])
  })

  it.each([
    [
      'inside rows that lead to other clinics',
      '{ customers { nodes { invoices { nodes { customer { payments { totalCount } } } } } } }',
      {},
    ],
    ['inside rows of a list that is merged', '{ invoices { nodes { customer { invoices { totalCount } } } } }', {}],
    [
      'in a filter inside other rows',
      '{ customers { nodes { bookings(filter: { notificationsExist: true }) { totalCount } } } }',
      {},
    ],
    [
      'in a filter',
      '{ bookings(filter: { notifications: { some: { clinicId: { isNull: false } } } }) { totalCount } }',
      {},
    ],
    [
      'in a variable',
      'query ($f: BookingFilter) { bookings(filter: $f) { totalCount } }',
      { f: { and: [{ notificationsExist: false }] } },
    ],
  ])('are refused to patients, and not to employees of one clinic, when it is %s', async (_, document, variables) => {
    expect(await outcome('Ann', document, variables)).toEqual(['clinic_needed'])
    expect(await outcome('receptionist A', document, variables)).toEqual([
      expect.stringMatching(/^(bookings|customers|invoices)$/),
    ])
  })

  it.each([
    [
      'all else that is asked is of the clinic, or the same everywhere',
      '{ rebookingLists { totalCount } currentPerson { accountId } bookings { totalCount } }',
      true,
    ],
    ['clinics of others are asked for, too', '{ rebookingLists { totalCount } clinics { totalCount } }', true],
    [
      'it is reached from a row of its own',
      '{ clinics { totalCount } invoices { nodes { invoiceLines { totalCount } } } }',
      true,
    ],
    [
      'a list leads to people, and on',
      '{ clinics { totalCount } invoices { nodes { customer { payments { totalCount } } } } }',
      false,
    ],
    [
      'it is reached from what is the same everywhere',
      '{ specializations { nodes { doctorSpecializations { nodes { doctor { doctorSlotTemplates { totalCount } } } } } } }',
      true,
    ],
    ['it is left out', '{ clinics { totalCount } rebookingLists @skip(if: true) { totalCount } }', true],
  ])('are answered to an employee if %s: %s is %s', async (_, document, isAnswered) => {
    const codes = await outcome('receptionist A', document)
    expect(codes.includes('clinic_needed')).toBe(!isAnswered)
  })

  it('run where an employee works, too, when they read columns that copies lack', async () => {
    const { clinicId } = world.a
    await shardOf(clinicId).query(`update app_public.bookings set note = 'by phone' where clinic_id = $1`, [clinicId])
    const notes = async (who: Anybody, filter = '') => {
      const client = graphqlClient(server.url, await tokenOf(world.claims[who]))
      return (await client<{ bookings: object }>(`{ bookings${filter} { nodes { id note } } }`)).data?.bookings
    }
    const all = await notes('receptionist A', `(filter: { clinicId: { equalTo: "${clinicId}" } })`)
    expect(all).toMatchObject({ nodes: expect.arrayContaining([{ id: expect.any(String), note: 'by phone' }]) })
    expect(await notes('receptionist A')).toEqual(all)
    // Of a patient, whose bookings may be anywhere, the global database lists the copies, and the shards add the notes.
    const ofAnn = await shardOf(clinicId).query('select id from app_public.bookings where customer_id = $1', [
      world.ann.customerId,
    ])
    const own = (await notes('Ann')) as { nodes: { id: string; note: string | null }[] }
    expect(own.nodes.filter(({ id }) => ofAnn.some((each) => each.id === id)).map(({ note }) => note)).toEqual(
      ofAnn.map(() => 'by phone'),
    )
  })

  it('are decided in the same way by REST', async () => {
    const as = await restClientsOf(server.url)
    const [desk, ann] = [await as(world.claims['receptionist A']), await as(world.claims.Ann)]
    for (const list of ['/movements', '/invoices'])
      expect((await desk('GET', list)).body).toEqual((await desk('GET', `${list}?clinicId=${world.a.clinicId}`)).body)
    expect((await desk('GET', '/invoices')).body.items.length).toBeGreaterThan(0)
    expect(await ann('GET', '/recordings')).toMatchObject({ status: 200 })
    expect(await ann('GET', `/recordings?clinicId=${world.a.clinicId}`)).toMatchObject({ status: 200 })
  })
})

it('operations that run in one database are refused if they read rows that others may have too, except for employees of one clinic and for a named clinic', async () => {
  const { clinicId } = world.a
  const codeOf = async (who: Anybody, document: string, variables: object) => {
    const client = graphqlClient(server.url, await tokenOf(world.claims[who]))
    return (await client(document, { ...variables })).errors?.[0]?.extensions?.code
  }
  const reading = (inside: string) =>
    `query ($id: BigInt!${inside.includes('$f') ? ', $f: BookingFilter' : ''}) { clinic(id: $id) { id } currentPerson { customer { ${inside} } } }`
  const variables = { id: clinicId, f: { clinicId: { in: [clinicId] } } }
  expect(await codeOf('Ann', reading('fullName invoices { totalCount }'), variables)).toBe('clinic_needed')
  expect(await codeOf('Ann', reading('bookings(first: 1) { totalCount }'), variables)).toBe('clinic_needed')
  expect(await codeOf('Ann', reading('bookings(filter: $f) { totalCount }'), variables)).toBeUndefined()
  expect(await codeOf('Ann', reading('guardianshipsByGuardianCustomerId { totalCount }'), variables)).toBeUndefined()
  expect(await codeOf('receptionist A', reading('bookings { totalCount }'), variables)).toBeUndefined()

  const bookSlot = (inside: string) =>
    `mutation ($id: BigInt!) { bookSlot(input: { clinicId: $id, bookingSlotId: "${absent}" }) { ${inside} } }`
  const booking = (inside: string) => bookSlot(`booking { ${inside} }`)
  expect(
    await codeOf(
      'Ann',
      `${booking('customer { ...Own }')} fragment Own on Customer { invoices { totalCount } }`,
      variables,
    ),
  ).toBe('clinic_needed')
  expect(await codeOf('Ann', booking('bookingAnswers { totalCount } customer { fullName }'), variables)).toBe(
    'slot_not_found',
  )
  for (const inside of [
    'bookings { totalCount }',
    'specializations { nodes { doctorSpecializations { totalCount } } }',
  ])
    expect(await codeOf('Ann', bookSlot(`query { ${inside} }`), variables)).toBe('clinic_needed')
  expect(await codeOf('Ann', bookSlot('query { clinic(id: $id) { name } currentPerson { email } }'), variables)).toBe(
    'slot_not_found',
  )
  const adding = `mutation {
    addDependant(input: { fullName: "", birthDate: "2020-01-01", relation: PARENT }) {
      guardianship { dependantCustomer { payments { totalCount } } }
    }
  }`
  expect(await codeOf('Ann', adding, {})).toBe('clinic_needed')
  expect(await codeOf('Ann', adding.replace('payments', 'bookings'), {})).not.toBe('clinic_needed')
})

/** They need a store of recordings, which this server does not have. */
const ofRecordings = ['begin_recording', 'open_recording']

// Each call as a third of the callers: graphql.test.ts, which `npm run test:sharded -- --all` runs, sends it as all of them.
it('mutations and queries refuse the same callers as with one database, for the same reasons, and change nothing', async () => {
  const schema = committedSchema()
  const fields = { ...schema.getQueryType()?.getFields(), ...schema.getMutationType()?.getFields() }
  const found: Record<string, string> = {}
  const expected: typeof found = {}
  const digests = () => Promise.all([owner.global, ...owner.databases].map(digestOf))
  const before = await digests()
  const calls = Object.entries(functions).flatMap(([name, each]) => each.map((call, i) => ({ name, call, i })))
  for (const [turn, who] of everybody.filter((each) => each !== 'closed account').entries()) {
    const client = graphqlClient(server.url, who === 'anonymous' ? undefined : await tokenOf(world.claims[who]))
    const part = calls.filter((_, index) => index % 3 === turn % 3)
    await fewAtOnce(part, async ({ name, call, i }) => {
      const outcome = outcomesOfAll(call)[who]
      const field = fields[camel(name)]
      if (outcome === 'done' || call.recorded || ofRecordings.includes(name) || !field) return
      const { document, variables } = documentOf(schema, field, (call.inGraphQL ?? call.given)?.(world) ?? {})
      const { errors } = await client(document, variables)
      found[`${name} ${i} as ${who}`] = errors?.[0]?.extensions?.code ?? errors?.[0]?.message ?? 'done'
      expected[`${name} ${i} as ${who}`] = outcome
    })
  }
  expect(found).toEqual(expected)
  expect(Object.keys(found).length).toBeGreaterThan(400)
  expect(await digests()).toEqual(before)
})
