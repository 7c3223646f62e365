import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import {
  type ExecutionResult,
  type GraphQLField,
  type GraphQLInputObjectType,
  type GraphQLInputType,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLSchema,
  getNamedType,
  isEnumType,
  isLeafType,
  isNonNullType,
  isObjectType,
} from 'postgraphile/graphql'
import { independentOfCaller } from '../../src/graphql/unusable_tokens.ts'
import { type Served, serve } from '../graphql/served.ts'
import type { Claims } from '../helpers/database/database.ts'
import { calendarKeys } from '../helpers/external/external_calendars.ts'
import { unreachableStore } from '../helpers/external/s3.ts'
import { needsClinic } from '../helpers/shards/in_shards.ts'
import { type Expectation, type Relative, type Role, rightsOf, roles, tables } from '../sql/rights/table_rights.ts'
import type { people } from '../sql/rights/two_clinics.ts'
import type { Call } from './call.ts'
import { camel, documentOf, inGraphQL, isConnection } from './document_of.ts'
import { type Anybody, digestOf, everybody, everybodysWorld, outcomesOfAll } from './everybody.ts'
import { exampleOf } from './example.ts'
import { fieldsOf, typesKnown } from './fields.ts'
import { functions } from './functions.ts'

// Everything in the GraphQL schema, as each kind of person: each field of each type, each relation, each way to request
// a row, each query and each mutation. The expectations are data: fields.ts, functions.ts and sql/rights/table_rights.ts.
// Requests that are refused are really sent and must leave every table unchanged; others are rolled back.

let served: Served
let world: Awaited<ReturnType<typeof everybodysWorld>>
let schema: GraphQLSchema

/**
 * On another PostgreSQL (test/servers/command.ts) a few callers are enough, who together see and change all rows. The
 * rights of all callers are tested on the embedded PostgreSQL.
 */
const callers: readonly Anybody[] = process.env.TEST_POSTGRESQL_URL
  ? ['anonymous', 'Ann', 'doctor A', 'manager B', 'admin']
  : everybody

beforeAll(async () => {
  served = await serve({
    alone: true,
    identityKeys: `k:${randomBytes(32).toString('base64')}`,
    calendarKeys,
    recordings: unreachableStore,
  })
  world = await everybodysWorld(served.owner)
  schema = served.graphql.schema
})
afterAll(() => served?.stop())

const snake = (name: string) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
const pascal = (name: string) => camel(`_${name}`)

const roleOf = (who: Anybody): Role =>
  who === 'anonymous'
    ? 'app_anonymous'
    : who === 'admin'
      ? 'app_admin'
      : / [AB]$/.test(who) && who !== 'former manager A'
        ? 'app_staff'
        : 'app_customer'
const may = (who: Anybody, lowest: Role | null | undefined) =>
  lowest !== null && (lowest === undefined || roles.indexOf(roleOf(who)) >= roles.indexOf(lowest))

interface Told {
  // biome-ignore lint/suspicious/noExplicitAny: whatever the document asks for.
  data?: any
  /** 'done', or the code of the first error. */
  outcome: string
}

async function run(who: Anybody, document: string, variables: Record<string, unknown> = {}): Promise<Told> {
  return toldBy(await served.graphql.run({ document, variables, claims: world.claims[who] as never }))
}

const toldBy = ({ data, errors }: ExecutionResult): Told => ({
  data,
  outcome: errors ? String(errors[0]?.extensions.code ?? errors[0]?.message) : 'done',
})

/** Runs a document in a transaction that is rolled back. */
async function undone(who: Anybody, document: string, variables: Record<string, unknown>): Promise<Told> {
  const isClosed = who === 'closed account'
  // Refused before anything runs; a transaction that never began has nothing to roll back.
  if (isClosed && !independentOfCaller.some((name) => document.includes(`${name}(`)))
    return run(who, document, variables)
  const claims = (isClosed ? {} : world.claims[who]) as Claims & object
  return served
    .undone({ document, variables, claims })
    .then(toldBy, (error) => ({ outcome: String(error.extensions?.code ?? error.message) }))
}

// The schema ------------------------------------------------------------------------------------------------------

