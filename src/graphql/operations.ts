import type { Socket } from 'node:net'
import { execute, subscribe } from 'postgraphile/grafast'
import type { ExecutionConfig } from 'postgraphile/grafserv'
import {
  type DocumentNode,
  type ExecutionResult,
  GraphQLError,
  type GraphQLSchema,
  getOperationAST,
} from 'postgraphile/graphql'
import type { Shard } from '../database/shards.ts'
import { describeSpan, isTracing, noteRefusal } from '../process/tracing.ts'
import type { CatalogueCache } from '../request/catalogue_cache.ts'
import { type AnswerTimes, Deadline, deadlineOf } from '../request/deadline.ts'
import { Positions, reportingTo } from '../request/positions.ts'
import { QueryTransaction, type ReplicaUse } from '../request/query_transaction.ts'
import { Refusal } from '../request/refusal.ts'
import type { ReplicaReads } from '../request/replica_reads.ts'
import type { RequestSettings } from '../request/service.ts'
import type { Routing } from '../request/shards/routing.ts'
import { onShard, type ShardUse } from '../request/shards/shard_use.ts'
import { catalogueKey, type KeyOfAnswer } from './catalogue.ts'
import type { FormatError } from './errors.ts'
import { operationOf } from './root_fields.ts'
import { fillIn, withoutKeys } from './several_databases/fill_in.ts'
import { mergeLists } from './several_databases/merge_lists.ts'
import {
  remembered,
  type ShortenedDocument,
  type SpanningDocument,
  shortenedDocument,
  spanningDocument,
} from './several_databases/spanning_document.ts'
import { callerOf, withUnusableToken } from './unusable_tokens.ts'
import { computesPassword } from './validation/password_mutations.ts'
import { type Arguments, createValidator, type Validated } from './validation/validator.ts'
import { endOnError } from './websocket/end_on_error.ts'

/** How documents are checked and run, the same for HTTP, WebSocket and callers in this process. */
export interface Operations extends Pick<ExecutionConfig, 'execute' | 'subscribe'> {
  parseAndValidate(query: string): Validated
}

/** Where operations can run or be answered besides the database itself, as far as these exist. */
interface Reads {
  /** Decides which queries replicas serve. */
  replicaReads?: ReplicaReads | undefined
  /** Has answers to anonymous reads of the catalogue. */
  cache?: CatalogueCache | undefined
  /** Decides which operations run in shards. */
  routing?: Routing | undefined
}

/** What the functions below share. */
interface Running extends Reads {
  answerTimes: AnswerTimes
  formatError: FormatError
  /** The error that refuses an operation before it runs, if any. */
  refusalOf: ReturnType<typeof createValidator>['refusalOf']
  /** The key under which an answer would be cached; undefined if it contains more than the catalogue. */
  keyInCatalogue(args: Arguments): string | undefined
  /** The documents to run in the databases, for an operation with lists that are in all of them. */
  spanning(args: Pick<Arguments, 'document' | 'operationName'>): SpanningDocument
  /** The document to run in one database, for an operation that it cannot answer as a whole. */
  shortened(args: Pick<Arguments, 'document' | 'operationName'>): ShortenedDocument
}

/**
 * The operations on a schema: limits before a document runs, `formatError` for every error that callers get. Without
 * introspection, errors do not suggest names of the schema, either.
 */
export function createOperations(
  schema: GraphQLSchema,
  formatError: FormatError,
  introspection: boolean,
  answerTimes: AnswerTimes,
  reads: Reads = {},
): Operations {
  const { parseAndValidate, refusalOf } = createValidator(schema, introspection)
  const running: Running = {
    ...reads,
    answerTimes,
    formatError,
    refusalOf,
    keyInCatalogue: keysOf(schema),
    spanning: remembered((given) => spanningDocument(schema, reads.routing?.lacking, given)),
    shortened: remembered((given) => shortenedDocument(schema, (reads.routing as Routing).lacking, given)),
  }
  return {
    parseAndValidate,
    execute: ((args: Arguments) => executeOnce(running, args)) as typeof execute,
    subscribe: ((args: Arguments) => subscribeTo(running, args)) as typeof subscribe,
  }
}

/** Returns the key of an answer. How to make it is computed once for each document. */
function keysOf(schema: GraphQLSchema): Running['keyInCatalogue'] {
  const keys = new WeakMap<DocumentNode, KeyOfAnswer | null>()
  return ({ document, variableValues }) => {
    let keyOf = keys.get(document)
    if (keyOf === undefined) {
      keyOf = catalogueKey(schema, document) ?? null
      keys.set(document, keyOf)
    }
    return keyOf?.(variableValues ?? {})
  }
}

