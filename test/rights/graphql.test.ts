import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import {
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
import { beginSession } from '../../src/graphql/unusable_tokens.ts'
import { type Served, serve } from '../graphql/served.ts'
import type { Claims } from '../helpers/database.ts'
import { type Expectation, type Role, roles, tables } from '../sql/table_rights.ts'
import type { people } from '../sql/two_clinics.ts'
import { type Anybody, digestOf, everybody, everybodysWorld, outcomesOfAll } from './everybody.ts'
import { exampleOf } from './example.ts'
import { fieldsOf, typesKnown } from './fields.ts'
import { functions } from './functions.ts'

// Everything that the GraphQL schema has, as everybody: each field of each type, each relation, each way to ask for a
// row, each query and each mutation. What is expected is data: fields.ts, functions.ts and sql/table_rights.ts. What is
// refused is tried for real and must leave every table as it was; what is done is rolled back.

let served: Served
let world: Awaited<ReturnType<typeof everybodysWorld>>
let schema: GraphQLSchema

beforeAll(async () => {
  served = await serve()
  world = await everybodysWorld(served.owner)
  schema = served.graphql.schema
})
afterAll(() => served?.stop())

const snake = (name: string) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
const camel = (name: string) => name.replace(/_(\w)/g, (_, letter) => letter.toUpperCase())
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
  const { data, errors } = await served.graphql.run({ document, variables, claims: world.claims[who] as never })
  return { data, outcome: errors ? String(errors[0]?.extensions.code ?? errors[0]?.message) : 'done' }
}

/** Runs a document in a transaction that is not kept. */
async function undone(who: Anybody, document: string, variables: Record<string, unknown>): Promise<Told> {
  const isClosed = who === 'closed account'
  // Refused before anything runs; and a transaction that never began has nothing to undo.
  if (isClosed && !beginSession.some((name) => document.includes(`${name}(`))) return run(who, document, variables)
  const claims = (isClosed ? {} : world.claims[who]) as Claims & object
  return served.graphql
    .inTransaction({ claims, requestId: 'test' }, async (transaction) => {
      const { data, errors } = await served.graphql.run({ document, variables, claims, transaction })
      return {
        result: { data, outcome: errors ? String(errors[0]?.extensions.code ?? errors[0]?.message) : 'done' },
        keep: false,
      }
    })
    .catch((error) => ({ outcome: String(error.extensions?.code ?? error.message) }))
}

// The schema ------------------------------------------------------------------------------------------------------

const rootFields = (of: 'Query' | 'Mutation') =>
  Object.values((of === 'Query' ? schema.getQueryType() : schema.getMutationType())?.getFields() ?? {})
const objectTypes = () =>
  Object.values(schema.getTypeMap()).filter(
    (type): type is GraphQLObjectType => isObjectType(type) && !type.name.startsWith('__'),
  )
const isConnection = (type: { name: string }) => type.name.endsWith('Connection')
/** A range or an interval: one value, though GraphQL needs an object for it. */
const isValue = (type: GraphQLOutputType) => /^(Date|Datetime)Range(Bound)?$|^Interval$/.test(getNamedType(type).name)

/** What to select of a type to see all that it holds itself, relations left out. */
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
  /** Fields that tell a row from the others. */
  key: string[]
}

