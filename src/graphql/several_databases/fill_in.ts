import { type ExecutionResult, GraphQLError } from 'postgraphile/graphql'
import { Refusal } from '../../request/refusal.ts'
import { maxPageSize } from '../schema/lists/lists.ts'
import { clinicName, type IncompleteRows, idsName, keyName, type Part, rowsName } from './incomplete_rows.ts'
import { type Connection, merged } from './merge_lists.ts'
import { cursors } from './selections.ts'
import type { SpanningDocument } from './spanning_document.ts'

/** A row in an answer. */
type Row = Record<string, unknown>
interface Found {
  row: Row
  path: (string | number)[]
}

/** The parts of rows that a database gives, by the ids of the rows. */
interface Parts {
  byKey: Map<unknown, Row>
  errors: readonly GraphQLError[]
}

/** The databases besides the global one. */
export interface Others<Shard> {
  all: Shard[]
  /** The one with a clinic; undefined for the global database. */
  ofClinic(id: string): Shard | undefined
  /** Runs a document in one, or in all as a query of its own, with more variables. */
  read(
    where: Shard | 'everywhere',
    document: IncompleteRows['document'],
    variables: Record<string, unknown>,
  ): Promise<ExecutionResult>
}

/**
 * Adds to an answer what the database that gave it lacks of its rows. A row of a clinic gets it from the database of
 * the clinic, a row of people from all databases. What a database does not give is an error.
 */
export async function fillIn<Shard>(
  { incomplete, again, defaults }: Pick<SpanningDocument, 'incomplete' | 'again' | 'defaults'>,
  given: Record<string, unknown>,
  answer: ExecutionResult,
  others: Others<Shard>,
): Promise<ExecutionResult> {
  const { data } = answer
  if (!data) return answer
  const filling = new Filling(data as Row, { ...defaults, ...given }, others)
  await Promise.all(incomplete.map((rows) => filling.fill(rows)))
  // Inside what was filled in, too.
  await Promise.all(again.map((rows) => filling.fill(rows)))
  const errors = [...(answer.errors ?? []), ...filling.errors]
  return { ...answer, data, ...(errors.length > 0 && { errors }) }
}

class Filling<Shard> {
  readonly errors: GraphQLError[] = []
  readonly #data: Row
  readonly #variables: Record<string, unknown>
  readonly #others: Others<Shard>

  constructor(data: Row, variables: Record<string, unknown>, others: Others<Shard>) {
    this.#data = data
    this.#variables = variables
    this.#others = others
  }

  async fill(rows: IncompleteRows): Promise<void> {
    const found = rowsAt(this.#data, rows.path).filter(({ row }) => selectedOf(rows, row).length > 0)
    if (found.length === 0) return
    if (rows.from === 'clinic') await this.#fillFromClinics(rows, found)
    else if (rows.from === 'each') await this.#fillFromEach(rows, found)
    else await this.#fillFrom('everywhere', rows, found)
  }

  async #fillFromClinics(rows: IncompleteRows, found: Found[]): Promise<void> {
    const byShard = Map.groupBy(found, ({ row }) => this.#others.ofClinic(String(row[clinicName])))
    // The rows of the global database's own clinics lack nothing.
    await Promise.all(
      [...byShard].map(([shard, ofShard]) => shard !== undefined && this.#fillFrom(shard, rows, ofShard)),
    )
  }

  async #fillFrom(where: Shard | 'everywhere', rows: IncompleteRows, found: Found[]): Promise<void> {
    const { byKey, errors } = await this.#partsOf(rows, where, found)
    // A row that is not there was moved or removed a moment ago.
    const failure = errors[0] ?? new Refusal('shard_behind')
    for (const each of found) {
      const part = byKey.get(each.row[keyName])
      if (!part) this.#fail(rows, each, failure)
      else for (const name of selectedOf(rows, each.row)) each.row[name] = part[name]
    }
  }

  async #fillFromEach(rows: IncompleteRows, found: Found[]): Promise<void> {
    const answers = await Promise.all(this.#others.all.map((shard) => this.#partsOf(rows, shard, found)))
    const [failure] = answers.flatMap(({ errors }) => errors)
    for (const each of found) {
      // A database that does not show the person to the caller has nothing for the caller.
      const parts = answers.map(({ byKey }) => byKey.get(each.row[keyName])).filter((part) => part !== undefined)
      const all = [each.row, ...parts]
      if (failure) this.#fail(rows, each, failure)
      else
        for (const name of selectedOf(rows, each.row)) {
          const { list } = rows.parts.get(name) as Part
          const given = all.map((row) => row[name] as Connection)
          if (list) each.row[name] = merged(list, given, this.#variables)
        }
    }
  }

  /** The parts of rows that one database has, or all have, by the ids of the rows. */
  async #partsOf(
    { document, from: origin }: IncompleteRows,
    where: Shard | 'everywhere',
    found: Found[],
  ): Promise<Parts> {
    const read = (variables: Record<string, unknown>) =>
      this.#others
        .read(where, document, variables)
        .catch((error: Error): ExecutionResult => ({ errors: [new GraphQLError('', { originalError: error })] }))
    if (origin === 'root') {
      const { data, errors } = await read({})
      return { byKey: new Map(data && !errors ? [[undefined, data]] : []), errors: errors ?? [] }
    }
    const keys = [...new Set(found.map(({ row }) => row[keyName]))]
    const byKey = new Map<unknown, Row>()
    for (let from = 0; from < keys.length; from += maxPageSize) {
      const variables = { [idsName]: keys.slice(from, from + maxPageSize) }
      const { data, errors } = await read(variables)
      if (!data || errors) return { byKey: new Map(), errors: errors ?? [] }
      for (const row of (data[rowsName] as { nodes: Row[] }).nodes) byKey.set(row[keyName], row)
    }
    return { byKey, errors: [] }
  }

  /** A row without its parts: these are null, or, where they cannot be, the whole root field. */
  #fail(rows: IncompleteRows, { row, path }: Found, error: Error): void {
    const [root] = path as [string]
    const names = selectedOf(rows, row)
    for (const name of names) row[name] = null
    const isLost = this.#data[root] === null
    if (names.some((name) => !rows.parts.get(name)?.isNullable)) this.#data[root] = null
    if (isLost) return
    const originalError = (error as GraphQLError).originalError ?? error
    this.errors.push(new GraphQLError('', { path: [...path, names[0] as string], originalError }))
  }
}

/** The parts that a row has in the answer: directives may leave out some. */
const selectedOf = ({ parts }: IncompleteRows, row: Row) => [...parts.keys()].filter((name) => name in row)

/** The rows that names lead to in an answer, through lists. */
function rowsAt(data: unknown, names: string[], path: Found['path'] = []): Found[] {
  if (Array.isArray(data)) return data.flatMap((each, index) => rowsAt(each, names, [...path, index]))
  if (typeof data !== 'object' || data === null) return []
  const [name, ...others] = names
  if (name === undefined) return [{ row: data as Row, path }]
  return rowsAt((data as Row)[name], others, [...path, name])
}

/** Removes from an answer what was added to the document. */
export function withoutKeys(answer: ExecutionResult): ExecutionResult {
  removeKeys(answer.data)
  return answer
}

function removeKeys(value: unknown): void {
  if (typeof value !== 'object' || value === null) return
  if (!Array.isArray(value)) for (const name of [keyName, clinicName, cursors]) delete (value as Row)[name]
  for (const each of Object.values(value)) removeKeys(each)
}