const rootFields = (of: 'Query' | 'Mutation') =>
  Object.values((of === 'Query' ? schema.getQueryType() : schema.getMutationType())?.getFields() ?? {})
const objectTypes = () =>
  Object.values(schema.getTypeMap()).filter(
    (type): type is GraphQLObjectType => isObjectType(type) && !type.name.startsWith('__'),
  )
/** A range or an interval is one value, although GraphQL needs an object for it. */
const isValue = (type: GraphQLOutputType) => /^(Date|Datetime)Range(Bound)?$|^Interval$/.test(getNamedType(type).name)

/** The selection of all fields of a type, without relations. */
function selection(type: GraphQLOutputType, without: string[] = []): string {
  const named = getNamedType(type)
  if (isLeafType(named)) return ''
  const fields = Object.values((named as GraphQLObjectType).getFields()).filter(
    (field) => (isLeafType(getNamedType(field.type)) || isValue(field.type)) && !without.includes(field.name),
  )
  return `{ ${fields.map((field) => `${field.name} ${selection(field.type)}`).join(' ')} }`
}

interface Listed {
  type: GraphQLObjectType
  list: string
  table: string
  rights: Expectation
  /** Fields that identify a row. */
  key: string[]
}

/** The types that are rows of a table, and the lists that return them. */
function listed(): Listed[] {
  return rootFields('Query').flatMap((field) => {
    const connection = getNamedType(field.type)
    if (!isConnection(connection) || functions[snake(field.name)]) return []
    const type = schema.getType(connection.name.replace(/Connection$/, '')) as GraphQLObjectType
    const table = Object.keys(tables).find((name) =>
      [snake(field.name), snake(type.name).slice(1)].some((each) =>
        [`app_public.${each}`, `billing.${each}`].includes(name),
      ),
    )
    if (!table) throw new Error(`${field.name} lists a table that table_rights.ts does not have`)
    const byKey = rootFields('Query').find((one) => one.type === type && one.args.length > 0)
    return {
      type,
      list: field.name,
      table,
      rights: tables[table] as Expectation,
      key: byKey ? byKey.args.map(({ name }) => name) : ['clinicId', 'id'],
    }
  })
}

const keyOf = (row: Record<string, unknown>, { key }: Listed) =>
  JSON.stringify(key.map((name) => String(row[name]).toLowerCase()))

/** Each row's key, with its name and values, as the owner sees them. */
async function census(of: Listed): Promise<Map<string, { name: string; row: Record<string, unknown> }>> {
  const rows = await served.owner.query(`select * from ${of.table}`)
  return new Map(
    rows.map((found) => {
      const row = Object.fromEntries(Object.entries(found).map(([column, value]) => [camel(column), value]))
      return [keyOf(row, of), { name: of.rights.name(found, world), row }]
    }),
  )
}

/** Keys of the rows that a person must see, or 'insufficient_privilege'. */
async function expectedKeys(of: Listed, who: Anybody): Promise<string[] | string> {
  if (who === 'closed account') return 'unauthenticated'
  if (!may(who, of.rights.readBy)) return 'insufficient_privilege'
  const rows = await census(of)
  const sees = (names: string[] = []) => [...rows].filter(([, { name }]) => names.includes(name)).map(([key]) => key)
  if (who === 'former manager A') {
    // The rows that everybody sees, and their own former memberships.
    const own = [...rows].filter(
      ([, { row }]) => of.table.endsWith('.employees') && row.accountId === world.claims[who].sub,
    )
    return [...sees(of.rights.sees.anonymous ?? []), ...own.map(([key]) => key)].sort()
  }
  // Rows of their own visits, which doctors see and managers do not.
  if (who === 'doctor B' && of.rights.sees['doctor A'] && !of.rights.sees['manager A'])
    return sees([...rows.values()].map(({ name }) => name).filter((name) => name.startsWith('B'))).sort()
  const named = rightsOf(of.rights.sees, who === 'receptionist B' || who === 'doctor B' ? colleague(of, who) : who)
  return sees(who === 'doctor B' ? named.filter((name) => !keptFromDoctors(of, name)) : named).sort()
}
/**
 * Whether a row of clinic B corresponds to a row of clinic A that the manager of A sees and the doctor of A does not.
 */