/** Runs a query or a mutation. */
async function executeOnce(running: Running, given: Arguments): Promise<ExecutionResult> {
  const format = resultFormatter(running, given)
  const refused = running.refusalOf(given) ?? checkCaller(given)
  if (refused) return format({ errors: [refused] })
  const kind = getOperationAST(given.document, given.operationName)?.operation
  // Grafast would answer with an endless stream, on a connection that no limit counts.
  if (kind === 'subscription') return format({ errors: [overWebSocketOnly()] })
  const args = marked(running, given)
  const request = args.requestContext as Grafast.RequestContext
  const deadline = deadlineFor(running, request)
  Object.assign(settingsOf(args), { deadline })
  describeOperation(args, kind)
  try {
    const { shard, isWhole } = await placeFor(running, args, deadline)
    const { claims, seen, transaction } = request
    if (!transaction) await running.routing?.arrived(shard?.shard, seen, deadline)
    Object.assign(settingsOf(args), {
      shard,
      gathering: shard ? undefined : running.routing?.gathering({ claims, deadline }),
    })
    const run = kind === 'query' ? inAllDatabases : mutate
    const result = isWhole
      ? await onShard(shard, () => run(running, args, deadline))
      : await completed(running, args, deadline, (one) => onShard(shard, () => run(running, one, deadline)))
    return unreadOf(result, deadline) ?? format(result)
  } catch (error) {
    return format({ errors: [unexpected(error)] })
  } finally {
    if (!request.deadline) deadline.close()
  }
}

/** An operation in whose document lists are marked that only the databases of their clinics can filter. */
function marked({ routing }: Running, args: Arguments): Arguments {
  const { claims, transaction } = args.requestContext as Grafast.RequestContext
  const isAlone = !routing || transaction || claims.sub === undefined
  return isAlone ? args : { ...args, document: routing.marked(givenTo(args)) }
}

/** Starts a subscription. */
async function subscribeTo(running: Running, args: Arguments) {
  const format = resultFormatter(running, args)
  const refused = running.refusalOf(args) ?? checkCaller(args)
  if (refused) return format({ errors: [refused] })
  // Each statement has its own time limit; the subscription as a whole ends when the subscriber leaves.
  const deadline = new Deadline()
  const { ws } = args.requestContext as Grafast.RequestContext
  const socket = ws?.request?.socket
  if (socket) deadline.follow(socket as Socket)
  Object.assign(settingsOf(args), { readOnly: true, deadline })
  try {
    const { shard } = await placeFor(running, args, deadline)
    Object.assign(settingsOf(args), { shard })
    if (shard) Object.assign(args.contextValue as object, { pgSubscriber: shard.shard.subscriber })
    const result = await onShard(shard, async () => subscribe(args))
    if (Symbol.asyncIterator in result) {
      return endOnError(result as AsyncGenerator<ExecutionResult>, format, () => {
        deadline.leave()
        deadline.close()
      })
    }
    deadline.close()
    return format(result as ExecutionResult)
  } catch (error) {
    deadline.close()
    return format({ errors: [unexpected(error)] })
  }
}

/** Formats the errors of a result, and reports an access token that is not usable. */
function resultFormatter({ formatError }: Running, args: Arguments) {
  const request = args.requestContext as Grafast.RequestContext
  return (result: ExecutionResult): ExecutionResult => {
    const errors = result.errors?.map((error) => formatError(error, request.requestId))
    if (request.node) noteRefusal(errors?.[0]?.extensions.code as string | undefined)
    const formatted = errors ? { ...result, errors } : result
    return request.unusable ? withUnusableToken(formatted, request.unusable) : formatted
  }
}

function deadlineFor({ answerTimes }: Running, { claims, deadline, node }: Grafast.RequestContext): Deadline {
  if (deadline) return deadline
  const own = deadlineOf(answerTimes, claims)
  return node ? own.follow(node.req.socket) : own
}

/** The key of the answer to a query in the cache; undefined if it is not to be cached. */
function cacheKeyOf({ keyInCatalogue }: Running, args: Arguments): string | undefined {
  const { claims, unusable, transaction } = args.requestContext as Grafast.RequestContext
  return claims.sub !== undefined || unusable || transaction ? undefined : keyInCatalogue(args)
}

/** Where an operation runs. */
interface PlaceOfOperation {
  /** Undefined for the global database. */
  shard?: ShardUse | undefined
  /** False if other databases have a part of what the operation reads, too: Routing.has(). */
  isWhole: boolean
}

