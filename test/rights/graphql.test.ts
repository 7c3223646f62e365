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
    for (const of of listed())
      for (const who of callers)
        for (const column of unreadBy(of, who)) {
          const connection = schema.getType(`${of.type.name}Connection`) as GraphQLObjectType
          const counted = schema.getType(`${of.type.name}DistinctCountAggregates`) as GraphQLObjectType | undefined
          const filter = schema.getType(`${of.type.name}Filter`) as GraphQLInputObjectType
          const order = schema.getType(`${of.type.name}OrderBy`)
          const constant = `${snake(column).toUpperCase()}_ASC`
          const documents = [
            listing(of, column),
            ...(filter.getFields()[column] ? [listing(of, '', `, filter: { ${column}: { isNull: false } }`)] : []),
            ...(isEnumType(order) && order.getValue(constant) ? [listing(of, '', `, orderBy: [${constant}]`)] : []),
            ...(counted?.getFields()[column] && connection.getFields().aggregates
              ? [`{ ${of.list} { aggregates { distinctCount { ${column} } } } }`]
              : []),
          ]
          for (const document of documents) {
            const { outcome } = await run(who, document)
            attempts.push(outcome)
            if (!['insufficient_privilege', 'unauthenticated'].includes(outcome))
              answered.push(`${who}: ${document}: ${outcome}`)
          }
        }
    expect(answered).toEqual([])
    expect(attempts.length).toBeGreaterThan(20)
  })

  it('is counted only for callers who see it', async () => {
    for (const of of listed()) {
      const connection = schema.getType(`${of.type.name}Connection`) as GraphQLObjectType
      const grouped = connection.getFields().groupedAggregates
        ? 'groupedAggregates(groupBy: [STATUS]) { distinctCount { id } }'
        : ''
      for (const who of callers) {
        const keys = await expectedKeys(of, who)
        const sums: number[] = []
        for (const filter of await filtersFor(of, who)) {
          const { data, outcome } = await run(
            who,
            `{ ${of.list}${filter && `(${filter})`} { totalCount ${grouped && `aggregates { distinctCount { id } } ${grouped}`} } }`,
          )
          if (outcome !== 'done') {
            expect({ of: of.list, who, outcome }).toEqual({ of: of.list, who, outcome: keys })
            continue
          }
          const { totalCount, aggregates, groupedAggregates } = data[of.list]
          const counts = grouped
            ? [
                totalCount,
                Number(aggregates.distinctCount.id),
                groupedAggregates.reduce(
                  (sum: number, group: { distinctCount: { id: string } }) => sum + Number(group.distinctCount.id),
                  0,
                ),
              ]
            : [totalCount]
          for (const [index, count] of counts.entries()) sums[index] = (sums[index] ?? 0) + count
        }
        if (typeof keys !== 'string')
          expect({ of: of.list, who, counts: sums }).toEqual({ of: of.list, who, counts: sums.map(() => keys.length) })
        else expect(sums).toEqual([])
      }
    }
  })

  it('leads only to related rows that the caller can see directly as well', async () => {
    const byType = new Map(listed().map((of) => [of.type.name, of]))
    const visible = new Map<string, Set<string>>()
    for (const of of byType.values())
      for (const who of callers) {
        const keys = await expectedKeys(of, who)
        visible.set(`${of.type.name} ${who}`, new Set(typeof keys === 'string' ? [] : keys))
      }
    const beyond: string[] = []
    const never: string[] = []
    for (const of of byType.values())
      for (const field of relationsOf(of.type)) {
        const named = getNamedType(field.type)
        const target = byType.get(named.name.replace(/Connection$/, ''))
        if (!target) throw new Error(`${of.type.name}.${field.name} leads to ${named.name}, which is in no list`)
        let reached = 0
        for (const who of callers) {
          // They see no row from which the relation could lead anywhere: asserted above.
          if (visible.get(`${of.type.name} ${who}`)?.size === 0) continue
          const inner = isConnection(named)
            ? `${field.name}(first: 20) { nodes { ${target.key.join(' ')} } }`
            : `${field.name} { ${target.key.join(' ')} }`
          const { data, outcome } = await run(who, listing(of, inner))
          // The whole request is refused: they can read nothing of it.
          if (outcome !== 'done') continue
          const rows = data[of.list].nodes.flatMap((node: Record<string, { nodes?: object[] } | null>) => {
            const related = node[field.name]
            return related ? (related.nodes ?? [related]) : []
          })
          const seen = visible.get(`${target.type.name} ${who}`)
          for (const row of rows) if (!seen?.has(keyOf(row, target))) beyond.push(`${of.list}.${field.name} as ${who}`)
          reached += rows.length
        }
        if (reached === 0) never.push(`${of.list}.${field.name}`)
      }
    expect(beyond).toEqual([])
    // No caller can follow these relations to a row of this world, so this test does not cover them.
    expect(never.sort()).toEqual(relationsWithoutRows)
  })

  it('is found by its key by callers who see it; others get the answer for a row that does not exist', async () => {
    const found: string[] = []
    for (const of of listed()) {
      const byKey = rootFields('Query').find((one) => one.type === of.type && one.args.length > 0)
      if (!byKey) continue
      const document = `query (${byKey.args.map((arg) => `$${arg.name}: ${arg.type}`).join(', ')}) {
        row: ${byKey.name}(${byKey.args.map((arg) => `${arg.name}: $${arg.name}`).join(', ')}) { ${of.key.join(' ')} } }`
      const rows = await census(of)
      const one = new Map([...rows].map(([key, { name, row }]) => [name, { key, row }]))
      for (const who of callers) {
        const keys = await expectedKeys(of, who)
        const ask = (row: Record<string, unknown>) =>
          run(
            who,
            document,
            Object.fromEntries(byKey.args.map((arg) => [arg.name, inGraphQL(row[arg.name], arg.type)])),
          )
        const [first] = one.values()
        const absent = await ask({ ...first?.row, ...absentKey(byKey) })
        // Without the right to read the table, a request is refused before PostgreSQL looks for a row: one is enough.
        for (const { key, row } of typeof keys === 'string' ? [...one.values()].slice(0, 1) : one.values()) {
          const answer = await ask(row)
          const sees = typeof keys !== 'string' && keys.includes(key)
          if (sees ? !answer.data?.row : JSON.stringify(answer) !== JSON.stringify(absent))
            found.push(`${byKey.name} ${key} as ${who}: ${JSON.stringify(answer)}, absent: ${JSON.stringify(absent)}`)
        }
      }
    }
    expect(found).toEqual([])
  })
})

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
  const isOfTable = (name: string) => /^(create|update|delete)[A-Z]/.test(name) && !functions[snake(name)]

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
    for (const [name, calls] of Object.entries(functions))
      for (const [i, call] of calls.entries()) {
        const field = fields.get(camel(name))
        if (!field) throw new Error(`${name} is not in the schema`)
        const { document, variables } = documentOf(schema, field, (call.inGraphQL ?? call.given)?.(world) ?? {})
        const before = await digestOf(served.owner)
        const outcomes = outcomesOfAll(call)
        // Operations that begin a session ignore the token, even that of a closed account.
        if (independentOfCaller.includes(field.name)) outcomes['closed account'] = outcomes.anonymous
        for (const who of callers) {
          const outcome = outcomes[who]
          const wanted = outcome === 'done' ? (call.recorded ?? 'done') : outcome
          const isKept = wanted !== 'done' && !call.recorded
          const told = await (isKept ? run : undone)(who, document, variables)
          found[`${field.name} ${i} as ${who}`] = told.outcome
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
    const byType = new Map(listed().map((of) => [of.type.name, of]))
    const before = await digestOf(served.owner)
    for (const field of rootFields('Mutation').filter(({ name }) => isOfTable(name))) {
      const [, verb, typeName = ''] = /^(create|update|delete)(\w+)$/.exec(field.name) ?? []
      const of = byType.get(typeName)
      if (!of) throw new Error(`${field.name} changes a table that is in no list`)
      const rows = await census(of)
      const one = new Map([...rows].map(([key, { name, row }]) => [name, { key, row }]))
      const input = getNamedType(field.args[0]?.type as GraphQLInputType) as GraphQLInputObjectType
      const document = `mutation ($input: ${input.name}!) { ${field.name}(input: $input) { ${camel(typeName[0]?.toLowerCase() + typeName.slice(1))} { ${of.key.join(' ')} } } }`
      const payload = camel(typeName[0]?.toLowerCase() + typeName.slice(1))
      const keyFrom = (row: Record<string, unknown>) =>
        Object.fromEntries(
          of.key.map((name) => [name, inGraphQL(row[name], input.getFields()[name]?.type as GraphQLInputType)]),
        )

      for (const who of callers) {
        const namesake = who === 'former manager A' ? 'Bob' : / B$/.test(who) ? 'manager B' : who
        const rights = { update: of.rights.updates, delete: of.rights.deletes }[verb as 'update' | 'delete']
        const tell = (name: string, { data, outcome }: Told, wanted: string) => {
          found[name] = outcome === 'done' && !data[field.name]?.[payload] ? 'nothing' : outcome
          expected[name] = who === 'closed account' ? 'unauthenticated' : wanted
        }

        if (verb === 'create') {
          for (const column of columnsOf(input, payload)) {
            // Null: a column that may not be written is refused before its value is checked, other columns afterwards.
            const told = await undone(who, document, { input: { [payload]: requiredWith(input, payload, column) } })
            const refused = told.outcome === 'insufficient_privilege' || told.outcome === 'unauthenticated'
            const lowest = lowestOf(of.rights.insertable, snake(column))
            if (!may(who, lowest) || who === 'closed account')
              tell(`${field.name}.${column} as ${who}`, told, 'insufficient_privilege')
            else if (refused && rightsOf(of.rights.adds, namesake as (typeof people)[number] | Relative).length > 0)
              // A row of an unknown clinic, so row-level security refuses it, not the column's rights.
              expect([field.name, column, who, told.outcome]).toContain('insufficient_privilege')
          }
          continue
        }

        for (const [name, { row }] of one) {
          const touches =
            name !== undefined && rightsOf(rights, namesake as (typeof people)[number] | Relative).includes(name)
          const isColleague = who === 'receptionist B' || who === 'doctor B' || who === 'former manager A'
          const lowestOfAll =
            verb === 'delete' ? of.rights.deletableBy : roles.find((role) => of.rights.updatable?.[role])
          if (isColleague && touches) continue // Told below, by what their likes in clinic A may.
          const patch = verb === 'update' ? { patch: anyPatch(of) } : {}
          const told = await undone(who, document, { input: { ...keyFrom(row), ...patch } })
          const known =
            ['foreign_key_violation', 'still_in_use', 'specialization_kept'].includes(told.outcome) && touches
              ? 'done'
              : told.outcome
          tell(
            `${field.name} ${name} as ${who}`,
            { data: known === told.outcome ? told.data : { [field.name]: { [payload]: {} } }, outcome: known },
            !may(who, lowestOfAll)
              ? 'insufficient_privilege'
              : touches
                ? 'done'
                : verb === 'delete'
                  ? 'not_found'
                  : 'nothing',
          )
        }
      }
    }
    expect(found).toEqual(expected)
    expect(await digestOf(served.owner)).toBe(before)
  })

  it('that changes a table accepts no column that is not granted to the caller', async () => {
    const taken: string[] = []
    for (const field of rootFields('Mutation').filter(({ name }) => name.startsWith('update') && isOfTable(name))) {
      const of = listed().find(({ type }) => `update${type.name}` === field.name) as Listed
      const input = getNamedType(field.args[0]?.type as GraphQLInputType) as GraphQLInputObjectType
      const [{ row } = { row: {} as Record<string, unknown> }] = (await census(of)).values()
      const key = Object.fromEntries(
        of.key.map((name) => [name, inGraphQL(row[name], input.getFields()[name]?.type as GraphQLInputType)]),
      )
      const document = `mutation ($input: ${input.name}!) { ${field.name}(input: $input) { clientMutationId } }`
      for (const column of columnsOf(input, 'patch'))
        for (const who of callers) {
          const { outcome } = await undone(who, document, { input: { ...key, patch: { [column]: null } } })
          const isRefused = outcome === 'insufficient_privilege' || outcome === 'unauthenticated'
          const lowest = lowestOf(of.rights.updatable, snake(column))
          const granted = may(who, lowest) && who !== 'closed account'
          if (granted === isRefused) taken.push(`${field.name} ${column} as ${who}: ${outcome}`)
        }
    }
    expect(taken).toEqual([])
  })
})

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
