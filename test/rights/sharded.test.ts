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
    const counts = of.map(({ list, name }) => `(select count(*) from ${name}) as "${list}"`)
    return (await asSomebody(db, who, `select ${counts}`)) as Record<string, string>
  }

  /** The first row of a statement with the rights of somebody in a database. */
  async function asSomebody(db: Connection, who: Anybody, statement: string): Promise<object> {
    await db.query('begin')
    try {
      await db.query('set local role app_authenticator')
      await db.query('select app_private.begin_request($1)', [JSON.stringify(world.claims[who])])
      return (await db.query(statement))[0] as object
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
    ['in a filter of people', '{ customers(filter: { invoicesExist: true }) { totalCount } }', {}],
    ['in a filter, by way of people', '{ invoices(filter: { customer: { paymentsExist: true } }) { totalCount } }', {}],
    [
      'in a filter of people that all of their rows fulfil',
      'query ($f: InvoiceFilter) { customers(filter: { invoices: { every: $f } }) { totalCount } }',
      { f: { clinicId: { equalTo: '1000000000000' } } },
    ],
    [
      'in one alternative of a filter, and another one names a clinic',
      'query ($f: InvoiceFilter) { invoices(filter: $f) { totalCount } }',
      { f: { or: [{ clinicId: { equalTo: '1000000000000' } }, { customer: { creditsExist: true } }] } },
    ],
  ])('are refused to patients, and not to employees of one clinic, when it is %s', async (_, document, variables) => {
    expect(await outcome('Ann', document, variables)).toEqual(['clinic_needed'])
    expect(await outcome('receptionist A', document, variables)).toEqual([
      expect.stringMatching(/^(customers|invoices)$/),
    ])
  })

  it('are not refused when a filter of people names the clinic of the rows that it asks for', async () => {
    const reading = (filter: string) =>
      `query ($id: BigInt!) { customers(filter: { ${filter} }) { nodes { id payments { totalCount } } } }`
    const ofClinic = 'invoices: { some: { clinicId: { equalTo: $id } } }'
    const client = graphqlClient(server.url, await tokenOf(world.claims.Ann))
    const { data } = await client<object>(reading(ofClinic), { id: world.a.clinicId })
    expect(data).toEqual({
      customers: { nodes: [{ id: world.ann.customerId, payments: { totalCount: expect.any(Number) } }] },
    })
    const two = reading(`${ofClinic} paymentsExist: true`)
    expect(await outcome('Ann', two, { id: world.a.clinicId })).toEqual(['clinic_needed'])
  })

  type Counts = Record<'with' | 'without' | 'paid' | 'paidHere' | 'booked', Record<string, number>>

  /** How many rows of its clinics a database shows to somebody, by their customers. */
  async function countsOfCustomers(db: Connection, number: number, who: Anybody): Promise<Counts> {
    const own = `app_public.bookings b where clinic_id / 1000000000000 = ${number}`
    const messages = 'exists (select from app_public.notifications n where n.booking_id = b.id)'
    const counted: Record<keyof Counts, string> = {
      with: `${own} and ${messages}`,
      without: `${own} and not ${messages}`,
      paid: 'billing.payments',
      paidHere: `billing.payments where clinic_id in (${world.a.clinicId}, ${world.b.clinicId})`,
      booked: own,
    }
    const columns = Object.entries(counted).map(
      ([name, rows]) =>
        `(select coalesce(jsonb_object_agg(id, n), '{}') from (
          select customer_id as id, count(*) as n from ${rows} group by customer_id) c) as "${name}"`,
    )
    return (await asSomebody(db, who, `select ${columns}`)) as Counts
  }

  it.each(['Ann', 'guardian', 'merged account', 'receptionist A', 'doctor B', 'admin'] as const)(
    'give %s as many as all databases together by SQL, when filters read them, or people lead to them',
    async (who) => {
      const document = `query ($clinics: [BigInt!]) {
        with: bookings(filter: { notificationsExist: true }) { totalCount }
        without: bookings(filter: { notificationsExist: false }) { totalCount }
        invoices { nodes { customer { ...Own } } }
        customers { nodes { ...Own } }
      }
      fragment Own on Customer {
        id
        with: bookings(filter: { notificationsExist: true }) { totalCount }
        without: bookings(filter: { notificationsExist: false }) { totalCount }
        paid: payments { totalCount }
        paidHere: payments(filter: { clinicId: { in: $clinics } }) { totalCount }
        booked: bookings { totalCount }
      }`
      type Own = { id: string } & Record<keyof Counts, { totalCount: number }>
      const client = graphqlClient(server.url, await tokenOf(world.claims[who]))
      const { data, errors } = await client<{
        with: Own['with']
        without: Own['without']
        invoices: { nodes: { customer: Own | null }[] }
        customers: { nodes: Own[] }
      }>(document, { clinics: [world.a.clinicId, world.b.clinicId] })
      expect(errors).toBeUndefined()

      const databases = [owner.global, ...owner.databases]
      const counts = await Promise.all(databases.map((db, number) => countsOfCustomers(db, number, who)))
      const sum = (name: keyof Counts, isCounted: (id: string) => boolean) => ({
        totalCount: counts
          .flatMap((each) => Object.entries(each[name]))
          .reduce((total, [id, count]) => total + (isCounted(id) ? count : 0), 0),
      })
      expect([data?.with, data?.without]).toEqual([sum('with', () => true), sum('without', () => true)])
      const people = [data?.customers.nodes ?? [], data?.invoices.nodes.flatMap(({ customer }) => customer ?? []) ?? []]
      for (const { id, ...own } of people.flat())
        expect({ id, ...own }).toEqual({
          id,
          ...Object.fromEntries(
            Object.keys(own).map((name) => [name, sum(name as keyof Counts, (each) => each === id)]),
          ),
        })
      const seesPeople = !/receptionist|doctor/.test(who)
      expect(people.map(({ length }) => length > 0)).toEqual([seesPeople, seesPeople])
    },
  )

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
      true,
    ],
    [
      'a filter leads to people, and on',
      '{ clinics { totalCount } invoices(filter: { customer: { paymentsExist: true } }) { totalCount } }',
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

it('operations that run in one database read again rows that others may have too, and are refused only if that is impossible', async () => {
  const { clinicId } = world.a
  const codeOf = async (who: Anybody, document: string, variables: object) => {
    const client = graphqlClient(server.url, who === 'anonymous' ? undefined : await tokenOf(world.claims[who]))
    return (await client(document, { ...variables })).errors?.[0]?.extensions?.code
  }
  const ofPeople = 'customers(filter: { invoicesExist: true }) { totalCount }'
  const leadingOn = 'doctorSpecializations { nodes { specialization { doctorSpecializations { totalCount } } } }'
  const reading = (inside: string) => `query ($id: BigInt!) { clinic(id: $id) { id ${inside} } }`
  const beside = `query ($id: BigInt!) { clinic(id: $id) { id } ${ofPeople} }`
  expect(await codeOf('Ann', beside, { id: clinicId })).toBe('clinic_needed')
  expect(await codeOf('receptionist A', beside, { id: clinicId })).toBeUndefined()
  expect(await codeOf('Ann', reading(`doctors { nodes { ${leadingOn} } }`), { id: clinicId })).toBeUndefined()

  const free = 'query ($id: BigInt!) { availableSlots(clinicId: $id) { doctor { fullName } bookingSlot { status } } }'
  for (const who of ['Ann', 'anonymous'] as const)
    expect([who, await codeOf(who, free, { id: clinicId })]).toEqual([who, undefined])

  const bookSlot = (inside: string) =>
    `mutation ($id: BigInt!) { bookSlot(input: { clinicId: $id, bookingSlotId: "${absent}" }) { ${inside} } }`
  for (const [inside, code] of [
    ['booking { customer { invoices { totalCount } } }', 'slot_not_found'],
    ['query { bookings { totalCount } }', 'slot_not_found'],
    ['query { clinic(id: $id) { name } currentPerson { email } }', 'slot_not_found'],
    [`query { ${ofPeople} }`, 'clinic_needed'],
    [`query { clinic(id: "${world.b.clinicId}") { name } }`, 'several_databases'],
  ] as const)
    expect([inside, await codeOf('Ann', bookSlot(inside), { id: clinicId })]).toEqual([inside, code])
})

it('what people lead to inside one clinic is that of all clinics, as one database gives it, and to nobody more', async () => {
  const ids = { a: world.a.clinicId, b: world.b.clinicId }
  const document = `query ($a: BigInt!, $b: BigInt!) {
    clinic(id: $a) { bookings { nodes { customer { ...Own } } } }
    currentPerson { customer { ...Own } }
  }
  fragment Own on Customer {
    id
    bookings { totalCount }
    ofBoth: bookings(filter: { clinicId: { in: [$a, $b] } }) { totalCount }
    payments { totalCount }
  }`
  for (const who of ['Ann', 'guardian', 'receptionist A', 'doctor B'] as const) {
    const client = graphqlClient(server.url, await tokenOf(world.claims[who]))
    type Own = { id: string } | null
    const { data } = await client<{
      clinic: { bookings: { nodes: { customer: Own }[] } }
      currentPerson: { customer: Own }
    }>(document, ids)
    const fragment = document.slice(document.indexOf('fragment'))
    const whole = `query ($a: BigInt!, $b: BigInt!) { customers { nodes { ...Own } } } ${fragment}`
    const people = (await client<{ customers: { nodes: { id: string }[] } }>(whole, ids)).data?.customers.nodes ?? []
    const own = (person: Own | undefined) => people.find(({ id }) => id === person?.id) ?? null
    const inside = data?.clinic.bookings.nodes.map(({ customer }) => customer) ?? []
    expect(inside).toEqual(inside.map(own))
    expect(data?.currentPerson.customer).toEqual(own(data?.currentPerson.customer))
    expect(inside.some((person) => person !== null)).toBe(who === 'Ann' || who === 'guardian')
  }
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