/** Finds where an operation runs. Throws Refusal `several_databases` and `clinic_needed`. */
async function placeFor(
  { routing, keyInCatalogue }: Running,
  args: Arguments,
  deadline: Deadline,
): Promise<PlaceOfOperation> {
  const { claims, transaction } = args.requestContext as Grafast.RequestContext
  if (!routing || transaction) return { isWhole: true }
  const given = givenTo(args)
  const caller = { claims, deadline }
  const isOfCatalogue = () => keyInCatalogue(args) !== undefined
  const named =
    routing.shardOf(given, { isAnonymous: claims.sub === undefined, isOfCatalogue }) ??
    (await routing.shardOfCheckout(given, caller))
  const has = await routing.has(given, named, caller)
  const shard = named && has !== 'elsewhere' ? named : await routing.shardOfCaller(given, caller)
  return { shard: shard && routing.use(shard, caller), isWhole: has !== 'some' }
}

const givenTo = ({ document, operationName, variableValues }: Arguments) => ({
  document,
  operationName: operationName ?? undefined,
  variables: variableValues ?? {},
})

/**
 * Answers a query. Lists that are in all databases are merged, and what the global database lacks of its rows is added.
 * A part of another answer keeps the keys of its rows.
 */
async function inAllDatabases(
  running: Running,
  args: Arguments,
  deadline: Deadline,
  isPart = false,
): Promise<ExecutionResult> {
  const { routing } = running
  const { transaction, ...request } = args.requestContext as Grafast.RequestContext
  const { claims, seen } = request
  const variables = args.variableValues ?? {}
  // Otherwise each request of callers who are not signed in would cause one in every shard.
  const isInOne = settingsOf(args).shard || transaction?.isInShard || claims.sub === undefined
  if (!routing || isInOne) return query(running, args)
  const shards = routing.shardsToMerge(givenTo(args), false)
  const spanning = running.spanning(args)
  if (shards.length === 0 && spanning.incomplete.length === 0 && spanning.again.length === 0)
    return query(running, args)
  const read = async (shard: Shard, document: DocumentNode, variableValues: Arguments['variableValues']) => {
    const use = routing.use(shard, { claims, deadline })
    const pgSettings: RequestSettings = { claims, readOnly: true, deadline, shard: use }
    const contextValue = Object.assign(Object.create(null), args.contextValue, { pgSettings })
    const ofPart = { ...args, document, variableValues, requestContext: request as never, contextValue }
    await routing.arrived(shard, seen, deadline)
    return use.repeated(async () => (await attempt(ofPart)).result)
  }
  const [global, ...parts] = await Promise.all([
    query(running, { ...args, document: spanning.global }),
    ...shards.map((shard) => read(shard, spanning.shards, variables)),
  ])
  const answer = await fillIn(spanning, variables, mergeLists(spanning, variables, global, parts), {
    all: routing.shards,
    ofClinic: (id) => routing.shardOfClinic(id),
    read: (where, document, more) =>
      where === 'everywhere'
        ? readAgain(running, { ...args, document, variableValues: { ...variables, ...more } }, deadline)
        : read(where, document, { ...variables, ...more }),
  })
  return isPart ? answer : withoutKeys(answer)
}

/**
 * Runs an operation without those fields of which its database has only a part. Reads these again, in all databases,
 * when it has ended: from copies that contain its changes.
 */
async function completed(
  running: Running,
  args: Arguments,
  deadline: Deadline,
  run: (args: Arguments) => Promise<ExecutionResult>,
): Promise<ExecutionResult> {
  const { document, again, defaults } = running.shortened(args)
  const request = args.requestContext as Grafast.RequestContext
  let { seen = new Positions() } = request
  const reportPosition = (position: number, database: number) => {
    seen = seen.after(position, database)
    request.reportPosition?.(position, database)
  }
  const answer = await run({ ...args, document, requestContext: { ...request, reportPosition } as never })
  const variables = args.variableValues ?? {}
  const whole = await fillIn({ incomplete: [], again, defaults }, variables, answer, {
    all: [],
    ofClinic: () => undefined,
    read: (_, part, more) => {
      const requestContext = { ...request, seen, position: seen.position }
      const values = { ...variables, ...more }
      return readAgain(running, { ...args, document: part, variableValues: values, requestContext } as never, deadline)
    },
  })
  return withoutKeys(whole)
}

/** Reads a part of an answer as a query of the global database, to which the others add theirs. */
async function readAgain(running: Running, args: Arguments, deadline: Deadline): Promise<ExecutionResult> {
  const { claims, seen } = args.requestContext as Grafast.RequestContext
  const gathering = running.routing?.gathering({ claims, deadline })
  const pgSettings: RequestSettings = { claims, readOnly: true, deadline, gathering }
  const contextValue = Object.assign(Object.create(null), args.contextValue, { pgSettings })
  await running.routing?.arrived(undefined, seen, deadline)
  return inAllDatabases(running, { ...args, contextValue }, deadline, true)
}