const keptFromDoctors = ({ rights: { sees } }: Listed, name: string): boolean => {
  const like = name.replace(/^B/, 'A')
  return Boolean(sees['doctor A'] && sees['manager A']?.includes(like) && !sees['doctor A'].includes(like))
}
/** Colleagues see what their manager sees, except the addresses of webhooks. */
const colleague = ({ rights }: Listed, who: 'receptionist B' | 'doctor B'): (typeof people)[number] =>
  rights.sees['manager A'] && !rights.sees[who === 'doctor B' ? 'doctor A' : 'receptionist A'] ? 'Bob' : 'manager B'

const listing = (of: Listed, inner = '', args = '') =>
  `{ ${of.list}(first: 100${args}) { nodes { ${of.key.join(' ')} ${inner} } } }`

async function keysIn(of: Listed, who: Anybody, inner = ''): Promise<string[] | string> {
  const keys: string[] = []
  for (const filter of await filtersFor(of, who)) {
    const { data, outcome } = await run(who, listing(of, inner, filter && `, ${filter}`))
    if (outcome !== 'done') return outcome
    keys.push(...data[of.list].nodes.map((row: Record<string, unknown>) => keyOf(row, of)))
  }
  return keys.sort()
}

/**
 * Booking slots are counted by clinic. Callers who are not signed in must name a clinic to read lists that only shards
 * have.
 */
async function filtersFor({ list }: Listed, who: Anybody): Promise<string[]> {
  if (list !== 'bookingSlots' && !(who === 'anonymous' && needsClinic(list))) return ['']
  const clinics = await served.owner.query('select id from app_public.clinics order by id')
  return clinics.map(({ id }) => `filter: { clinicId: { equalTo: ${id} } }`)
}

const unreadBy = (of: Listed, who: Anybody) =>
  Object.entries(of.rights.unread ?? {})
    .filter(([column, lowest]) => !may(who, lowest) && of.type.getFields()[camel(column)])
    .map(([column]) => camel(column))

// ------------------------------------------------------------------------------------------------------------------

describe('every type', () => {
  it('has only the fields that fields.ts lists', () => {
    const found = objectTypes().filter(
      ({ name }) => !/(Connection|Edge|Payload)$/.test(name) && !['Query', 'Mutation', 'Subscription'].includes(name),
    )
    expect(Object.fromEntries(found.map((type) => [type.name, Object.keys(type.getFields()).sort()]))).toEqual(
      Object.fromEntries(typesKnown.map((name) => [name, fieldsOf(name)])),
    )
  })

  it('of a list, an edge or a payload has the fields of such types', () => {
    const usual: Record<string, string[]> = {
      Connection: ['nodes', 'edges', 'pageInfo', 'totalCount', 'aggregates', 'groupedAggregates'],
      Edge: ['cursor', 'node'],
      Payload: ['clientMutationId', 'query', 'result'],
    }
    const others = objectTypes().flatMap((type) => {
      const kind = /(Connection|Edge|Payload)$/.exec(type.name)?.[1]
      if (!kind) return []
      const more = Object.values(type.getFields()).filter(({ name }) => !usual[kind]?.includes(name))
      // Of a payload: the row that was changed, and the relations of its table.
      return more
        .filter((field) => kind !== 'Payload' || !typesKnown.includes(getNamedType(field.type).name))
        .map((field) => `${type.name}.${field.name}`)
    })
    expect(others).toEqual([])
  })
})

