import type { Client, Pool, PoolClient } from 'pg'
import { log } from '../process/log.ts'
import { StartError } from '../process/settings.ts'

interface Login {
  role: string
  login: string
  pid: number
  can_become_owner: boolean
}

/**
 * Makes sure that an attacker who controls the HTTP server cannot get the owner's rights. `pool` acts as
 * app_authenticator, but this checks the role that it logged in as, since a session can always return to that role. In
 * production that role must not be able to become the owner of the schemas; elsewhere this is a warning. Throws
 * StartError for that, and when the connection goes through a pooler although the settings do not say so, or through
 * one that loses the settings of a session.
 */
export async function checkServersLogin(
  pool: Pool,
  settings: { production: boolean; listenDatabaseUrl?: string | undefined },
): Promise<void> {
  const client = await pool.connect().catch(orPooler(poolerNeedsSetting))
  try {
    const found = await readLogin(client)
    if (!settings.listenDatabaseUrl && found.pid !== processOf(client)) throw new StartError(poolerNeedsSetting)
    checkRole(found, settings.production, 'the HTTP server', 'app_authenticator', 'SERVER_DATABASE_URL')
  } finally {
    client.release()
  }
}

/** The same for the billing process, which must be app_billing. */
export async function checkBillingLogin(pool: Pool, production: boolean): Promise<void> {
  const client = await pool.connect()
  try {
    checkRole(await readLogin(client), production, 'the billing process', 'app_billing', 'BILLING_DATABASE_URL')
  } finally {
    client.release()
  }
}

async function readLogin(client: PoolClient): Promise<Login> {
  const { rows } = await client.query<Login>(
    `select current_user::text as role, session_user::text as login, pg_backend_pid() as pid,
       exists (select from pg_namespace where nspname in ('app_public', 'app_hidden', 'app_private')
               and pg_has_role(session_user, nspowner, 'member')) as can_become_owner`,
  )
  return rows[0] as Login
}

function checkRole(
  { role, login, can_become_owner }: Login,
  production: boolean,
  program: string,
  wanted: string,
  setting: string,
): void {
  const remedy = `Give ${wanted} a password and use that role here, or in ${setting}.`
  if (role !== wanted) throw new StartError(`DATABASE_URL: ${program} must be ${wanted}, but it is ${role}. ${remedy}`)
  if (!can_become_owner) return
  if (production) {
    throw new StartError(
      `DATABASE_URL: ${program} must not connect as ${login}, who can become the owner of the database. ${remedy}`,
    )
  }
  log.warn({ login }, `${program} connects with a login that can become the owner: set ${setting}`)
}

const poolerNeedsSetting =
  'DATABASE_URL: a connection pooler such as PgBouncer stands before the database. Set LISTEN_DATABASE_URL to an address past it (docs/operations.md, "Behind PgBouncer").'
const poolerIsInTheWay =
  'DATABASE_URL: a connection pooler such as PgBouncer stands before the database. Migrations and jobs need the address of PostgreSQL itself (docs/operations.md, "Behind PgBouncer").'

/** PgBouncer refuses connections with settings: throws the advice in that case, else the error. */
const orPooler = (advice: string) => (error: Error & { code?: string }) => {
  if (error.code !== '08P01' || !/startup parameter/.test(error.message)) throw error
  throw new StartError(advice, { cause: error })
}

/** The process number that the server reported at the start of the connection. A pooler reports a number of its own. */
const processOf = (client: Client | PoolClient) => (client as unknown as { processID: number }).processID

/**
 * Throws StartError when a connection goes through a pooler: migrations and jobs hold session locks, which would stay
 * on a session that the pooler then gives to another client.
 */
export async function refusePooler(client: Client | PoolClient): Promise<void> {
  const { rows } = await client.query<{ pid: number }>('select pg_backend_pid() as pid')
  if (rows[0]?.pid !== processOf(client)) throw new StartError(poolerIsInTheWay)
}

/** Like refusePooler(), for the connections of a pool. */
export async function refusePoolerBefore(pool: Pool): Promise<void> {
  const client = await pool.connect().catch(orPooler(poolerIsInTheWay))
  try {
    await refusePooler(client)
  } finally {
    client.release()
  }
}
