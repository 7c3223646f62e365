import type { Pool } from 'pg'
import { makePgAdaptorWithPgClient, makePgService, PgSubscriber } from 'postgraphile/adaptors/pg'
import { connectWithDeadline } from './connect_with_deadline.ts'
import type { QueryTransaction } from './query_transaction.ts'
import { Refusal } from './refusal.ts'
import type { GlobalSharing } from './shards/sharing.ts'
import type { RequestTransaction } from './shared_transaction.ts'
import { inTransaction, type TransactionSettings } from './transaction.ts'

/** What PostGraphile passes to the adaptor with each statement of a request, instead of its own pgSettings. */
export interface RequestSettings extends TransactionSettings {
  /** The transaction of a query, which the code that runs the query ends. Without it each statement has its own. */
  queryTransaction?: QueryTransaction
  /** The transaction of a caller in this process, which the caller ends. It takes precedence. */
  transaction?: RequestTransaction
  /** What a change in the global database of an installation with shards may need of these. */
  sharing?: GlobalSharing | undefined
  /** The mutation computes a password's hash, so it runs on the connections for that. */
  computesPassword?: boolean
}

/**
 * PostGraphile passes no settings when it reads the catalogue at a start, which may take longer than a request's statement may:
 * otherwise a server could not start on a busy machine.
 */
const introspectionSettings = { statement_timeout: '0' }

/**
 * Maximum requests that wait for a connection of passwordPool. With two connections, this is the work of three seconds.
 */
const mostWaiting = 100

/**
 * PostGraphile's service for PostgreSQL, with an adaptor that saves round trips and planning (transaction.ts,
 * query_transaction.ts): transactions begin with app_private.begin_request instead of set_config calls, the statements of a
 * query share a transaction, and all statements are prepared.
 * `pool` must act as app_authenticator, and pipeline; so must `passwordPool`, for mutations that compute a password's hash.
 * `listening` is for LISTEN.
 */
export function makeRequestService(
  pool: Pool,
  { passwordPool = pool, listening = pool } = {},
): GraphileConfig.PgServiceConfiguration {
  if (!pool.options.pipeline || !passwordPool.options.pipeline)
    throw new Error('the pool of requests must be made with `pipeline: true`')
  const pgSubscriber = new PgSubscriber(listening)
  const service = makePgService({ pool, pgSubscriber, schemas: ['app_public', 'billing'] })
  return {
    ...service,
    async release() {
      await service.release?.()
      await pgSubscriber.release()
    },
    adaptor: {
      ...service.adaptor,
      createWithPgClient: () => {
        const plain = makePgAdaptorWithPgClient(pool)
        const forPasswords = makePgAdaptorWithPgClient(passwordPool)
        const connectFor = ({ shard, sharing, computesPassword, deadline }: RequestSettings) => {
          const own = computesPassword ? forPasswords : plain
          return connectWithDeadline(shard?.connect ?? sharing?.through(own) ?? own, deadline)
        }
        const withPgClient: typeof plain = (given, work) => {
          const settings = given as unknown as RequestSettings | null
          if (!settings) return plain(introspectionSettings, work)
          if (settings.transaction) return settings.transaction.run(work, settings.commitsAtOnce)
          const connect = connectFor(settings)
          if (settings.queryTransaction) return settings.queryTransaction.run(connect, settings, work)
          if (settings.computesPassword) refuseWhenBusy(passwordPool)
          // ShardUse distinguishes failures before the commit from failures after it, so with shards it is sent separately.
          const commitsAtOnce = !settings.shard
          return connect(null, (client) => inTransaction(client, { ...settings, commitsAtOnce }, work))
        }
        withPgClient.release = async () => {
          await plain.release?.()
          await forPasswords.release?.()
        }
        return withPgClient
      },
    },
  }
}

/** Throws Refusal `passwords_busy` when too many requests wait for a connection of this pool. */
function refuseWhenBusy(pool: Pool): void {
  if (pool.waitingCount >= mostWaiting) throw new Refusal('passwords_busy')
}
