import { execFile, spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { existsSync, symlinkSync } from 'node:fs'
import { chmod, mkdir, rm } from 'node:fs/promises'
import type { Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { migrate, watch } from 'graphile-migrate'
import { Client } from 'pg'
import { createDatabase } from '../../../src/database/embedded/cluster.ts'
import { startEmbedded } from '../../../src/database/embedded/embedded.ts'
import { startReplicating } from '../../../src/database/embedded/replicating.ts'
import { connectionsClosed, migrateSettings } from '../../../src/database/migrations.ts'
import { exitOnSignals } from '../../../src/process/lifecycle.ts'
import { log } from '../../../src/process/log.ts'
import { addressesOf, migratedFiles, shardCount, type TestCluster, testCluster } from '../database/cluster.ts'
import { replicationPassword } from '../shards/shards.ts'
import { openLender } from './lender.ts'
import { makeRunFolder } from './run_folder.ts'

/**
 * Starts the run's PostgreSQL in a temporary folder (or takes the one at TEST_POSTGRESQL_URL, with its log) and makes its databases.
 * Tests get the addresses from the environment, and so does a run that test/mutations starts.
 */
export default async function globalSetup(): Promise<void> {
  log.level = 'warn'
  exitOnSignals()
  const cluster = testCluster() ?? (await startCluster())
  const lender = await openLender()
  process.env.MEDISLOT_TEST_CLUSTER = JSON.stringify({ ...cluster, lender: lender.url })
  const stopServers = globalThis.stopTestServers
  globalThis.stopTestServers = async () => {
    await lender.stop()
    await stopServers?.()
  }
}

async function startCluster(): Promise<TestCluster> {
  const folder = makeRunFolder('medislot-test-')
  await chmod(folder, 0o755)
  cleanUpAfter(folder)
  const [clones, shared, ...shards] = await startServers(folder, process.env.TEST_POSTGRESQL_URL)
  globalThis.stopTestServers = async () => {
    await Promise.all([clones, shared, ...shards].map((server) => server.stop()))
    await rm(folder, { recursive: true })
  }
  return {
    folder,
    clones: addressesOf(clones),
    shared: addressesOf(shared),
    shards: shards.map(addressesOf),
    sharedLog: process.env.TEST_POSTGRESQL_LOG ?? join(folder, 'shared/postgres.log'),
  }
}

/**
 * Makes sure that everything of the run is removed at its end. Temporary files of tests are written to the folder of
 * the run.
 */
function cleanUpAfter(folder: string): void {
  const program = join(import.meta.dirname, 'clean_up.ts')
  // Detached, so that a signal to the process group of the run does not end it.
  const cleaner = spawn(process.execPath, [program, folder], { detached: true, stdio: ['pipe', 'ignore', 'inherit'] })
  cleaner.unref()
  const pipe = cleaner.stdin as Socket
  pipe.unref()
  // Unpacked once for all runs.
  const chromium = join(tmpdir(), 'chromium')
  if (existsSync(chromium)) symlinkSync(chromium, join(folder, 'chromium'))
  process.env.TMPDIR = folder
}

/** The server with the cloned databases, the one with the database `shared`, and those of shards in a run that has them. */
async function startServers(
  folder: string,
  given?: string,
): Promise<[clones: TestServer, shared: TestServer, ...shards: TestServer[]]> {
  if (given) {
    const server = await serverAt(given)
    await makeDatabases(server)
    return [server, server]
  }
  const names = ['clones', 'shared', ...Array.from({ length: shardCount }, (_, index) => `shard${index + 1}`)]
  const [first, ...others] = names.map((name) => join(folder, name)) as [string, ...string[]]
  await mkdir(first)
  const options = { throwaway: true }
  const server = await (shardCount > 0
    ? startReplicating(first, replicationPassword, options)
    : startEmbedded(first, options))
  await makeDatabases(server)
  // Copied as files, with their owner, which is faster than creating everything again.
  await server.stop()
  for (const other of [...others, migratedFiles(folder)]) await promisify(execFile)('cp', ['-a', first, other])
  const servers: TestServer[] = []
  for (const dataDir of [first, ...others]) servers.push(await startEmbedded(dataDir, options))
  return servers as [TestServer, TestServer]
}

/**
 * Makes three databases: `migrated`, as the migrations leave it; `template`, the same with cheaper passwords, for tests to
 * clone; and `shared`, for tests that roll everything back.
 */
export async function makeDatabases(server: Pick<TestServer, 'ownerUrl' | 'superuserUrl'>): Promise<void> {
  const superuser = new Client({ connectionString: server.superuserUrl() })
  await superuser.connect()
  await superuser.query('create database migrated owner medislot')

  // Committed migrations, then current.sql, so that a migration is tested before it is committed.
  const settings = { ...(await migrateSettings()), connectionString: server.ownerUrl('migrated') }
  await migrate(settings, false, true)
  await watch(settings, true)
  await connectionsClosed(superuser)
  await superuser.query('create database template template migrated owner medislot')
  await usingCheapPasswords(server.ownerUrl('template'))
  await connectionsClosed(superuser)
  await superuser.query('create database shared template template owner medislot')
  await superuser.end()
}

/**
 * Makes passwords use the lowest cost of bcrypt: with the real cost, hundreds of sign-ins take half a minute of the
 * run. That new databases have the real cost is tested on `migrated` (test/sql/identity/accounts/new_salt.test.ts).
 */
async function usingCheapPasswords(url: string): Promise<void> {
  const owner = new Client({ connectionString: url })
  await owner.connect()
  await owner.query(`create or replace function app_private.new_salt() returns text
    language plpgsql volatile set search_path = pg_catalog, pg_temp as $$ begin return public.gen_salt('bf', 4); end $$`)
  await owner.end()
}

type TestServer = Pick<
  Awaited<ReturnType<typeof startEmbedded>>,
  'ownerUrl' | 'serverUrl' | 'billingUrl' | 'superuserUrl' | 'stop'
>

/** A PostgreSQL that is started and stopped elsewhere (test/servers), by the address of its superuser. */
async function serverAt(superuserUrl: string): Promise<TestServer> {
  const password = randomUUID()
  await createDatabase(superuserUrl, { ownerPassword: password, serverPassword: password, billingPassword: password })
  const as = (user: string, database: string) => {
    const url = new URL(superuserUrl)
    if (user) Object.assign(url, { username: user, password })
    url.pathname = database
    return url.href
  }
  return {
    ownerUrl: (database = 'medislot') => as('medislot', database),
    serverUrl: (database = 'medislot') => as('app_authenticator', database),
    billingUrl: (database = 'medislot') => as('app_billing', database),
    superuserUrl: (database = 'postgres') => as('', database),
    stop: async () => undefined,
  }
}

declare global {
  var stopTestServers: (() => Promise<void>) | undefined
}
