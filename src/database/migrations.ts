import { readdir, readFile } from 'node:fs/promises'
import { delimiter, dirname, join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Logger, migrate } from 'graphile-migrate'
import { clearAllPools } from 'graphile-migrate/dist/pgReal.js'
import JSON5 from 'json5'

import { Client } from 'pg'
import { libraryLog } from '../log.ts'
import { refusePooler } from './login.ts'

type MigrateSettings = Parameters<typeof migrate>[0] & { migrationsFolder: string }

const checkout = resolve(import.meta.dirname, '../..')

/** The hashes of this release's committed migrations, by which a database remembers those it has had. */
export async function committedHashes(): Promise<string[]> {
  const folder = join(checkout, 'migrations/committed')
  const files = (await readdir(folder)).filter((name) => name.endsWith('.sql'))
  const texts = await Promise.all(files.map((name) => readFile(join(folder, name), 'utf8')))
  return texts.flatMap((text) => /^--! Hash: (\S+)$/m.exec(text)?.[1] ?? [])
}

/** graphile-migrate's settings for this checkout: .gmrc, with paths and the log filled in. Databases are the caller's. */
export async function migrateSettings(): Promise<MigrateSettings> {
  // .gmrc runs graphile-worker: it must be ours and run on this Node, whether or not npm set the path.
  const ours = [dirname(process.execPath), join(checkout, 'node_modules/.bin')].join(delimiter)
  if (!process.env.PATH?.startsWith(ours)) process.env.PATH = [ours, process.env.PATH].join(delimiter)
  return {
    ...JSON5.parse(await readFile(join(checkout, '.gmrc'), 'utf8')),
    migrationsFolder: join(checkout, 'migrations'),
    logger: new Logger(libraryLog('migrate', 'info')),
  }
}

/**
 * Brings a database up to this release: the worker's schema, then every committed migration it lacks. Takes the owner's
 * address. Any number of programs may do so at once: they take turns. Throws what PostgreSQL throws.
 */
export async function migrateDatabase(databaseUrl: string): Promise<void> {
  const client = new Client({ connectionString: databaseUrl, application_name: 'medislot migrate' })
  await client.connect()
  try {
    await refusePooler(client)
    // graphile-migrate fails when another one is at work; waiting is what two servers that start together need.
    await client.query(`select pg_advisory_lock(hashtextextended('medislot migrate', 0))`)
    await migrate({ ...(await migrateSettings()), connectionString: databaseUrl })
    await connectionsClosed(client)
  } finally {
    await client.end()
  }
}

/** Notes in a migrated database that it is a production system, so that it refuses what only developers need. */
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
 * Waits until graphile-migrate has closed its connections. It keeps them for a while, and exits the whole program with 1
 * when one of them breaks, as happens when the server is stopped soon after. Takes a connection to look with: the
 * superuser's, or the owner's when only the owner's connections matter.
 */
export async function connectionsClosed(client: Client): Promise<void> {
  clearAllPools()
  const open = `select from pg_stat_activity where application_name = 'graphile-migrate'`
  while ((await client.query(open)).rowCount) await sleep(10)
}