describe('every row', () => {
  it('is visible, without its restricted columns, to the callers that table_rights.ts names', async () => {
    const found: Record<string, unknown> = {}
    const expected: typeof found = {}
    for (const of of listed())
      for (const who of callers) {
        const columns = selection(of.type, unreadBy(of, who)).slice(1, -1)
        found[`${of.list} as ${who}`] = await keysIn(of, who, columns)
        expected[`${of.list} as ${who}`] = await expectedKeys(of, who)
      }
    expect(found).toEqual(expected)
  })

  it('keeps restricted columns from other callers: read, filtered by, sorted by or counted', async () => {
    const attempts: string[] = []
    const answered: string[] = []
    const restricted = listed().flatMap((of) =>
      callers.flatMap((who) => unreadBy(of, who).map((column) => ({ of, who, column }))),
    )
    for (const { of, who, column } of restricted)
      for (const document of requestsWith(of, column)) {
        const { outcome } = await run(who, document)
        attempts.push(outcome)
        if (!isRefusal(outcome)) answered.push(`${who}: ${document}: ${outcome}`)
      }
    expect(answered).toEqual([])
    expect(attempts.length).toBeGreaterThan(20)
  })

  it('is counted only for callers who see it', async () => {
    for (const of of listed())
      for (const who of callers) {
        const keys = await expectedKeys(of, who)
        const { counts, refusals } = await countsOf(of, who)
        const expected =
          typeof keys === 'string'
            ? { counts: [], refusals: [keys] }
            : { counts: counts.map(() => keys.length), refusals: [] }
        expect({ of: of.list, who, counts, refusals }).toEqual({ of: of.list, who, ...expected })
      }
  })

  it('leads only to related rows that the caller can see directly as well', async () => {
    const visible = await visibleKeys()
    const beyond: string[] = []
    const never: string[] = []
    for (const relation of relations()) {
      const { of, field, target } = relation
      const reached = await reachedBy(relation, visible)
      if (reached.length === 0) never.push(`${of.list}.${field.name}`)
      for (const { who, row } of reached)
        if (!visible(target, who).has(keyOf(row, target))) beyond.push(`${of.list}.${field.name} as ${who}`)
    }
    expect(beyond).toEqual([])
    // No caller can follow these relations to a row of this world, so this test does not cover them.
    expect(never.sort()).toEqual(relationsWithoutRows)
  })

  it('is found by its key by callers who see it; others get the answer for a row that does not exist', async () => {
    const wrong: string[] = []
    for (const of of listed()) {
      const byKey = rootFields('Query').find((one) => one.type === of.type && one.args.length > 0)
      if (!byKey) continue
      const rows = [...(await oneOfEachName(of)).values()]
      for (const who of callers) wrong.push(...(await wrongAnswersByKey(of, byKey, rows, who)))
    }
    expect(wrong).toEqual([])
  })
})

/** Requests that tell something of a column: to read it, and to filter, sort and count by it. */
function requestsWith(of: Listed, column: string): string[] {
  const connection = schema.getType(`${of.type.name}Connection`) as GraphQLObjectType
  const counted = schema.getType(`${of.type.name}DistinctCountAggregates`) as GraphQLObjectType | undefined
  const filter = schema.getType(`${of.type.name}Filter`) as GraphQLInputObjectType
  const order = schema.getType(`${of.type.name}OrderBy`)
  const constant = `${snake(column).toUpperCase()}_ASC`
  return [
    listing(of, column),
    ...(filter.getFields()[column] ? [listing(of, '', `, filter: { ${column}: { isNull: false } }`)] : []),
    ...(isEnumType(order) && order.getValue(constant) ? [listing(of, '', `, orderBy: [${constant}]`)] : []),
    ...(counted?.getFields()[column] && connection.getFields().aggregates
      ? [`{ ${of.list} { aggregates { distinctCount { ${column} } } } }`]
      : []),
  ]
}

/** How many rows there are, counted in each way, and the codes of refusals. */
async function countsOf(of: Listed, who: Anybody): Promise<{ counts: number[]; refusals: string[] }> {
  const connection = schema.getType(`${of.type.name}Connection`) as GraphQLObjectType
  const aggregates = connection.getFields().groupedAggregates
    ? 'aggregates { distinctCount { id } } groupedAggregates(groupBy: [STATUS]) { distinctCount { id } }'
    : ''
  const counts: number[] = []
  const refusals = new Set<string>()
  for (const filter of await filtersFor(of, who)) {
    const { data, outcome } = await run(who, `{ ${of.list}${filter && `(${filter})`} { totalCount ${aggregates} } }`)
    if (outcome !== 'done') {
      refusals.add(outcome)
      continue
    }
    for (const [way, count] of waysToCount(data[of.list]).entries()) counts[way] = (counts[way] ?? 0) + count
  }
  return { counts, refusals: [...refusals] }
}

interface Counted {
  totalCount: number
  aggregates?: { distinctCount: { id: string } }
  groupedAggregates?: { distinctCount: { id: string } }[]
}

