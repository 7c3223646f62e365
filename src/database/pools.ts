import { Client, Pool } from 'pg'
import { log } from '../process/log.ts'
import type { ServerSettings } from '../process/settings.ts'

/**
 * Whether an error means that the connection or the database failed, so that the outcome of a commit is unknown.
 * PostgreSQL reports that by SQLSTATE (connection exceptions, shutdown and crash, I/O errors), sockets by their error
 * codes. Errors of pg itself have no code, only a message.
 */
export function isConnectionFailure({ code, message }: Error & { code?: string }): boolean {
  return code === undefined
    ? /^(Connection terminated|Query read timeout|Client (has encountered|was closed)|timeout expired)/.test(message)
    : /^(08...|57P0[1-5]|58...|25P03|ECONN.*|EPIPE|ETIMEDOUT|EHOST.*|ENET.*|ENOTFOUND|EAI_.*)$/.test(code)
}

/** No connection of a pool was free in time: nothing was begun. */
export const isPoolExhausted = ({ message }: Error): boolean => message === 'timeout exceeded when trying to connect'

/**
 * A pool of connections to a database. `options` are PostgreSQL settings of every connection. The loss of a connection
 * is logged: the current query fails, and the pool makes a new connection. After `patienceMs` without an answer a
 * connection is abandoned: statement_timeout does not help when the network to the server is dead.
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
    /** The connections go through a pooler, which accepts no settings. */
    pooler?: boolean
    pipeline?: boolean
    patienceMs?: number
    /** Maximum wait for a new connection or a free one. */
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
    ...(!pooler && { options: settingsOf({ ...keepaliveSettings, ...sessionDefaults, ...options }) }),
  })
  pool.on('error', (error) => {
    // pool.end() does not wait until connections are closed, so a server that stops next may still break one.
    if (!pool.ending) log.error({ err: error, pool: name }, 'lost a database connection')
  })
  // The pool's own listener is removed while a connection is in use, and an error without a listener ends the program.
  pool.on('connect', (client) => client.on('error', () => undefined))
  return pool
}

/**
 * With these PostgreSQL notices within a minute that the other side is gone; its default of two hours is too long for
 * the locks of a transaction and for the jobs of a worker. They have no effect on Unix sockets.
 */
export const keepaliveSettings = { tcp_keepalives_idle: 20, tcp_keepalives_interval: 10, tcp_keepalives_count: 3 }

/**
 * Settings that a role, a database or postgresql.conf may change. The first three determine how times, dates and
 * intervals are written and read as text. Just-in-time compilation costs more than a short statement itself.
 */
const sessionDefaults = { timezone: 'UTC', datestyle: 'ISO', intervalstyle: 'postgres', jit: 'off' }

/** Settings in the form of a connection's `options`. */
export const settingsOf = (settings: Record<string, string | number>): string =>
  Object.entries(settings)
    .map(([setting, value]) => `-c ${setting}=${value}`)
    .join(' ')

/**
 * The setting with which a connection acts as a role that has hardly any rights. A program should log in as that role
 * (login.ts), and then there is nothing to set; only on a developer's machine may it log in as the owner and set the
 * role.
 */
export function roleOf(databaseUrl: string, role: 'app_authenticator' | 'app_billing'): Record<string, string> {
  // The user that pg would take, from the address or from the environment.
  const { user } = new Client({ connectionString: databaseUrl })
  return user === role ? {} : { role }
}

/** The server's connections act as app_authenticator, which has no rights but to assume the roles of requests. */
const asAuthenticator = (databaseUrl: string) => roleOf(databaseUrl, 'app_authenticator')

/** The settings that each transaction of a connection has to make for itself: see requestPool(). */
const localSettings = new WeakMap<object, string>()

/** Statements at the beginning of each transaction of this connection; '' when the session has these settings. */
export const settingsOfTransaction = (client: object): string => localSettings.get(client) ?? ''

/** Whether prepared statements of a connection still exist in its next transaction. */
export const keepsSession = (client: object): boolean => !localSettings.has(client)

type RequestPoolSettings = Pick<ServerSettings, 'databaseUrl' | 'poolSize' | 'statementTimeoutMs'> &
  Partial<Pick<ServerSettings, 'listenDatabaseUrl'>>

/**
 * The pool for requests. Pipelined: src/request/transaction.ts sends BEGIN together with the next statement.
 *
 * With `listenDatabaseUrl` the connections go through a pooler such as PgBouncer in transaction mode, where each
 * transaction may run in another session of PostgreSQL: no session settings, no prepared statements. They must then log
 * in as app_authenticator, since they cannot set the role.
 */
export function requestPool(settings: RequestPoolSettings, name = 'server'): Pool {
  const session = {
    statement_timeout: settings.statementTimeoutMs,
    // A request's transaction that is idle for so long has lost its server.
    idle_in_transaction_session_timeout: 60_000,
  }
  const pooler = settings.listenDatabaseUrl !== undefined
  const pool = createPool(settings.databaseUrl, {
    name,
    size: settings.poolSize,
    pipeline: true,
    patienceMs: settings.statementTimeoutMs + 5000,
    // A request that waits longer than a statement may take is refused with 503. But a new connection needs some time.
    connectMs: Math.min(10_000, Math.max(1000, settings.statementTimeoutMs)),
    options: { ...asAuthenticator(settings.databaseUrl), ...session },
    pooler,
  })
  if (pooler) {
    const settings = Object.entries({ ...sessionDefaults, ...session })
    const text = settings.map(([name, value]) => `set local ${name} = '${value}'; `)
    pool.on('connect', (client) => localSettings.set(client, text.join('')))
  }
  return pool
}

/**
 * The pool for requests that compute a password's hash: a few connections, since each of them uses a whole processor.
 */
export const passwordPool = ({
  passwordPoolSize,
  ...settings
}: Omit<RequestPoolSettings, 'poolSize'> & Pick<ServerSettings, 'passwordPoolSize'>): Pool =>
  requestPool({ ...settings, poolSize: passwordPoolSize }, 'passwords')

/** The connection for LISTEN, when the connections of requests go through a pooler. */
export const listenPool = (listenDatabaseUrl: string): Pool =>
  createPool(listenDatabaseUrl, { name: 'listener', size: 1, options: asAuthenticator(listenDatabaseUrl) })

type OneConnectionSettings = Pick<RequestPoolSettings, 'databaseUrl' | 'listenDatabaseUrl'>

/** One connection for queries that the server must answer within a time limit, or it counts as failed. */
const oneConnection = ({ databaseUrl, listenDatabaseUrl }: OneConnectionSettings, name: string, ms: number): Pool =>
  createPool(databaseUrl, {
    name,
    size: 1,
    patienceMs: ms,
    connectMs: ms,
    options: { ...asAuthenticator(databaseUrl), statement_timeout: ms },
    pooler: listenDatabaseUrl !== undefined,
  })

/** A separate connection for /readyz, which must answer at once under load instead of waiting behind requests. */
export const healthPool = (settings: OneConnectionSettings): Pool => oneConnection(settings, 'health', 3000)

/** A separate connection to a shard, to notice when it hangs. */
export const answersPool = (databaseUrl: string, ms: number): Pool => oneConnection({ databaseUrl }, 'watcher', ms)

/** A separate connection to the primary or to a replica, for its position in the write-ahead log. */
export const watchPool = (settings: OneConnectionSettings): Pool => oneConnection(settings, 'watcher', 1000)
