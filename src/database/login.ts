import type { Pool } from 'pg'
import { log } from '../log.ts'
import { StartError } from '../settings.ts'

/**
 * Sees to it that a server which is broken into has no way to the owner's rights. `pool` acts as app_authenticator; here it
 * is about who it logged in as: that login can take back whatever role it gave up. In production it must not be able to
 * become the owner of the database's schemas, or this throws StartError; elsewhere it is a warning.
 */
export async function refuseOwnersLogin(pool: Pool, { production }: { production: boolean }): Promise<void> {
  const { rows } = await pool.query<{ login: string }>(
    `select distinct session_user::text as login from pg_namespace
     where nspname in ('app_public', 'app_hidden', 'app_private') and pg_has_role(session_user, nspowner, 'member')`,
  )
  const [row] = rows
  if (!row) return
  if (production) {
    throw new StartError(
      `DATABASE_URL: the HTTP server must not connect as ${row.login}, who can become the owner of the database. ` +
        'Give app_authenticator a password and use that role here, or in SERVER_DATABASE_URL.',
    )
  }
  log.warn(
    { login: row.login },
    'the HTTP server connects as somebody who can become the owner: set SERVER_DATABASE_URL',
  )
}
