import type { Pool } from 'pg'
import { makePgAdaptorWithPgClient, makePgService, PgSubscriber } from 'postgraphile/adaptors/pg'
import { connectInTime } from './connect_in_time.ts'
import type { OneTransaction } from './one_transaction.ts'
import { requirePlace } from './password_mutations.ts'
import { inTransaction, type TransactionSettings } from './request_transaction.ts'
import type { SharedReads } from './shared_reads.ts'

/** What PostGraphile hands to the adaptor for each statement of a request, in place of its own pgSettings. */
export interface RequestSettings extends TransactionSettings {
  /** The one transaction of a query; who runs the query ends it. Without it each statement has its own. */
  reads?: SharedReads
  /** The transaction of a caller in this process, who ends it; it comes before both. */
  transaction?: OneTransaction
  /** The mutation computes a password's hash: it runs on the connections for that. */
  computesPassword?: boolean
}

/**
 * PostGraphile's service for PostgreSQL, with its adaptor changed where a request costs most, in round trips and in
 * planning (request_transaction.ts, shared_reads.ts): transactions begin with app_private.begin_request instead of
 * set_config calls, the statements of a query share one, and all statements are prepared.
 * `pool` must act as app_authenticator, and pipeline; so must `passwordPool`, on which mutations that compute a
 * password's hash run. `listening` is where it listens. PostGraphile's introspection comes without settings and needs no
 * transaction.
 */
export function makeRequestService(
  pool: Pool,
  { passwordPool = pool, listening = pool } = {},
): GraphileConfig.PgServiceConfiguration {
  if (!pool.options.pipeline || !passwordPool.options.pipeline)
    throw new Error('the pool of requests must be made with `pipeline: true`')
  const pgSubscriber = new PgSubscriber(listening)
  const service = makePgService({ pool, pgSubscriber, schemas: ['app_public'] })
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
        const withPgClient: typeof plain = (given, work) => {
          const settings = given as unknown as RequestSettings | null
          if (!settings) return plain(null, work)
          if (settings.transaction) return settings.transaction.run(work)
          const connect = connectInTime(settings.computesPassword ? forPasswords : plain, settings.deadline)
          if (settings.reads) return settings.reads.run(connect, settings, work)
          if (settings.computesPassword) requirePlace(passwordPool)
          return connect(null, (client) => inTransaction(client, settings, work))
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
