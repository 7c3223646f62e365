import type { Client, Pool, PoolClient } from 'pg'
import { log } from '../log.ts'
import { StartError } from '../settings.ts'

interface Login {
  role: string
  login: string
  pid: number
  can_become_owner: boolean
}

/**
 * Sees to it that a server which is broken into has no way to the owner's rights. `pool` acts as app_authenticator; here it
 * is about who it logged in as: that login can take back whatever role it gave up. In production it must not be able to
 * become the owner of the database's schemas; elsewhere that is a warning. Throws StartError for that, and when a pooler
 * stands in between that the settings do not speak of, or takes our settings and forgets them.
 */
export async function checkServersLogin(
  pool: Pool,
  settings: { production: boolean; listenDatabaseUrl?: string | undefined },
): Promise<void> {
  const client = await pool.connect().catch(orPooler(poolerNeedsSetting))
  try {
    const { rows } = await client.query<Login>(
      `select current_user::text as role, session_user::text as login, pg_backend_pid() as pid,
         exists (select from pg_namespace where nspname in ('app_public', 'app_hidden', 'app_private')
                 and pg_has_role(session_user, nspowner, 'member')) as can_become_owner`,
    )
    const [{ role, login, pid, can_become_owner }] = rows as [Login]
    if (!settings.listenDatabaseUrl && pid !== processOf(client)) throw new StartError(poolerNeedsSetting)
    if (role !== 'app_authenticator') {
      throw new StartError(`DATABASE_URL: the HTTP server must be app_authenticator, but it is ${role}. ${remedy}`)
    }
    if (!can_become_owner) return
    if (settings.production) {
      throw new StartError(
        `DATABASE_URL: the HTTP server must not connect as ${login}, who can become the owner of the database. ${remedy}`,
      )
    }
    log.warn({ login }, 'the HTTP server connects as somebody who can become the owner: set SERVER_DATABASE_URL')
  } finally {
    client.release()
  }
}

const remedy = 'Give app_authenticator a password and use that role here, or in SERVER_DATABASE_URL.'
const poolerNeedsSetting =
  'DATABASE_URL: a connection pooler such as PgBouncer stands before the database. Set LISTEN_DATABASE_URL to an address past it (docs/operations.md, "Behind PgBouncer").'
const poolerIsInTheWay =
  'DATABASE_URL: a connection pooler such as PgBouncer stands before the database. Migrations and jobs need the address of PostgreSQL itself (docs/operations.md, "Behind PgBouncer").'

/** PgBouncer refuses the settings that a connection to PostgreSQL brings along: throws what to do then, else the error. */
const orPooler = (advice: string) => (error: Error & { code?: string }) => {
  if (error.code !== '08P01' || !/startup parameter/.test(error.message)) throw error
  throw new StartError(advice, { cause: error })
}

/** The process in PostgreSQL as it was named when the connection was made. A pooler makes numbers of its own up. */
const processOf = (client: Client | PoolClient) => (client as unknown as { processID: number }).processID

/**
 * Throws StartError when a connection leads through a pooler: migrations and jobs hold locks of a session, which would stay
 * behind on a session that the pooler gives to somebody else.
 */
export async function refusePooler(client: Client | PoolClient): Promise<void> {
  const { rows } = await client.query<{ pid: number }>('select pg_backend_pid() as pid')
  if (rows[0]?.pid !== processOf(client)) throw new StartError(poolerIsInTheWay)
}

/** As refusePooler(), for the connections of a pool. */
export async function refusePoolerBefore(pool: Pool): Promise<void> {
  const client = await pool.connect().catch(orPooler(poolerIsInTheWay))
  try {
    await refusePooler(client)
  } finally {
    client.release()
  }
}
