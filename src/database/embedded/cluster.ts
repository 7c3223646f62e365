import { existsSync } from 'node:fs'
import { chown, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Client } from 'pg'
import { StartError } from '../../process/settings.ts'
import { type Place, runProgramOf } from './place.ts'
import type { Secrets } from './secrets.ts'

/** Makes the cluster of a place if there is none. `throwaway`: it need not survive a crash of the machine. */
export async function createCluster(place: Place, secrets: Secrets, throwaway: boolean): Promise<void> {
  const { dataDir, cluster, spawning } = place
  if (existsSync(cluster)) return
  // Under a temporary name, then renamed: what a killed initdb leaves behind must not be used as a cluster.
  const draft = `${cluster}.new`
  await rm(draft, { recursive: true, force: true })
  await mkdir(draft, { mode: 0o700 })
  const passwordFile = join(dataDir, 'password.tmp')
  await writeFile(passwordFile, `${secrets.superuserPassword}\n`, { mode: 0o600 })
  const { uid, gid } = spawning
  if (uid !== undefined && gid !== undefined) {
    for (const path of [draft, passwordFile]) await chown(path, uid, gid)
  }
  try {
    await runProgramOf(place, 'initdb', [
      `--pgdata=${draft}`,
      '--username=postgres',
      `--pwfile=${passwordFile}`,
      '--auth=scram-sha-256',
      '--encoding=UTF8',
      // PostgreSQL's own Unicode rules, the same on every machine, whichever locales are installed.
      '--locale=C',
      '--locale-provider=builtin',
      '--builtin-locale=C.UTF-8',
      '--no-instructions',
      ...(throwaway ? ['--no-sync'] : []),
    ])
  } catch (cause) {
    const { stderr } = cause as { stderr?: string }
    throw new StartError(`PostgreSQL could not set up its data in ${dataDir}: ${stderr}`, { cause })
  } finally {
    await rm(passwordFile, { force: true })
  }
  await rename(draft, cluster)
}

/**
 * Makes the roles (roles.sql) and the database of their owner, `medislot`, if they are missing. Takes the superuser's
 * address. The owner is not a superuser: the owner of a database may create the extensions that we use, which are trusted.
 */
export async function createDatabase(
  superuserUrl: string,
  secrets: Pick<Secrets, 'ownerPassword' | 'serverPassword' | 'billingPassword'>,
): Promise<void> {
  const client = new Client({ connectionString: superuserUrl })
  await client.connect()
  try {
    // During the restore of a backup the server is read-only, and the backup contains them.
    const { rows } = await client.query('select pg_is_in_recovery() as restores')
    if (rows[0].restores) return
    await client.query(await readFile(join(import.meta.dirname, '../roles.sql'), 'utf8'))
    for (const [role, password] of [
      ['medislot', secrets.ownerPassword],
      ['app_authenticator', secrets.serverPassword],
      ['app_billing', secrets.billingPassword],
    ] as const) {
      await client.query(`alter role ${role} password ${client.escapeLiteral(password)}`)
    }
    const { rowCount } = await client.query(`select from pg_database where datname = 'medislot'`)
    if (!rowCount) await client.query('create database medislot owner medislot')
  } finally {
    await client.end()
  }
}
