import type { Shard } from '../database/shards.ts'
import type { GraphQLInstance } from '../graphql/instance.ts'
import type { Deadline } from '../request/deadline.ts'
import type { Positions } from '../request/positions.ts'
import type { Routing } from '../request/shards/routing.ts'
import type { RequestTransaction } from '../request/shared_transaction.ts'
import type { Claims, Unusable } from '../request/tokens.ts'
import { isEquivalent } from './canonical.ts'
import { type Condition, currentVersion, entityTag, unwantedVersion } from './conditional.ts'
import { ProblemError } from './problem.ts'
import { locates } from './route/locate.ts'
import type { Input, Route, Statement } from './route/route.ts'
import { missing, shape } from './shape.ts'
import { claimResponse, type StoredResponse, storeResponse } from './stored_responses.ts'

/** Who calls, and the request's id. */
export interface Caller {
  claims: Claims
  /** Why the caller's token is not usable, if one was sent. */
  unusable?: Unusable | undefined
  requestId: string
  /** When the work is aborted. */
  deadline: Deadline
  /** The position that a read has to see at least; undefined if only the primary may serve it. */
  position: number | undefined
  /** What the caller has seen in all databases of an installation. */
  seen: Positions
  /** Called with the position of a change, and the number of its database, if there are copies. */
  reportPosition: (position: number, database: number) => void
  /** The shard with what the request is about; undefined without shards, and for the global database. */
  shard: Shard | undefined
}

/** The Idempotency-Key of a request, and everything that the request asks for. */
export interface Key {
  key: string
  asked: readonly string[]
}

/** How often a change under a condition is tried again when others change the row at the same time. */
const maxTries = 10

/** A successful response; `replayed` when it was stored under the request's key before. */
export interface Answer extends StoredResponse {
  replayed?: boolean
  /** Where the next page of a list begins. */
  nextCursor?: string | undefined
}

/** What every step of a request needs. */
interface Execution {
  graphql: GraphQLInstance
  route: Route
  caller: Caller
}

/**
 * Executes a validated request: looks up what its address leaves out, runs its document, and makes the response. A
 * change runs in one transaction with all of that, and with the claim of its key and the storing of the response if it
 * has a key. A refusal rolls the transaction back, so nothing is stored and a repeated request is checked again. Throws
 * ProblemError.
 */
export async function execute(
  graphql: GraphQLInstance,
  route: Route,
  input: Input,
  caller: Caller,
  { condition, keyed }: { condition?: Condition | undefined; keyed?: Key | undefined } = {},
): Promise<Answer> {
  const execution = { graphql, route, caller }
  if (route.secret) return perform(execution, input)
  if (route.method === 'GET') return read(execution, input)

  // The database compares the row with one version, under its lock, and reports which version the row has. A condition
  // that several versions meet is therefore tried with one after the other, as long as others change the row in
  // between.
  let rowVersion = condition?.first
  for (let tries = 0; ; tries++) {
    try {
      return await change(execution, { ...input, rowVersion }, keyed)
    } catch (error) {
      const next = condition && nextVersion(error, condition)
      if (next === undefined || tries === maxTries) throw error
      rowVersion = next
    }
  }
}

/** The version to try next when a change was refused for the row's version; undefined when that cannot help. */
function nextVersion(error: unknown, condition: Condition): number | undefined {
  const current = error instanceof ProblemError ? currentVersion(error) : undefined
  if (current === undefined) return undefined
  if (condition.accepts(current)) return current
  if (condition.isUnwanted(current)) throw unwantedVersion(current)
  return undefined
}

/** Runs all that a reading request needs in one transaction. */
const read = (execution: Execution, input: Input): Promise<Answer> =>
  reading(execution, (transaction) => perform(execution, input, transaction))

/** Runs work that reads. Throws ProblemError. */
async function reading<T>(
  { graphql, caller }: Pick<Execution, 'graphql' | 'caller'>,
  work: (transaction: RequestTransaction) => Promise<T>,
): Promise<T> {
  const done = await graphql
    .inQuery<T | ProblemError>(caller, (transaction) => work(transaction).catch(refusalOnly))
    .catch((error) => {
      throw new ProblemError(error)
    })
  if (done instanceof ProblemError) throw done
  return done
}

/** Returns a refusal as a result, so that it is not formatted again. Throws any other error. */
function refusalOnly(error: unknown): ProblemError {
  if (error instanceof ProblemError) return error
  throw error
}

async function change(execution: Execution, input: Input, keyed?: Key): Promise<Answer> {
  const done = await execution.graphql
    .inTransaction<Answer | ProblemError>(execution.caller, async (transaction) => {
      try {
        const known = keyed && (await claimResponse(transaction, keyed.key, keyed.asked))
        if (known) return { result: { ...known, replayed: true }, commit: false }
        const answer = await perform(execution, input, transaction)
        if (keyed) await storeResponse(transaction, keyed.key, answer)
        return { result: answer, commit: true }
      } catch (error) {
        return { result: refusalOnly(error), commit: false }
      }
    })
    .catch((error) => {
      throw new ProblemError(error)
    })
  if (done instanceof ProblemError) throw done
  return done
}

