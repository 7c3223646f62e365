import type { WithPgClient } from 'postgraphile/@dataplan/pg'
import type { NodePostgresPgClient } from 'postgraphile/adaptors/pg'
import type { Shard } from '../database/shards.ts'
import type { CatalogueCache } from './catalogue_cache.ts'
import { connectWithDeadline } from './connect_with_deadline.ts'
import type { Deadline } from './deadline.ts'
import { type Positions, reportingTo } from './positions.ts'
import { QueryTransaction } from './query_transaction.ts'
import type { ReplicaReads } from './replica_reads.ts'
import type { Routing } from './shards/routing.ts'
import { onShard, type ShardUse } from './shards/shard_use.ts'
import { type Outcome, type RequestTransaction, RollbackSignal, SharedTransaction } from './shared_transaction.ts'
import type { Claims } from './tokens.ts'
import { inTransaction } from './transaction.ts'

/** The caller of a transaction. */
export interface TransactionCaller {
  claims: Claims
  requestId: string
  deadline?: Deadline
  /** The position that a query has to see at least; undefined if only the primary may serve it. */
  position?: number | undefined
  /** What the caller has seen in all databases of an installation. */
  seen?: Positions | undefined
  /** Called with the position of a change, and the number of its database, if there are copies. */
  reportPosition?: ((position: number, database: number) => void) | undefined
  /** The shard in which the work runs, by the routing of the installation; undefined for the database itself. */
  shard?: Shard | undefined
}

/** Where the transactions run, and what depends on them. */
interface Installation {
  /** Connects to the database itself. */
  connect: WithPgClient<NodePostgresPgClient>
  /** Decides which queries replicas serve, if there are replicas. */
  replicaReads: ReplicaReads | undefined
  routing: Routing | undefined
  /** Notified when a transaction may have changed something. */
  cache: CatalogueCache | undefined
  /** Turns anything that was thrown into the error that callers get. */
  formatted(error: unknown, requestId: string): Error
}

/** Runs the work of callers in this process in transactions, which the documents and statements of the work share. */
export class CallerTransactions {
  readonly #installation: Installation

  constructor(installation: Installation) {
    this.#installation = installation
  }

  /**
   * Runs work in one transaction of a caller, which is committed or rolled back according to the outcome. Throws a formatted
   * error when the caller's session has ended or the commit fails.
   */
  async inTransaction<T>(
    caller: TransactionCaller,
    work: (transaction: RequestTransaction) => Promise<Outcome<T>>,
  ): Promise<T> {
    const use = this.#shardUse(caller)
    try {
      await this.#arrived(caller)
      return await onShard(use, () => this.#attemptChange(caller, use, work))
    } catch (error) {
      throw this.#installation.formatted(error, caller.requestId)
    } finally {
      this.#installation.cache?.changed()
    }
  }

  async #attemptChange<T>(
    { claims, deadline, reportPosition }: TransactionCaller,
    use: ShardUse | undefined,
    work: (transaction: RequestTransaction) => Promise<Outcome<T>>,
  ): Promise<T> {
    const { connect, routing } = this.#installation
    const sharing = use ? undefined : routing?.sharing({ claims, deadline })
    const reporting = reportingTo(reportPosition, use, this.#installation)
    const settings = { claims, readOnly: false, shard: use, sharing, ...(deadline && { deadline }), ...reporting }
    try {
      return await connectWithDeadline(use?.connect ?? sharing?.through(connect) ?? connect, deadline)(null, (client) =>
        inTransaction(client, settings, async (inner) => {
          const { result, commit } = await work(new SharedTransaction(inner))
          if (!commit) throw new RollbackSignal(result)
          return result
        }),
      )
    } catch (error) {
      if (error instanceof RollbackSignal) return error.result
      throw error
    }
  }

  /**
   * Runs work that only reads in one transaction of a caller, with one snapshot: see QueryTransaction. The work runs again on
   * the primary if a replica fails. Throws a formatted error when the work throws.
   */
  async inQuery<T>(caller: TransactionCaller, work: (transaction: RequestTransaction) => Promise<T>): Promise<T> {
    const { replicaReads, formatted } = this.#installation
    const { requestId, position } = caller
    const use = this.#shardUse(caller)
    const attempt = (query = new QueryTransaction()) => this.#attemptQuery(caller, use, query, work)
    const refuse = (error: unknown) => {
      throw formatted(error, requestId)
    }
    await this.#arrived(caller).catch(refuse)
    if (use) return use.repeated(() => attempt()).catch(refuse)
    const first = new QueryTransaction(
      replicaReads && position !== undefined ? { reads: replicaReads, position } : undefined,
    )
    const [done] = await Promise.allSettled([attempt(first)])
    if (first.failedOnReplica) return attempt()
    if (done.status === 'rejected') throw done.reason
    return done.value
  }

  async #attemptQuery<T>(
    { claims, deadline, requestId }: TransactionCaller,
    use: ShardUse | undefined,
    query: QueryTransaction,
    work: (transaction: RequestTransaction) => Promise<T>,
  ): Promise<T> {
    const { connect, formatted, routing } = this.#installation
    const gathering = use ? undefined : routing?.gathering({ claims, deadline })
    const settings = { claims, readOnly: true, shard: use, gathering, ...(deadline && { deadline }) }
    const reading = connectWithDeadline(use?.connect ?? connect, deadline)
    try {
      return await work({
        isInShard: use !== undefined,
        run: (statement, isLast = false) => query.run(reading, { ...settings, commitsAtOnce: isLast }, statement),
      })
    } catch (error) {
      throw formatted(error, requestId)
    } finally {
      // The answer need not wait for it.
      void query.end()
    }
  }

  async #arrived({ shard, seen, deadline }: TransactionCaller): Promise<void> {
    await this.#installation.routing?.arrived(shard, seen, deadline)
  }

  #shardUse({ shard, claims, deadline }: TransactionCaller): ShardUse | undefined {
    return shard && this.#installation.routing?.use(shard, { claims, deadline })
  }
}
