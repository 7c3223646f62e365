import type { PgCodec } from 'postgraphile/@dataplan/pg'
import type { ExecutionResult, GraphQLError } from 'postgraphile/graphql'
import type { OrderColumn } from '../schema/lists/orders.ts'
import { cursors, type Names, type SpanningList } from './selections.ts'
import type { SpanningDocument } from './spanning_document.ts'

export type Connection = Record<string, unknown>

/** A row of a list: the answer that has it, its index there, and the values by which it is ordered. */
interface Row {
  of: Connection
  index: number
  cursor: string
  values: unknown[]
}

/**
 * The answer of the global database, in whose lists the rows of all databases are merged: in the same order, and at most as
 * many as one database would return. A list that one of the databases has not answered is an error.
 */
export function mergeLists(
  { lists, defaults }: SpanningDocument,
  given: Record<string, unknown>,
  global: ExecutionResult,
  parts: ExecutionResult[],
): ExecutionResult {
  if (!global.data) return global
  const variables = { ...defaults, ...given }
  const data: Record<string, unknown> = { ...global.data }
  const errors: GraphQLError[] = [...(global.errors ?? [])]
  for (const [name, list] of lists) {
    // Left out by a directive.
    if (data[name] === undefined) continue
    const answers = [global, ...parts]
    const failed = answers.find((answer) => !answer.data?.[name])
    if (failed && failed !== global)
      errors.push(...(failed.errors ?? []).filter(({ path }) => !path || path[0] === name))
    const connections = answers.map((answer) => answer.data?.[name] as Connection)
    data[name] = failed ? null : merged(list, connections, variables)
  }
  return { ...global, data, ...(errors.length > 0 && { errors }) }
}

/** One list of those that several databases have given. */
export function merged(list: SpanningList, connections: Connection[], variables: Record<string, unknown>): Connection {
  const all = connections.flatMap(rowsOf).sort(compareBy(list.order(variables)))
  // While a clinic moves, two databases have its rows for a moment.
  const rows = all.filter(({ cursor }, i) => cursor !== all[i - 1]?.cursor)
  const page = rows.slice(0, list.first(variables))
  const answers: Record<string, (name: string, inside: Names) => unknown> = {
    nodes: (name) => page.map(({ of, index }) => (of[name] as unknown[])[index]),
    edges: (name) => page.map(({ of, index }) => (of[name] as unknown[])[index]),
    totalCount: (name) => connections.reduce((sum, of) => sum + Number(of[name]), 0),
    pageInfo: (name, inside) => pageInfo(name, inside, connections, page, rows.length > page.length),
  }
  const own = Object.entries(list.names).map(([name, { field, inside }]) => [
    name,
    answers[field]?.(name, inside) ?? connections[0]?.[name],
  ])
  return Object.fromEntries(own)
}

function pageInfo(name: string, inside: Names, connections: Connection[], page: Row[], isCut: boolean) {
  const given = connections.map((each) => each[name] as Record<string, unknown>)
  return Object.fromEntries(
    Object.entries(inside).map(([key, { field }]) => {
      if (field === 'startCursor') return [key, page[0]?.cursor ?? null]
      if (field === 'endCursor') return [key, page.at(-1)?.cursor ?? null]
      const isOfAny = given.some((each) => each[key] === true)
      if (field === 'hasNextPage') return [key, isCut || isOfAny]
      if (field === 'hasPreviousPage') return [key, isOfAny]
      return [key, given[0]?.[key]]
    }),
  )
}

const rowsOf = (of: Connection): Row[] =>
  (of[cursors] as { cursor: string }[]).map(({ cursor }, index) => {
    // A cursor of PostGraphile has a digest of the order, then the values.
    const [, ...values] = JSON.parse(Buffer.from(cursor, 'base64').toString()) as unknown[]
    return { of, index, cursor, values }
  })

/** Compares rows as PostgreSQL orders them. */
const compareBy =
  (order: OrderColumn[]) =>
  (one: Row, other: Row): number => {
    for (const [i, column] of order.entries()) {
      const result = compareIn(column, valueIn(column, one.values[i]), valueIn(column, other.values[i]))
      if (result !== 0) return result
    }
    return 0
  }

/** Columns that may be null are in cursors as arrays: see NullableOrdersPlugin. */
const valueIn = ({ isNullable }: OrderColumn, value: unknown) => (isNullable ? (value as unknown[])[0] : value)

function compareIn({ isDescending, nullsFirst, codec }: OrderColumn, a: unknown, b: unknown): number {
  if (a === b) return 0
  if (a === null || b === null) return (a === null) === nullsFirst ? -1 : 1
  const [x, y] = [sortable(codec, a), sortable(codec, b)]
  if (x === y) return 0
  return x < y !== isDescending ? -1 : 1
}

/** Texts are in the order of the collation C.UTF-8; times in UTC, dates and times of day are in order as texts. */
function sortable(codec: PgCodec, value: unknown): string | number | bigint | boolean {
  if (codec.domainOfCodec) return sortable(codec.domainOfCodec, value)
  if ('values' in codec) return (codec.values as { value: string }[]).findIndex((each) => each.value === value)
  return codec.name === 'int8' ? BigInt(value as string) : (value as string | number | boolean)
}