async function perform(execution: Execution, input: Input, transaction?: RequestTransaction): Promise<Answer> {
  const { route } = execution
  const data =
    route.statement && transaction
      ? await runStatement(route, route.statement, input, transaction)
      : await runDocument(execution, input, transaction)
  const notThere = missing(route, data)
  if (notThere) throw ProblemError.of(notThere)
  if (!route.answer) return { status: 204, headers: {}, body: '' }
  const body = shape(route, data, input.first) as Record<string, unknown> | null
  if (body === null) throw ProblemError.of(whyEmpty(route, input))
  refuseOtherValues(route, input, body)
  return answerOf(route, body)
}

/** Runs the statement of a route. Gives the data that its document would give. */
async function runStatement(
  { id, answer = '' }: Route,
  { text, values }: Statement,
  input: Input,
  transaction: RequestTransaction,
): Promise<unknown> {
  const statement = { text, name: `read ${id}`, values: values(input) as never[] }
  const { rows } = await transaction.run((client) => client.query<{ cursor: string | null }>(statement), true)
  return rows.length > 0 ? { [answer]: rows.filter(({ cursor }) => cursor !== null) } : { parent: null }
}

/** Looks up what the address leaves out, and runs the document of a route with the rights of the caller. Throws its first error. */
async function runDocument(
  { graphql, route, caller }: Execution,
  input: Input,
  transaction: RequestTransaction | undefined,
): Promise<unknown> {
  if (route.locate && transaction) await locate(route.locate, input, transaction)
  const { shard: _, ...given } = caller
  const { data, errors } = await graphql.run({
    document: route.document,
    variables: route.variables(input),
    ...given,
    ...(transaction && { transaction }),
  })
  const [error] = errors ?? []
  if (error) throw new ProblemError(error)
  return data
}

/** Looks up what the address leaves out, such as the clinic of a booking, and adds it to the input. */
async function locate(
  { what, by }: NonNullable<Route['locate']>,
  input: Input,
  transaction: RequestTransaction,
): Promise<void> {
  const key = by(input)
  if (key === undefined) return
  const lookUp = locates[what]
  if (!lookUp) throw new Error(`nothing locates a ${what}`)
  const { statement: text, notFound } = lookUp
  const { rows } = await transaction.run((client) =>
    client.query<{ found: string | null }>({ text, name: `locate ${what}`, values: [key] as never[] }),
  )
  const found = rows[0]?.found
  if (found) input.located = found
  else if (notFound) throw ProblemError.of(notFound)
}

/** The row of a clinic that an address names, and how to look its clinic up; undefined if it names none. */
export function rowOf({ locate: before, row = before }: Route, input: Input) {
  const key = row && locates[row.what]?.ofRow ? row.by(input) : undefined
  return row && key !== undefined ? { ...row, by: () => key, key } : undefined
}

/**
 * The shard for a request whose ids leave open where the row is, because clinics were moved: asks the databases that
 * may have it for its clinic. Undefined for the global database. Throws ProblemError.
 */
export async function shardOfMovedRow(
  { graphql, route, caller }: Execution,
  routing: Routing,
  input: Input,
): Promise<Shard | undefined> {
  const lookUp = rowOf(route, input)
  if (!lookUp) return undefined
  const candidates = routing.shardsOfRow(lookUp.key)
  if (candidates.length < 2) return undefined
  for (const shard of candidates) {
    const copy: Input = { ...input }
    await reading({ graphql, caller: { ...caller, shard } }, (transaction) => locate(lookUp, copy, transaction)).catch(
      (error: ProblemError) => {
        if (error.error.extensions?.code !== locates[lookUp.what]?.notFound) throw error
      },
    )
    // The global database finds it in the copy of a clinic of a shard.
    if (copy.located !== undefined) return routing.shardOfClinic(copy.located)
  }
  return undefined
}

/**
 * The reason why there is no answer. A change of a row that the caller may see, but not change, has no answer, either.
 */
const whyEmpty = ({ method, notFound }: Route, { located }: Input): string =>
  method !== 'GET' && located !== undefined ? 'forbidden' : (notFound ?? 'internal_error')

function answerOf(route: Route, body: Record<string, unknown>): Answer {
  const text = JSON.stringify(body)
  const tag = entityTag(body, text)
  const location = route.location?.replace(/\{(\w+)\}/g, (_, name) => String(body[name]))
  return {
    status: route.status ?? 200,
    headers: { ...(tag && { etag: tag }), ...(location && { location: `/api${location}` }) },
    body: text,
    ...(route.list && typeof body.nextCursor === 'string' && { nextCursor: body.nextCursor }),
  }
}

/** Refuses a body in which a field that cannot be changed differs from the resource. */
function refuseOtherValues(route: Route, { returned }: Input, body: Record<string, unknown>): void {
  const faults = Object.entries(returned)
    .filter(([name, value]) => !route.body?.returned?.includes(name) && !isEquivalent(value, body[name]))
    .map(([field]) => ({ field, message: 'cannot be changed here' }))
  if (faults.length > 0) throw ProblemError.ofFields(faults)
}
