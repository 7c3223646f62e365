import { readdir, readFile } from 'node:fs/promises'
import { delimiter, dirname, join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Logger, migrate } from 'graphile-migrate'
import { clearAllPools } from 'graphile-migrate/dist/pgReal.js'
import JSON5 from 'json5'

import { Client } from 'pg'
import { libraryLog } from '../process/log.ts'
import { StartError } from '../process/settings.ts'
import { refusePooler } from './login.ts'

type MigrateSettings = Parameters<typeof migrate>[0] & { migrationsFolder: string }

const checkout = resolve(import.meta.dirname, '../..')

/** The hashes of this release's committed migrations in their order: a database stores the hashes that it has applied. */
export async function committedHashes(): Promise<string[]> {
  const folder = join(checkout, 'migrations/committed')
  const files = (await readdir(folder)).filter((name) => name.endsWith('.sql')).sort()
  const texts = await Promise.all(files.map((name) => readFile(join(folder, name), 'utf8')))
  return texts.flatMap((text) => /^--! Hash: (\S+)$/m.exec(text)?.[1] ?? [])
}

/** graphile-migrate's settings for this checkout: .gmrc with paths and the log added. The caller adds the databases. */
export async function migrateSettings(): Promise<MigrateSettings> {
  // .gmrc runs graphile-worker: it must be the one of this checkout and run on this Node, also when npm has not set the path.
  const ours = [dirname(process.execPath), join(checkout, 'node_modules/.bin')].join(delimiter)
  if (!process.env.PATH?.startsWith(ours)) process.env.PATH = [ours, process.env.PATH].join(delimiter)
  return {
    ...JSON5.parse(await readFile(join(checkout, '.gmrc'), 'utf8')),
    migrationsFolder: join(checkout, 'migrations'),
    logger: new Logger(libraryLog('migrate', 'info')),
  }
}

/**
 * Migrates a database to this release: the worker's schema, then every committed migration that is missing. Takes the owner's
 * address. Several programs may call this at once: they take turns. Throws StartError for a database that this release
 * cannot migrate, and what PostgreSQL throws.
 */
export async function migrateDatabase(databaseUrl: string): Promise<void> {
  const client = new Client({ connectionString: databaseUrl, application_name: 'medislot migrate' })
  await client.connect()
  try {
    await refusePooler(client)
    // graphile-migrate fails when another one is running. Two servers that start at the same time should wait instead.
    await client.query(`select pg_advisory_lock(hashtextextended('medislot migrate', 0))`)
    await refuseForeignMigrations(client)
    await migrate({ ...(await migrateSettings()), connectionString: databaseUrl })
    await connectionsClosed(client)
  } finally {
    await client.end()
  }
}

/**
 * Throws StartError when the database's first migration is not this release's: graphile-migrate compares the last one only,
 * and would consider such a database up to date.
 */
async function refuseForeignMigrations(client: Client): Promise<void> {
  const { rows: known } = await client.query(`select to_regclass('graphile_migrate.migrations') is not null as exist`)
  if (!known[0].exist) return
  const { rows } = await client.query('select hash from graphile_migrate.migrations order by filename limit 1')
  const [first] = await committedHashes()
  if (rows.length > 0 && rows[0].hash !== first) {
    throw new StartError(
      'This database was made before the first release, by other migrations. Create it again (CHANGELOG.md).',
    )
  }
}

/** Marks a migrated database as a production system, in which it refuses what only developers need. */
export async function declareProduction(databaseUrl: string): Promise<void> {
  const client = new Client({ connectionString: databaseUrl, application_name: 'medislot migrate' })
  await client.connect()
  try {
    await client.query('select app_private.declare_production()')
  } finally {
    await client.end()
  }
}

/**
 * Waits until graphile-migrate has closed its connections. It keeps them for a while, and ends the whole program with 1 when
 * one of them breaks, for example because the server stops soon after. Takes a connection for its query: the superuser's, or
 * the owner's when only the owner's connections matter.
 */
export async function connectionsClosed(client: Client): Promise<void> {
  clearAllPools()
  const open = `select from pg_stat_activity where application_name = 'graphile-migrate'`
  while ((await client.query(open)).rowCount) await sleep(10)
}
