import type { Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Pool, PoolClient } from 'pg'
import type { WithPgClient } from 'postgraphile/@dataplan/pg'
import type { NodePostgresPgClient } from 'postgraphile/adaptors/pg'
import { listenForAsked, recordGlobally } from '../../database/global_part.ts'
import { isConnectionFailure, isPoolExhausted } from '../../database/pools.ts'
import type { Shard } from '../../database/shards.ts'
import { log } from '../../process/log.ts'
import type { Deadline } from '../deadline.ts'
import { Refusal } from '../refusal.ts'
import type { Claims, Recorded } from '../tokens.ts'
import { type Sharing, sharesNeeded, withShares } from './sharing.ts'

type Connect = WithPgClient<NodePostgresPgClient>

/** How long an operation waits until its shard knows the caller, and the pause between two checks, milliseconds. */
const patienceMs = 3000
const pauseMs = 10

const knowsCaller = 'select from app_private.person_of($1::jsonb)'
/** SQLSTATE of `unauthenticated`. */
export const unauthenticated = 'MS401'

/** An operation for which a shard is used. */
interface Operation {
  claims: Claims
  deadline?: Deadline | undefined
}

/**
 * One operation's use of a shard. People are registered and sign in at the global database, so a shard may not know the caller
 * yet: it refuses the first transaction, and no other begins. repeated() then waits until the caller has arrived.
 */
export class ShardUse {
  readonly shard: Shard
  readonly #global: Pool
  readonly #operation: Operation
  readonly #sharing: Sharing
  #hasBegun = false
  #refusal: unknown
  #recorded: Recorded | undefined
  #commits = false
  readonly #brokenOff = new WeakSet<PoolClient>()

  /** `sharing` makes the shares of a checkout that is begun in the shard. */
  constructor(shard: Shard, global: Pool, operation: Operation, sharing: Sharing) {
    this.shard = shard
    this.#global = global
    this.#operation = operation
    this.#sharing = sharing
    shard.operations++
  }

  /**
   * Connects to the shard. Throws Refusal `shard_unavailable` when that is not possible, and when the shard hangs before a
   * commit was sent.
   */
  readonly connect: Connect = (settings, work) => {
    const note = (recorded: Recorded) => {
      this.#recorded = { ...this.#recorded, ...recorded }
    }
    return withShares(this.#sharing, () => this.#connectOnce(settings, work), note).finally(() => {
      this.#recorded = undefined
    })
  }

  readonly #connectOnce: Connect = (settings, work) => {
    if (this.#refusal) return Promise.reject(this.#refusal)
    if (!this.shard.answers) return Promise.reject(this.#unavailable())
    this.#commits = false
    return new Promise((resolve, reject) => {
      let connected: NodePostgresPgClient | undefined
      let isBrokenOff = false
      const unwatch = this.shard.onSilence(() => {
        isBrokenOff = true
        // When PostgreSQL resumes, it finds that the connection has ended, and rolls back.
        if (connected) {
          this.#brokenOff.add(connected.rawClient)
          destroy(connected.rawClient)
        } else reject(this.#unavailable())
      })
      this.shard
        .connect(settings, async (client) => {
          if (isBrokenOff) throw this.#unavailable()
          connected = client
          return this.#withGlobalPart(client, work)
        })
        .catch((error: Error) => {
          const nothingDone = connected ? isBrokenOff && !this.#commits : true
          const noAnswer = isConnectionFailure(error) || (isPoolExhausted(error) && !this.shard.answeredLast)
          throw nothingDone && noAnswer ? this.#unavailable(error) : error
        })
        .finally(unwatch)
        .then(resolve, reject)
    })
  }

  #unavailable(err?: Error): Refusal {
    this.shard.failures++
    log.warn({ err, shard: this.shard.number }, 'a request got no answer from its shard')
    return new Refusal('shard_unavailable', '', { shard: this.shard.number })
  }

  /**
   * The error to report for a failed read whose connection outlives the call of `connect`: Refusal `shard_unavailable` if the
   * connection was closed because the shard hangs.
   */
  errorOfRead(client: PoolClient, error: unknown): unknown {
    return this.#brokenOff.has(client) ? this.#unavailable(error as Error) : error
  }

  /** Notes that a commit is sent: from now on, the outcome may stay unknown. */
  noteCommit(): void {
    this.#commits = true
  }

  /** What the global database has recorded for the transaction that begins. */
  get recorded(): Recorded | undefined {
    return this.#recorded
  }

  /**
   * Runs work, which is a transaction. If the shard refuses it because the global database has to record a part first, has that
   * recorded and runs the work again. The record counts for this transaction only.
   */
  async #withGlobalPart<T>(client: NodePostgresPgClient, work: (client: NodePostgresPgClient) => T | Promise<T>) {
    using asked = listenForAsked(client.rawClient)
    for (;;) {
      try {
        return await work(client)
      } catch (error) {
        const part = asked.take()
        const needed = sharesNeeded(part, this.#recorded)
        if (needed) throw needed
        if (!part || this.#recorded?.[part.task]) throw error
        const databases = { shard: client.rawClient, global: this.#global }
        const recorded = await recordGlobally(part, databases, () => this.#operation.deadline?.check())
        if (!recorded) throw new Refusal('shard_behind')
        this.#recorded = { ...this.#recorded, ...recorded }
      }
    }
  }

  /** Notes whether a transaction of the operation began. */
  noteBegin(begun: Promise<unknown>): void {
    begun.then(
      () => {
        this.#hasBegun = true
      },
      (error: Error & { code?: string }) => {
        if (!this.#hasBegun && error.code === unauthenticated) this.#refusal ??= error
      },
    )
  }

  /**
   * Runs an operation. If the shard refuses a caller whom the global database knows, nothing was done: waits until the shard
   * has a copy of the caller, and runs the operation again. Throws Refusal `shard_behind` if that takes too long.
   */
  async repeated<T>(run: () => Promise<T>): Promise<T> {
    const [first] = await Promise.allSettled([run()])
    if (this.#refusal && (await this.#callerHasArrived())) return run()
    if (first.status === 'rejected') throw first.reason
    return first.value
  }

  /** False for a caller whom the global database refuses, too. */
  async #callerHasArrived(): Promise<boolean> {
    const { claims, deadline } = this.#operation
    const knows = (pool: Pool) =>
      pool.query(knowsCaller, [JSON.stringify(claims)]).then(
        () => true,
        (error: Error & { code?: string }) => {
          if (error.code === unauthenticated) return false
          log.warn({ err: error, shard: this.shard.number }, 'it is not known whether a caller is signed in')
          throw new Refusal('shard_behind')
        },
      )
    if (!(await knows(this.#global))) return false
    for (const end = performance.now() + patienceMs; !(await knows(this.shard.pool)); await sleep(pauseMs)) {
      deadline?.check()
      if (performance.now() > end) throw new Refusal('shard_behind')
    }
    this.#refusal = undefined
    return true
  }
}

const destroy = (client: PoolClient) =>
  (client as unknown as { connection: { stream: Socket } }).connection.stream.destroy()

/** Runs an operation in its shard or, if it has none, directly. */
export const onShard = <T>(use: ShardUse | undefined, run: () => Promise<T>): Promise<T> =>
  use ? use.repeated(run) : run()