/** Answers a query from the cache, if it may, or from the database. */
async function query(running: Running, args: Arguments): Promise<ExecutionResult> {
  const { cache } = running
  const { position } = args.requestContext as Grafast.RequestContext
  const key = cache && cacheKeyOf(running, args)
  if (!cache || key === undefined) return read(running, args, position)
  try {
    return await cache.get(key, position, async (atLeast) => {
      const result = await read(running, args, atLeast)
      if (result.errors) throw new NotCached(result)
      return result
    })
  } catch (error) {
    if (error instanceof NotCached) return error.result
    throw error
  }
}

/**
 * Runs a query in one transaction: in its shard, on a replica if allowed, or on the primary, also after a replica has
 * failed.
 */
async function read({ replicaReads }: Running, args: Arguments, position?: number): Promise<ExecutionResult> {
  if (settingsOf(args).shard) return (await attempt(args)).result
  const use = replicaReads && position !== undefined ? { reads: replicaReads, position } : undefined
  const first = await attempt(args, use)
  return first.failedOnReplica ? (await attempt(args)).result : first.result
}

async function attempt(args: Arguments, use?: ReplicaUse) {
  const queryTransaction = new QueryTransaction(use)
  Object.assign(settingsOf(args), { readOnly: true, queryTransaction })
  try {
    const result = (await execute(args)) as ExecutionResult
    return { result, failedOnReplica: queryTransaction.failedOnReplica }
  } finally {
    // The answer need not wait for it.
    void queryTransaction.end()
  }
}

/** Runs a mutation, which commits each of its functions before the next one runs and before their results are read. */
async function mutate(running: Running, args: Arguments): Promise<ExecutionResult> {
  const { reportPosition } = args.requestContext as Grafast.RequestContext
  const settings = settingsOf(args)
  const { claims, deadline, shard } = settings
  settings.sharing = shard ? undefined : running.routing?.sharing({ claims, deadline })
  settings.computesPassword = computesPassword(args.document, args.operationName ?? undefined)
  Object.assign(settings, reportingTo(reportPosition, settings.shard, running))
  try {
    return (await execute(args)) as ExecutionResult
  } finally {
    running.cache?.changed()
  }
}

/** Finds out who calls. Returns the error that refuses the caller's token, if any. */
function checkCaller(args: Arguments): GraphQLError | undefined {
  const request = args.requestContext as Grafast.RequestContext
  try {
    const { claims, unusable } = callerOf(operationOf(args.document, args.operationName ?? undefined), request)
    Object.assign(request, { claims, unusable })
    settingsOf(args).claims = claims
    return undefined
  } catch (error) {
    return unexpected(error)
  }
}

/**
 * Describes an HTTP request in its span by the kind of operation and its root fields; names in documents are the
 * clients'.
 */
function describeOperation({ document, operationName, requestContext }: Arguments, kind = 'query'): void {
  if (!isTracing() || !(requestContext as Grafast.RequestContext).node) return
  const fields = [...new Set(operationOf(document, operationName ?? undefined)?.fields)]
  describeSpan(
    { 'http.route': '/graphql', 'graphql.operation.type': kind, 'medislot.fields': fields },
    `${kind} ${fields.join(' ')}`,
  )
}

const settingsOf = (args: Arguments) => (args.contextValue as unknown as { pgSettings: RequestSettings }).pgSettings

// Grafserv would send the message of a thrown error to the caller.
const unexpected = (error: unknown) =>
  new GraphQLError(error instanceof Refusal ? error.message : '', { originalError: error as Error })

/** Thrown past the cache with a result that it must not keep. */
class NotCached {
  readonly result: ExecutionResult

  constructor(result: ExecutionResult) {
    this.result = result
  }
}

/**
 * The caller has disconnected: nobody reads the answer, and statements that were cancelled for this reason are not
 * logged.
 */
const unreadOf = (result: ExecutionResult, deadline: Deadline): ExecutionResult | undefined =>
  deadline.callerIsGone && result.errors ? unread : undefined

/** The result for a caller who has disconnected. */
const unread: ExecutionResult = { errors: [new GraphQLError('', { extensions: { code: 'query_canceled' } })] }

const overWebSocketOnly = () =>
  new GraphQLError('A subscription needs a WebSocket.', { extensions: { code: 'bad_request' } })