const waysToCount = ({ totalCount, aggregates, groupedAggregates }: Counted): number[] =>
  aggregates && groupedAggregates
    ? [
        totalCount,
        Number(aggregates.distinctCount.id),
        groupedAggregates.reduce((sum, group) => sum + Number(group.distinctCount.id), 0),
      ]
    : [totalCount]

interface Relation {
  of: Listed
  field: GraphQLField<unknown, unknown>
  target: Listed
}

/** All relations from the rows of one list to those of another. */
function relations(): Relation[] {
  const byType = new Map(listed().map((of) => [of.type.name, of]))
  return [...byType.values()].flatMap((of) =>
    relationsOf(of.type).map((field) => {
      const named = getNamedType(field.type)
      const target = byType.get(named.name.replace(/Connection$/, ''))
      if (!target) throw new Error(`${of.type.name}.${field.name} leads to ${named.name}, which is in no list`)
      return { of, field, target }
    }),
  )
}

/** Gives the keys of the rows of a list that a caller must see. */
async function visibleKeys(): Promise<(of: Listed, who: Anybody) => Set<string>> {
  const visible = new Map<string, Set<string>>()
  for (const of of listed())
    for (const who of callers) {
      const keys = await expectedKeys(of, who)
      visible.set(`${of.type.name} ${who}`, new Set(typeof keys === 'string' ? [] : keys))
    }
  return (of, who) => visible.get(`${of.type.name} ${who}`) as Set<string>
}

/** The rows to which a relation leads callers. Those who see no row from which it could lead anywhere are left out. */
async function reachedBy(relation: Relation, visible: (of: Listed, who: Anybody) => Set<string>) {
  const reached: { who: Anybody; row: Row }[] = []
  for (const who of callers.filter((each) => visible(relation.of, each).size > 0))
    for (const row of await rowsBehind(relation, who)) reached.push({ who, row })
  return reached
}

/** The rows to which a relation leads a caller; none if the whole request is refused. */
async function rowsBehind({ of, field, target }: Relation, who: Anybody): Promise<Record<string, unknown>[]> {
  const inner = isConnection(getNamedType(field.type))
    ? `${field.name}(first: 20) { nodes { ${target.key.join(' ')} } }`
    : `${field.name} { ${target.key.join(' ')} }`
  const { data, outcome } = await run(who, listing(of, inner))
  if (outcome !== 'done') return []
  return data[of.list].nodes.flatMap((node: Record<string, { nodes?: object[] } | null>) => {
    const related = node[field.name]
    return related ? (related.nodes ?? [related]) : []
  })
}

type Row = Record<string, unknown>

/** The answers that a caller must not get: no row that they see, or for another one not what an absent row is answered with. */
async function wrongAnswersByKey(
  of: Listed,
  byKey: GraphQLField<unknown, unknown>,
  rows: { key: string; row: Row }[],
  who: Anybody,
): Promise<string[]> {
  const document = `query (${byKey.args.map((arg) => `$${arg.name}: ${arg.type}`).join(', ')}) {
    row: ${byKey.name}(${byKey.args.map((arg) => `${arg.name}: $${arg.name}`).join(', ')}) { ${of.key.join(' ')} } }`
  const ask = (row: Row) =>
    run(who, document, Object.fromEntries(byKey.args.map((arg) => [arg.name, inGraphQL(row[arg.name], arg.type)])))
  const keys = await expectedKeys(of, who)
  const absent = await ask({ ...rows[0]?.row, ...absentKey(byKey) })
  const wrong: string[] = []
  // Without the right to read the table, a request is refused before PostgreSQL looks for a row: one is enough.
  for (const { key, row } of typeof keys === 'string' ? rows.slice(0, 1) : rows) {
    const answer = await ask(row)
    const sees = typeof keys !== 'string' && keys.includes(key)
    if (sees ? !answer.data?.row : JSON.stringify(answer) !== JSON.stringify(absent))
      wrong.push(`${byKey.name} ${key} as ${who}: ${JSON.stringify(answer)}, absent: ${JSON.stringify(absent)}`)
  }
  return wrong
}

