import { execute } from 'postgraphile/grafast'
import type { ExecutionResult } from 'postgraphile/graphql'
import type { CatalogueCache } from '../request/catalogue_cache.ts'
import type { AnswerTimes } from '../request/deadline.ts'
import { reportingTo } from '../request/positions.ts'
import { QueryTransaction, type ReplicaUse } from '../request/query_transaction.ts'
import type { ReplicaReads } from '../request/replica_reads.ts'
import type { RequestSettings } from '../request/service.ts'
import type { Routing } from '../request/shards/routing.ts'
import type { FormatError } from './errors.ts'
import type { ShortenedDocument, SpanningDocument } from './several_databases/spanning_document.ts'
import { computesPassword } from './validation/password_mutations.ts'
import type { Arguments, createValidator } from './validation/validator.ts'

/** Where operations can run or be answered besides the database itself, as far as these exist. */
export interface Reads {
  /** Decides which queries replicas serve. */
  replicaReads?: ReplicaReads | undefined
  /** Has answers to anonymous reads of the catalogue. */
  cache?: CatalogueCache | undefined
  /** Decides which operations run in shards. */
  routing?: Routing | undefined
}

/** What the functions that run operations share. */
export interface Running extends Reads {
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

/** Answers a query from the cache, if it may, or from the database. */
export async function query(running: Running, args: Arguments): Promise<ExecutionResult> {
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

/** Runs a query in a transaction of its own. Says whether it failed because it was on a replica. */
export async function attempt(args: Arguments, use?: ReplicaUse) {
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
export async function mutate(running: Running, args: Arguments): Promise<ExecutionResult> {
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

/** The key of the answer to a query in the cache; undefined if it is not to be cached. */
function cacheKeyOf({ keyInCatalogue }: Running, args: Arguments): string | undefined {
  const { claims, unusable, transaction } = args.requestContext as Grafast.RequestContext
  return claims.sub !== undefined || unusable || transaction ? undefined : keyInCatalogue(args)
}

/** The settings of the transaction in which an operation runs. */
export const settingsOf = (args: Arguments) =>
  (args.contextValue as unknown as { pgSettings: RequestSettings }).pgSettings

/** Thrown past the cache with a result that it must not keep. */
class NotCached {
  readonly result: ExecutionResult

  constructor(result: ExecutionResult) {
    this.result = result
  }
}
