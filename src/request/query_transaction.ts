import type { WithPgClient } from 'postgraphile/@dataplan/pg'
import type { NodePostgresPgClient } from 'postgraphile/adaptors/pg'
import { describeSpan, inSpan, SpanKind } from '../process/tracing.ts'
import { connectWithDeadline } from './connect_with_deadline.ts'
import type { ReplicaRead, ReplicaReads } from './replica_reads.ts'
import { begin, cancelOnAbort, firstError, requestClient, type TransactionSettings } from './transaction.ts'

type Connect = WithPgClient<NodePostgresPgClient>

const ofPostgresql = { 'db.system.name': 'postgresql' }

interface OpenTransaction {
  client: NodePostgresPgClient
  begun: Promise<unknown>
  /** COMMIT, once it was sent with the last statement. */
  commit?: Promise<unknown>
  /** Stops cancelling its statements, if that has begun. */
  stopCancelling: () => Promise<unknown>
  /** Returns the connection back to the pool. */
  release: () => void
}

/** How a query may use replicas: which position it has to see at least. */
export interface ReplicaUse {
  reads: ReplicaReads
  position: number
}

/**
 * The transaction that the statements of one query share. PostGraphile would run each in its own transaction, with its
 * own connection, begin_request and snapshot. Here they run one after another; after a statement that fails, the next
 * one begins a new transaction, so that other fields are not affected. A statement that needs parts from shards is
 * repeated in the same transaction. The connection is taken when the first statement runs, from a replica if `use`
 * allows that. After an error there, no other statement runs and `failedOnReplica` is true: the caller then repeats the
 * whole query on the primary, since the error may be the fault of the replica.
 */
export class QueryTransaction {
  readonly #use: ReplicaUse | undefined
  #last: Promise<unknown> = Promise.resolve()
  #open: OpenTransaction | undefined
  #replica: ReplicaRead | undefined
  #failure: unknown

  constructor(use?: ReplicaUse) {
    this.#use = use
  }

  /** Whether the query has to be repeated on the primary. */
  get failedOnReplica(): boolean {
    return this.#failure !== undefined
  }

  /** Runs work with the transaction's client, after the work that was requested before. */
  run<T>(
    connect: Connect,
    settings: TransactionSettings,
    work: (client: NodePostgresPgClient) => T | Promise<T>,
  ): Promise<T> {
    const result = this.#last.then(async () => {
      if (this.#failure !== undefined) throw this.#failure
      try {
        return await inSpan('statement', { kind: SpanKind.CLIENT, attributes: ofPostgresql }, async () => {
          const value = await this.#run(connect, settings, work)
          describeSpan({ 'medislot.database': this.#replica ? 'replica' : 'primary' })
          return value
        })
      } catch (error) {
        if (this.#replica?.failed(error)) this.#failure = error
        throw error
      }
    })
    this.#last = result.catch(() => {})
    return result
  }

  async #run<T>(
    connect: Connect,
    settings: TransactionSettings,
    work: (client: NodePostgresPgClient) => T | Promise<T>,
  ): Promise<T> {
    for (;;) {
      this.#open ??= await this.#begin(connect, settings)
      const open = this.#open
      const { client, begun } = open
      if (open.commit) throw new Error('a statement came after the commit of its transaction')
      const sendCommit = () => {
        open.commit = client.rawClient.query('commit').catch(() => {})
      }
      try {
        return await work(requestClient(client, begun, settings, settings.commitsAtOnce ? sendCommit : undefined))
      } catch (error) {
        const cause = await firstError(begun, error)
        await this.#close('rollback')
        // On a replica, the whole query is repeated instead.
        if (this.#replica || !(await settings.gathering?.gather()))
          throw settings.shard ? settings.shard.errorOfRead(client.rawClient, cause) : cause
      }
    }
  }

  async #begin(connect: Connect, settings: TransactionSettings): Promise<OpenTransaction> {
    this.#replica = this.#use && (await this.#use.reads.choose(settings.claims, this.#use.position))
    if (!this.#replica) return open(connect, settings)
    const { person } = this.#replica
    return open(connectWithDeadline(this.#replica.connect, settings.deadline), { ...settings, person })
  }

  /**
   * Ends the transaction; nothing may run after that. Never throws, since a transaction that only read has nothing to
   * lose.
   */
  async end(): Promise<void> {
    await this.#last
    await this.#close('commit')
  }

  async #close(how: 'commit' | 'rollback'): Promise<void> {
    if (!this.#open) return
    const { client, commit, stopCancelling, release } = this.#open
    this.#open = undefined
    await stopCancelling()
    // COMMIT after a failed statement is a rollback.
    await (commit ?? client.rawClient.query(how).catch(() => {}))
    release()
  }
}

/** Keeps a connection for longer than the adaptor's callback would. */
function open(connect: Connect, settings: TransactionSettings): Promise<OpenTransaction> {
  return new Promise((resolve, reject) => {
    // Async, because PostGraphile's adaptor never releases a connection when the callback throws synchronously.
    connect(null, async (client) => {
      const { promise: released, resolve: release } = Promise.withResolvers<void>()
      const { rawClient } = client
      const stopListening = settings.gathering?.listen(rawClient)
      if (stopListening) void released.then(stopListening)
      const begun = begin(rawClient, settings)
      settings.gathering?.passTo(rawClient)
      const stopCancelling = cancelOnAbort(rawClient, settings)
      resolve({ client, begun, stopCancelling, release })
      return released
    }).catch(reject)
  })
}
