import { Client, Pool } from 'pg'
import { log } from '../log.ts'
import type { ServerSettings } from '../settings.ts'

/**
 * What went wrong lies between us and the database, or in its end: whether a commit was made is then not known. PostgreSQL
 * says so by SQLSTATE (connection exceptions, shutdown and crash, broken files), the socket by its code. What pg finds out
 * itself has no code, and only its words tell.
 */
export function isConnectionFailure({ code, message }: Error & { code?: string }): boolean {
  return code === undefined
    ? /^(Connection terminated|Query read timeout|Client (has encountered|was closed)|timeout expired)/.test(message)
    : /^(08...|57P0[1-5]|58...|25P03|ECONN.*|EPIPE|ETIMEDOUT|EHOST.*|ENET.*|ENOTFOUND|EAI_.*)$/.test(code)
}

/** All connections of a pool were lent out for too long: nothing was begun. */
export const isPoolExhausted = ({ message }: Error): boolean => message === 'timeout exceeded when trying to connect'

/**
 * A pool of connections to a database. `options` are PostgreSQL settings that every connection starts with. Losing a
 * connection is logged and survived: the query at hand fails, the pool makes a new one. After `patienceMs` without an
 * answer a connection is given up: statement_timeout is kept by the server, which a silent network has cut off.
 */
export function createPool(
  databaseUrl: string,
  {
    name,
    size,
    options = {},
    pooler = false,
    pipeline = false,
    patienceMs = 300_000,
    connectMs = 10_000,
  }: {
    name: string
    size: number
    options?: Record<string, string | number>
    /** A pooler stands in between: it takes no settings with a connection. */
    pooler?: boolean
    pipeline?: boolean
    patienceMs?: number
    /** Longest wait for a connection, be it a new one or one that somebody gives back. */
    connectMs?: number
  },
): Pool {
  const pool = new Pool({
    connectionString: databaseUrl,
    application_name: `medislot ${name}`,
    max: size,
    pipeline,
    connectionTimeoutMillis: connectMs,
    query_timeout: patienceMs,
    keepAlive: true,
    ...(!pooler && { options: settingsOf({ ...whenWeAreGone, ...sameEverywhere, ...options }) }),
  })
  pool.on('error', (error) => {
    // pool.end() does not wait for its last goodbye, so stopping the server next may still cut a connection off.
    if (!pool.ending) log.error({ err: error, pool: name }, 'lost a database connection')
  })
  // The pool's own listener is off while a connection is lent out, and an error nobody listens to ends the program.
  pool.on('connect', (client) => client.on('error', () => undefined))
  return pool
}

/**
 * By these PostgreSQL learns within a minute that we are gone without a goodbye: its own two hours are long for the locks
 * of a transaction, or for the jobs of a worker. They are nothing to a Unix socket.
 */
export const whenWeAreGone = { tcp_keepalives_idle: 20, tcp_keepalives_interval: 10, tcp_keepalives_count: 3 }

/**
 * What a role, a database or postgresql.conf may set otherwise. Times, dates and intervals travel as text, which is written and read
 * by the first three. Just-in-time compilation costs a short statement more than the statement itself.
 */
const sameEverywhere = { timezone: 'UTC', datestyle: 'ISO', intervalstyle: 'postgres', jit: 'off' }

/** Settings in the form that a connection's `options` take. */
export const settingsOf = (settings: Record<string, string | number>): string =>
  Object.entries(settings)
    .map(([setting, value]) => `-c ${setting}=${value}`)
    .join(' ')

/**
 * What the server's every connection is: app_authenticator, which has no rights but to become what a request may be. That is
 * who it should log in as, too (login.ts); only a developer's server may log in as the owner and take the role.
 */
function asAuthenticator(databaseUrl: string): Record<string, string> {
  // Whom pg would connect as, however the address or the environment says it.
  const { user } = new Client({ connectionString: databaseUrl })
  return user === 'app_authenticator' ? {} : { role: 'app_authenticator' }
}

/** By connection, what each of its transactions has to set for itself: see requestPool(). */
const localSettings = new WeakMap<object, string>()

/** Statements that a transaction of this connection begins with; '' where the session has what it needs. */
export const settingsOfTransaction = (client: object): string => localSettings.get(client) ?? ''

/** Whether something prepared on a connection is there in its next transaction. */
export const keepsSession = (client: object): boolean => !localSettings.has(client)

type RequestPoolSettings = Pick<ServerSettings, 'databaseUrl' | 'poolSize' | 'statementTimeoutMs'> &
  Partial<Pick<ServerSettings, 'listenDatabaseUrl'>>

/**
 * The pool that requests run on. Pipelined: src/graphql/request_adaptor.ts sends BEGIN and what follows it in one go.
 *
 * With `listenDatabaseUrl` its connections lead through a pooler such as PgBouncer in transaction mode, where each
 * transaction may be on another session of PostgreSQL: nothing is set for a session, nothing prepared in it. They log in as
 * app_authenticator, then, since they cannot take the role.
 */
export function requestPool(settings: RequestPoolSettings, name = 'server'): Pool {
  const session = {
    statement_timeout: settings.statementTimeoutMs,
    // A request's transaction that does nothing for so long has lost its server.
    idle_in_transaction_session_timeout: 60_000,
  }
  const pooler = settings.listenDatabaseUrl !== undefined
  const pool = createPool(settings.databaseUrl, {
    name,
    size: settings.poolSize,
    pipeline: true,
    patienceMs: settings.statementTimeoutMs + 5000,
    // Who waits longer than a statement may last is told to come back. But a new connection takes its time.
    connectMs: Math.min(10_000, Math.max(1000, settings.statementTimeoutMs)),
    options: { ...asAuthenticator(settings.databaseUrl), ...session },
    pooler,
  })
  if (pooler) {
    const settings = Object.entries({ ...sameEverywhere, ...session })
    const text = settings.map(([name, value]) => `set local ${name} = '${value}'; `)
    pool.on('connect', (client) => localSettings.set(client, text.join('')))
  }
  return pool
}

/** The pool for requests that compute a password's hash: few connections, since each keeps a processor of the database busy. */
export const passwordPool = ({
  passwordPoolSize,
  ...settings
}: Omit<RequestPoolSettings, 'poolSize'> & Pick<ServerSettings, 'passwordPoolSize'>): Pool =>
  requestPool({ ...settings, poolSize: passwordPoolSize }, 'passwords')

/** The connection on which the server listens for changes, where those of requests cannot. */
export const listenPool = (listenDatabaseUrl: string): Pool =>
  createPool(listenDatabaseUrl, { name: 'listener', size: 1, options: asAuthenticator(listenDatabaseUrl) })

/** One connection of its own for /readyz: under load it must say "ready", not queue behind the requests. */
export function healthPool({
  databaseUrl,
  listenDatabaseUrl,
}: Pick<RequestPoolSettings, 'databaseUrl' | 'listenDatabaseUrl'>): Pool {
  return createPool(databaseUrl, {
    name: 'health',
    size: 1,
    patienceMs: 3000,
    connectMs: 3000,
    options: { ...asAuthenticator(databaseUrl), statement_timeout: 2000 },
    pooler: listenDatabaseUrl !== undefined,
  })
}