/** One row for each name in table_rights.ts. */
async function oneOfEachName(of: Listed): Promise<Map<string, { key: string; row: Row }>> {
  return new Map([...(await census(of))].map(([key, { name, row }]) => [name, { key, row }]))
}

const isRefusal = (outcome: string) => outcome === 'insufficient_privilege' || outcome === 'unauthenticated'

/** Archived rows refer to the archive, other rows do not. */
const relationsWithoutRows = ['archivedBookings.bookingSlot', 'bookingSlots.archivedBookings']

const relationsOf = (type: GraphQLObjectType): GraphQLField<unknown, unknown>[] =>
  Object.values(type.getFields()).filter((field) => !isLeafType(getNamedType(field.type)) && !isValue(field.type))

const absentKey = (field: GraphQLField<unknown, unknown>) => {
  const last = field.args.at(-1)
  const type = last && getNamedType(last.type).name
  return last ? { [last.name]: type === 'BigInt' ? '987654321987' : type === 'String' ? 'absent' : undefined } : {}
}

describe('every query and mutation', () => {
  it('is covered: by key, as a list, as a function, or as a change of a table', () => {
    const ofRows = new Set(
      listed().flatMap(({ list, type }) => [
        list,
        ...rootFields('Query')
          .filter((one) => one.type === type)
          .map(({ name }) => name),
      ]),
    )
    const untold = [...rootFields('Query'), ...rootFields('Mutation')]
      .map(({ name }) => name)
      .filter((name) => !ofRows.has(name) && !functions[snake(name)] && !isOfTable(name))
    expect(untold).toEqual([])
    expect(Object.keys(schema.getSubscriptionType()?.getFields() ?? {})).toEqual(['clinicDay'])
  })

  it('that is a function has the same outcome as in SQL, for everybody; refused, it changes nothing', async () => {
    const fields = new Map([...rootFields('Query'), ...rootFields('Mutation')].map((field) => [field.name, field]))
    const found: Record<string, string> = {}
    const expected: typeof found = {}
    const calls = Object.entries(functions).flatMap(([name, all]) => all.map((call, i) => ({ name, call, i })))
    for (const { name, call, i } of calls) {
      const field = fields.get(camel(name))
      if (!field) throw new Error(`${name} is not in the schema`)
      const before = await digestOf(served.owner)
      for (const { who, outcome, wanted } of await outcomesInGraphQL(field, call)) {
        found[`${field.name} ${i} as ${who}`] = outcome
        expected[`${field.name} ${i} as ${who}`] = wanted
      }
      expect([field.name, await digestOf(served.owner)]).toEqual([field.name, before])
    }
    expect(found).toEqual(expected)
  })

  it('that returns a booking to its customer does not reveal who made it at the desk', async () => {
    const { a, ann } = world
    const ids = { clinicId: a.clinicId, bookingSlotId: a.openSlotId }
    const made = await run(
      'receptionist A',
      'mutation ($input: BookSlotInput!) { bookSlot(input: $input) { booking { id bookedByAccountId } } }',
      {
        input: { ...ids, customerId: ann.customerId },
      },
    )
    const { id, bookedByAccountId } = made.data.bookSlot.booking
    expect(bookedByAccountId).toBe(world.claims['receptionist A'].sub)
    const given: Record<string, object> = {
      cancelBooking: { clinicId: a.clinicId, bookingId: id },
      rescheduleBooking: { clinicId: a.clinicId, bookingId: id, bookingSlotId: a.colleaguesSlotId },
    }
    for (const [name, input] of Object.entries(given)) {
      const document = `mutation ($input: ${pascal(snake(name))}Input!) { ${name}(input: $input) { booking { id bookedByAccountId } } }`
      expect(await undone('Ann', document, { input })).toEqual({
        outcome: 'done',
        data: { [name]: { booking: { id, bookedByAccountId: null } } },
      })
    }
  })

  it('that changes a table changes the rows and columns that table_rights.ts names; refused, it changes nothing', async () => {
    const found: Record<string, string> = {}
    const expected: typeof found = {}
    const before = await digestOf(served.owner)
    for (const change of changesOfTables())
      for (const who of callers)
        for (const { name, outcome, wanted } of await attemptsOf(change, who)) {
          found[name] = outcome
          expected[name] = who === 'closed account' ? 'unauthenticated' : wanted
        }
    expect(found).toEqual(expected)
    expect(await digestOf(served.owner)).toBe(before)
  })

  it('that changes a table accepts no column that is not granted to the caller', async () => {
    const taken: string[] = []
    for (const change of changesOfTables().filter(({ verb }) => verb === 'update')) {
      const { field, of, input } = change
      const [{ row } = { row: {} as Row }] = (await census(of)).values()
      const document = `mutation ($input: ${input.name}!) { ${field.name}(input: $input) { clientMutationId } }`
      for (const column of columnsOf(input, 'patch'))
        for (const who of callers) {
          const patch = { [column]: null }
          const { outcome } = await undone(who, document, { input: { ...keyIn(change, row), patch } })
          const granted = may(who, lowestOf(of.rights.updatable, snake(column))) && who !== 'closed account'
          if (granted === isRefusal(outcome)) taken.push(`${field.name} ${column} as ${who}: ${outcome}`)
        }
    }
    expect(taken).toEqual([])
  })
})

