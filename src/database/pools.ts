import { Client, Pool } from 'pg'
import { log } from '../log.ts'
import type { ServerSettings } from '../settings.ts'

/**
 * A pool of connections to a database. `options` are PostgreSQL settings that every connection starts with. Losing a
 * connection is logged and survived: the query at hand fails, the pool makes a new one.
 */
export function createPool(
  databaseUrl: string,
  {
    name,
    size,
    options = {},
    pipeline = false,
  }: { name: string; size: number; options?: Record<string, string | number>; pipeline?: boolean },
): Pool {
  const pool = new Pool({
    connectionString: databaseUrl,
    application_name: `medislot ${name}`,
    max: size,
    pipeline,
    connectionTimeoutMillis: 10_000,
    options: Object.entries(options)
      .map(([setting, value]) => `-c ${setting}=${value}`)
      .join(' '),
  })
  pool.on('error', (error) => {
    // pool.end() does not wait for its last goodbye, so stopping the server next may still cut a connection off.
    if (!pool.ending) log.error({ err: error, pool: name }, 'lost a database connection')
  })
  // The pool's own listener is off while a connection is lent out, and an error nobody listens to ends the program.
  pool.on('connect', (client) => client.on('error', () => undefined))
  return pool
}

/** What the server's every connection is: app_authenticator, which has no rights but to become what a request may be. */
function asAuthenticator(databaseUrl: string): Record<string, string> {
  // Whom pg would connect as, however the address or the environment says it.
  const { user } = new Client({ connectionString: databaseUrl })
  return user === 'app_authenticator' ? {} : { role: 'app_authenticator' }
}

/** The pool that requests run on. Pipelined: src/graphql/request_adaptor.ts sends BEGIN and what follows it in one go. */
export function requestPool(settings: Pick<ServerSettings, 'databaseUrl' | 'poolSize' | 'statementTimeoutMs'>): Pool {
  return createPool(settings.databaseUrl, {
    name: 'server',
    size: settings.poolSize,
    pipeline: true,
    options: {
      ...asAuthenticator(settings.databaseUrl),
      statement_timeout: settings.statementTimeoutMs,
      // A request's transaction that does nothing for so long has lost its server.
      idle_in_transaction_session_timeout: 60_000,
    },
  })
}

/** One connection of its own for /readyz: under load it must say "ready", not queue behind the requests. */
export function healthPool(databaseUrl: string): Pool {
  return createPool(databaseUrl, {
    name: 'health',
    size: 1,
    options: { ...asAuthenticator(databaseUrl), statement_timeout: 2000 },
  })
}