/** The types that are rows of a table, and the lists that give them. */
function listed(): Listed[] {
  return rootFields('Query').flatMap((field) => {
    const connection = getNamedType(field.type)
    if (!isConnection(connection) || functions[snake(field.name)]) return []
    const type = schema.getType(connection.name.replace(/Connection$/, '')) as GraphQLObjectType
    const table = Object.keys(tables).find((name) =>
      [`app_public.${snake(field.name)}`, `app_public.${snake(type.name).slice(1)}`].includes(name),
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

/** Each row's key, with what it is called and its values, as the owner sees them. */
async function census(of: Listed): Promise<Map<string, { name: string; row: Record<string, unknown> }>> {
  const rows = await served.owner.query(`select * from ${of.table}`)
  return new Map(
    rows.map((found) => {
      const row = Object.fromEntries(Object.entries(found).map(([column, value]) => [camel(column), value]))
      return [keyOf(row, of), { name: of.rights.name(found, world), row }]
    }),
  )
}

/** Keys of the rows that somebody is to see, or 'insufficient_privilege'. */
async function expectedKeys(of: Listed, who: Anybody): Promise<string[] | string> {
  if (who === 'closed account') return 'unauthenticated'
  if (!may(who, of.rights.readBy)) return 'insufficient_privilege'
  const rows = await census(of)
  const sees = (names: string[] = []) => [...rows].filter(([, { name }]) => names.includes(name)).map(([key]) => key)
  if (who === 'former manager A') {
    // What everybody sees, and that they worked there.
    const own = [...rows].filter(
      ([, { row }]) => of.table.endsWith('.employees') && row.accountId === world.claims[who].sub,
    )
    return [...sees(of.rights.sees.anonymous ?? []), ...own.map(([key]) => key)].sort()
  }
  return sees(of.rights.sees[who === 'receptionist B' || who === 'doctor B' ? colleague(of) : who]).sort()
}
/** Colleagues see what their manager sees, but for where messages to the clinic's own system go. */
const colleague = ({ rights }: Listed): (typeof people)[number] =>
  rights.sees['manager A'] && !rights.sees['receptionist A'] ? 'Bob' : 'manager B'

const listing = (of: Listed, inner = '', args = '') =>
  `{ ${of.list}(first: 100${args}) { nodes { ${of.key.join(' ')} ${inner} } } }`

async function keysIn(of: Listed, who: Anybody, inner = '', args = ''): Promise<string[] | string> {
  const { data, outcome } = await run(who, listing(of, inner, args))
  return outcome === 'done' ? data[of.list].nodes.map((row: Record<string, unknown>) => keyOf(row, of)).sort() : outcome
}

const unreadBy = (of: Listed, who: Anybody) =>
  Object.entries(of.rights.unread ?? {})
    .filter(([column, lowest]) => !may(who, lowest) && of.type.getFields()[camel(column)])
    .map(([column]) => camel(column))

// ------------------------------------------------------------------------------------------------------------------

describe('every type', () => {
  it('has the fields that somebody has looked at', () => {
    const found = objectTypes().filter(
      ({ name }) => !/(Connection|Edge|Payload)$/.test(name) && !['Query', 'Mutation', 'Subscription'].includes(name),
    )
    expect(Object.fromEntries(found.map((type) => [type.name, Object.keys(type.getFields()).sort()]))).toEqual(
      Object.fromEntries(typesKnown.map((name) => [name, fieldsOf(name)])),
    )
  })

  it('of a list, an edge or a payload has what those have', () => {
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
  it('is seen, with all columns but those kept from them, by whom table_rights.ts says', async () => {
    const found: Record<string, unknown> = {}
    const expected: typeof found = {}
    for (const of of listed())
      for (const who of everybody) {
        const columns = selection(of.type, unreadBy(of, who)).slice(1, -1)
        found[`${of.list} as ${who}`] = await keysIn(of, who, columns)
        expected[`${of.list} as ${who}`] = await expectedKeys(of, who)
      }
    expect(found).toEqual(expected)
  })

  it('keeps the columns that are not for everybody from the others: read, filtered by, sorted by or counted', async () => {
    const attempts: string[] = []
    const answered: string[] = []
    for (const of of listed())
      for (const who of everybody)
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

  it('is counted among those that somebody sees, and no others', async () => {
    for (const of of listed()) {
      const connection = schema.getType(`${of.type.name}Connection`) as GraphQLObjectType
      const grouped = connection.getFields().groupedAggregates
        ? 'groupedAggregates(groupBy: [STATUS]) { distinctCount { id } }'
        : ''
      for (const who of everybody) {
        const keys = await expectedKeys(of, who)
        const { data, outcome } = await run(
          who,
          `{ ${of.list} { totalCount ${grouped && `aggregates { distinctCount { id } } ${grouped}`} } }`,
        )
        if (typeof keys === 'string') expect({ of: of.list, who, outcome }).toEqual({ of: of.list, who, outcome: keys })
        else {
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
          expect({ of: of.list, who, counts }).toEqual({ of: of.list, who, counts: counts.map(() => keys.length) })
        }
      }
    }
  })

  it('leads to related rows that somebody sees anyway, and to no others', async () => {
    const byType = new Map(listed().map((of) => [of.type.name, of]))
    const visible = new Map<string, Set<string>>()
    for (const of of byType.values())
      for (const who of everybody) {
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
        for (const who of everybody) {
          const inner = isConnection(named)
            ? `${field.name}(first: 20) { nodes { ${target.key.join(' ')} } }`
            : `${field.name} { ${target.key.join(' ')} }`
          const { data, outcome } = await run(who, listing(of, inner))
          // Refused as a whole: there is nothing of it that they read.
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
    // Nobody follows these to anything in this world, so that they prove nothing here.
    expect(never.sort()).toEqual(relationsWithoutRows)
  })

  it('is found by its key by whom it is seen; others are answered as if there were none', async () => {
    const found: string[] = []
    for (const of of listed()) {
      const byKey = rootFields('Query').find((one) => one.type === of.type && one.args.length > 0)
      if (!byKey) continue
      const document = `query (${byKey.args.map((arg) => `$${arg.name}: ${arg.type}`).join(', ')}) {
        row: ${byKey.name}(${byKey.args.map((arg) => `${arg.name}: $${arg.name}`).join(', ')}) { ${of.key.join(' ')} } }`
      const rows = await census(of)
      const one = new Map([...rows].map(([key, { name, row }]) => [name, { key, row }]))
      for (const who of everybody) {
        const keys = await expectedKeys(of, who)
        const ask = (row: Record<string, unknown>) =>
          run(
            who,
            document,
            Object.fromEntries(byKey.args.map((arg) => [arg.name, inGraphQL(row[arg.name], arg.type)])),
          )
        const [first] = one.values()
        const absent = await ask({ ...first?.row, ...absentKey(byKey) })
        for (const { key, row } of one.values()) {
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

/** What is archived refers to the archive, and what is not to what is not. */
const relationsWithoutRows = ['archivedBookings.bookingSlot', 'bookingSlots.archivedBookings']

const relationsOf = (type: GraphQLObjectType): GraphQLField<unknown, unknown>[] =>
  Object.values(type.getFields()).filter((field) => !isLeafType(getNamedType(field.type)) && !isValue(field.type))

const absentKey = (field: GraphQLField<unknown, unknown>) => {
  const last = field.args.at(-1)
  const type = last && getNamedType(last.type).name
  return last ? { [last.name]: type === 'BigInt' ? '987654321987' : type === 'String' ? 'absent' : undefined } : {}
}

/** A value of SQL as a variable: enum constants are upper case in GraphQL. */
const inGraphQL = (value: unknown, type: GraphQLInputType): unknown =>
  isEnumType(getNamedType(type)) && typeof value === 'string' ? value.toUpperCase() : value

describe('every query and mutation', () => {
  const isOfTable = (name: string) => /^(create|update|delete)[A-Z]/.test(name) && !functions[snake(name)]

  it('is told: by key, as a list, as a function, or as a change of a table', () => {
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

  it('that is a function does what it does in SQL, for everybody; refused, it changes nothing', async () => {
    const fields = new Map([...rootFields('Query'), ...rootFields('Mutation')].map((field) => [field.name, field]))
    const found: Record<string, string> = {}
    const expected: typeof found = {}
    for (const [name, calls] of Object.entries(functions))
      for (const [i, call] of calls.entries()) {
        const field = fields.get(camel(name))
        if (!field) throw new Error(`${name} is not in the schema`)
        const { document, variables } = documentOf(field, call.given?.(world) ?? {})
        const before = await digestOf(served.owner)
        const outcomes = outcomesOfAll(call)
        // Who begins a session is judged by no token, not even by that of a closed account.
        if (beginSession.includes(field.name)) outcomes['closed account'] = outcomes.anonymous
        for (const [who, outcome] of Object.entries(outcomes) as [Anybody, string][]) {
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

  it('that gives a booking to its customer keeps from them who at the desk made it', async () => {
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

  it('that changes a table changes the rows and columns that table_rights.ts says; refused, it changes nothing', async () => {
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

      for (const who of everybody) {
        const namesake = who === 'former manager A' ? 'Bob' : / B$/.test(who) ? 'manager B' : who
        const rights = { update: of.rights.updates, delete: of.rights.deletes }[verb as 'update' | 'delete']
        const tell = (name: string, { data, outcome }: Told, wanted: string) => {
          found[name] = outcome === 'done' && !data[field.name]?.[payload] ? 'nothing' : outcome
          expected[name] = who === 'closed account' ? 'unauthenticated' : wanted
        }

        if (verb === 'create') {
          for (const column of columnsOf(input, payload)) {
            // Null: what may not be written is refused before it is looked at; what may is judged after.
            const told = await undone(who, document, { input: { [payload]: requiredWith(input, payload, column) } })
            const refused = told.outcome === 'insufficient_privilege' || told.outcome === 'unauthenticated'
            const lowest = lowestOf(of.rights.insertable, snake(column))
            if (!may(who, lowest) || who === 'closed account')
              tell(`${field.name}.${column} as ${who}`, told, 'insufficient_privilege')
            else if (refused && (of.rights.adds?.[namesake as (typeof people)[number]] ?? []).length > 0)
              // A row of nobody's clinic: row-level security's refusal, not the column's.
              expect([field.name, column, who, told.outcome]).toContain('insufficient_privilege')
          }
          continue
        }

        for (const [name, { row }] of one) {
          const touches = name !== undefined && (rights?.[namesake as (typeof people)[number]] ?? []).includes(name)
          const isColleague = who === 'receptionist B' || who === 'doctor B' || who === 'former manager A'
          const lowestOfAll =
            verb === 'delete' ? of.rights.deletableBy : roles.find((role) => of.rights.updatable?.[role])
          if (isColleague && touches) continue // Told below, by what their likes in clinic A may.
          const patch = verb === 'update' ? { patch: anyPatch(of) } : {}
          const told = await undone(who, document, { input: { ...keyFrom(row), ...patch } })
          const known =
            ['foreign_key_violation', 'still_in_use'].includes(told.outcome) && touches ? 'done' : told.outcome
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

  it('that changes a table takes no column from whom it is not granted to', async () => {
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
        for (const who of everybody) {
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

/** The least that GraphQL takes for a new row, and one more column. */
function requiredWith(input: GraphQLInputObjectType, name: string, column: string): Record<string, unknown> {
  const values: Record<string, unknown> = { [column]: null }
  for (const field of Object.values(inputOf(input, name).getFields()))
    if (isNonNullType(field.type)) values[field.name] = exampleOf(field.type)
  return values
}

/** A change of a column that all may write who may write any, to what a row of any clinic takes. */
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
  }
  const column = columns.find((each) => each in harmless)
  if (!column) throw new Error(`no harmless change among ${columns}`)
  return { [camel(column)]: harmless[column] }
}

/** A document that runs a query or mutation of a function, and its variables. */
function documentOf(field: GraphQLField<unknown, unknown>, given: Record<string, unknown>) {
  const isMutation = schema.getMutationType()?.getFields()[field.name] === field
  const named = getNamedType(field.type)
  const selected = isLeafType(named)
    ? ''
    : isConnection(named)
      ? '{ nodes { __typename } }'
      : isMutation
        ? '{ clientMutationId }'
        : '{ __typename }'
  const camelGiven = Object.fromEntries(Object.entries(given).map(([name, value]) => [camel(name), value]))
  if (isMutation) {
    const input = getNamedType(field.args[0]?.type as GraphQLInputType) as GraphQLInputObjectType
    const values = Object.fromEntries(
      Object.entries(camelGiven).map(([name, value]) => {
        const argument = input.getFields()[name]
        if (!argument) throw new Error(`${field.name} takes no ${name}`)
        return [name, inGraphQL(value, argument.type)]
      }),
    )
    return {
      document: `mutation ($input: ${input.name}!) { ${field.name}(input: $input) ${selected} }`,
      variables: { input: values },
    }
  }
  const args = field.args.filter(({ name }) => name in camelGiven)
  const declared = args.map(({ name, type }) => `$${name}: ${type}`).join(', ')
  const passed = args.map(({ name }) => `${name}: $${name}`).join(', ')
  return {
    document: `query ${declared && `(${declared})`} { ${field.name}${passed && `(${passed})`} ${selected} }`,
    variables: Object.fromEntries(args.map(({ name, type }) => [name, inGraphQL(camelGiven[name], type)])),
  }
}