/** What everybody is answered who calls a function, and what functions.ts says. */
async function outcomesInGraphQL(field: GraphQLField<unknown, unknown>, call: Call) {
  const { document, variables } = documentOf(schema, field, (call.inGraphQL ?? call.given)?.(world) ?? {})
  const outcomes = outcomesOfAll(call)
  // Operations that begin a session ignore the token, even that of a closed account.
  if (independentOfCaller.includes(field.name)) outcomes['closed account'] = outcomes.anonymous
  const all: { who: Anybody; outcome: string; wanted: string }[] = []
  for (const who of callers) {
    const wanted = outcomes[who] === 'done' ? (call.recorded ?? 'done') : outcomes[who]
    const isKept = wanted !== 'done' && !call.recorded
    const { outcome } = await (isKept ? run : undone)(who, document, variables)
    all.push({ who, outcome, wanted })
  }
  return all
}

const isOfTable = (name: string) => /^(create|update|delete)[A-Z]/.test(name) && !functions[snake(name)]

/** A mutation that creates, updates or deletes a row of a table. */
interface Change {
  field: GraphQLField<unknown, unknown>
  verb: 'create' | 'update' | 'delete'
  of: Listed
  input: GraphQLInputObjectType
  /** The field of the payload, and of the input of a new row. */
  payload: string
  document: string
}

function changesOfTables(): Change[] {
  const byType = new Map(listed().map((of) => [of.type.name, of]))
  return rootFields('Mutation')
    .filter(({ name }) => isOfTable(name))
    .map((field) => {
      const [, verb, typeName = ''] = /^(create|update|delete)(\w+)$/.exec(field.name) ?? []
      const of = byType.get(typeName)
      if (!of) throw new Error(`${field.name} changes a table that is in no list`)
      const input = getNamedType(field.args[0]?.type as GraphQLInputType) as GraphQLInputObjectType
      const payload = camel(typeName[0]?.toLowerCase() + typeName.slice(1))
      const document = `mutation ($input: ${input.name}!) { ${field.name}(input: $input) { ${payload} { ${of.key.join(' ')} } } }`
      return { field, verb: verb as Change['verb'], of, input, payload, document }
    })
}

const keyIn = ({ of, input }: Change, row: Row) =>
  Object.fromEntries(
    of.key.map((name) => [name, inGraphQL(row[name], input.getFields()[name]?.type as GraphQLInputType)]),
  )

interface Attempt {
  name: string
  outcome: string
  wanted: string
}

const attemptsOf = (change: Change, who: Anybody): Promise<Attempt[]> =>
  change.verb === 'create' ? attemptsToCreate(change, who) : attemptsToChange(change, who)

/** Whose rights in clinic A a caller has in their own, as table_rights.ts writes them. */
const namesakeOf = (who: Anybody) =>
  (who === 'former manager A' ? 'Bob' : / B$/.test(who) ? 'manager B' : who) as (typeof people)[number] | Relative

/** A new row with each column; without the rights that table_rights.ts names, it is refused. */
async function attemptsToCreate(change: Change, who: Anybody): Promise<Attempt[]> {
  const { field, of, input, payload, document } = change
  const attempts: Attempt[] = []
  for (const column of columnsOf(input, payload)) {
    // Null: a column that may not be written is refused before its value is checked, other columns afterwards.
    const told = await undone(who, document, { input: { [payload]: requiredWith(input, payload, column) } })
    if (!may(who, lowestOf(of.rights.insertable, snake(column))) || who === 'closed account')
      attempts.push({
        name: `${field.name}.${column} as ${who}`,
        outcome: shownBy(change, told),
        wanted: 'insufficient_privilege',
      })
    else if (isRefusal(told.outcome) && rightsOf(of.rights.adds, namesakeOf(who)).length > 0)
      // A row of an unknown clinic, so row-level security refuses it, not the column's rights.
      expect([field.name, column, who, told.outcome]).toContain('insufficient_privilege')
  }
  return attempts
}

/** A change or removal of a row of each name. */
async function attemptsToChange(change: Change, who: Anybody): Promise<Attempt[]> {
  const { field, verb, of, document } = change
  const isColleague = who === 'receptionist B' || who === 'doctor B' || who === 'former manager A'
  const isUpdate = verb === 'update'
  const { rights } = of
  const [names, lowest] = isUpdate
    ? [rights.updates, roles.find((role) => rights.updatable?.[role])]
    : [rights.deletes, rights.deletableBy]
  const changed = rightsOf(names, namesakeOf(who))
  const attempts: Attempt[] = []
  for (const [name, { row }] of await oneOfEachName(of)) {
    const touches = changed.includes(name)
    if (isColleague && touches) continue // Told below, by what their likes in clinic A may.
    const told = await undone(who, document, {
      input: { ...keyIn(change, row), ...(isUpdate && { patch: anyPatch(of) }) },
    })
    attempts.push({
      name: `${field.name} ${name} as ${who}`,
      outcome: touches && reachesTheRow.includes(told.outcome) ? 'done' : shownBy(change, told),
      wanted: may(who, lowest) ? (touches ? 'done' : withoutRow[verb]) : 'insufficient_privilege',
    })
  }
  return attempts
}

/** The outcome of a change of a row that the caller does not see. */
const withoutRow: Record<Change['verb'], string> = { create: '', update: 'nothing', delete: 'not_found' }

/** Refusals of a change that the caller's rights permitted. */
const reachesTheRow = ['foreign_key_violation', 'still_in_use', 'specialization_kept']

/** The outcome; 'nothing' if the payload has no row. */
const shownBy = ({ field, payload }: Change, { data, outcome }: Told): string =>
  outcome === 'done' && !data[field.name]?.[payload] ? 'nothing' : outcome

const lowestOf = (grants: Partial<Record<Role, string[]>> | undefined, column: string): Role | null =>
  roles.find((role) => grants?.[role]?.includes(column)) ?? null

function inputOf(input: GraphQLInputObjectType, name: string): GraphQLInputObjectType {
  return getNamedType(input.getFields()[name]?.type as GraphQLInputType) as GraphQLInputObjectType
}
const columnsOf = (input: GraphQLInputObjectType, name: string) => Object.keys(inputOf(input, name).getFields())

/** The smallest input that GraphQL accepts for a new row, and one more column. */
function requiredWith(input: GraphQLInputObjectType, name: string, column: string): Record<string, unknown> {
  const values: Record<string, unknown> = { [column]: null }
  for (const field of Object.values(inputOf(input, name).getFields()))
    if (isNonNullType(field.type)) values[field.name] = exampleOf(field.type)
  return values
}

/** A change of a column that everybody who may write the table may write, to a value that is valid in every clinic. */
function anyPatch({ rights }: Listed): Record<string, unknown> {
  const lowest = roles.find((role) => rights.updatable?.[role]) as Role
  const columns = rights.updatable?.[lowest] ?? []
  const harmless: Record<string, unknown> = {
    full_name: 'New',
    name: 'New',
    lead_time: { hours: 1 },
    weekday: 7,
    body: 'New',
    url: 'https://new.example/',
    duration: { minutes: 45 },
    question: 'New?',
    valid_until: '2999-12-31',
  }
  const column = columns.find((each) => each in harmless)
  if (!column) throw new Error(`no harmless change among ${columns}`)
  return { [camel(column)]: harmless[column] }
}
