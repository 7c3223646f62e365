import { randomUUID } from 'node:crypto'
import { chmod, mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { migrate, watch } from 'graphile-migrate'
import { Client } from 'pg'
import { createDatabase } from '../../src/database/cluster.ts'
import { startEmbedded } from '../../src/database/embedded.ts'
import { connectionsClosed, migrateSettings } from '../../src/database/migrations.ts'
import { exitOnSignals } from '../../src/lifecycle.ts'
import { log } from '../../src/log.ts'
import type { TestCluster } from './cluster.ts'

/**
 * Starts the run's PostgreSQL in a temporary directory (or takes the one at TEST_POSTGRESQL_URL) and makes two databases: `template`, migrated, for tests to clone,
 * and `shared`, for tests that roll everything back. Tests inherit where it is through the environment.
 */
export default async function globalSetup(): Promise<void> {
  log.level = 'warn'
  exitOnSignals()
  const dataDir = await mkdtemp(join(tmpdir(), 'medislot-test-'))
  await chmod(dataDir, 0o755)
  const given = process.env.TEST_POSTGRESQL_URL
  const server = given ? await serverAt(given) : await startEmbedded(dataDir, { throwaway: true })
  const superuser = new Client({ connectionString: server.superuserUrl() })
  await superuser.connect()
  await superuser.query('create database template owner medislot')

  // Committed migrations, then current.sql: what is being written is tested before it is committed.
  const settings = { ...(await migrateSettings()), connectionString: server.ownerUrl('template') }
  await migrate(settings, false, true)
  await watch(settings, true)
  await connectionsClosed(superuser)
  await superuser.query('create database shared template template owner medislot')
  await superuser.end()

  const cluster: TestCluster = {
    dataDir,
    ownerUrl: server.ownerUrl('postgres'),
    serverUrl: server.serverUrl('postgres'),
    superuserUrl: server.superuserUrl(),
  }
  process.env.MEDISLOT_TEST_CLUSTER = JSON.stringify(cluster)
  globalThis.testServer = server
}

type TestServer = Pick<Awaited<ReturnType<typeof startEmbedded>>, 'ownerUrl' | 'serverUrl' | 'superuserUrl' | 'stop'>

/** A PostgreSQL that somebody else started, and stops (test/servers): its superuser's address is given. */
async function serverAt(superuserUrl: string): Promise<TestServer> {
  const password = randomUUID()
  await createDatabase(superuserUrl, { ownerPassword: password, serverPassword: password })
  const as = (user: string, database: string) => {
    const url = new URL(superuserUrl)
    if (user) Object.assign(url, { username: user, password })
    url.pathname = database
    return url.href
  }
  return {
    ownerUrl: (database = 'medislot') => as('medislot', database),
    serverUrl: (database = 'medislot') => as('app_authenticator', database),
    superuserUrl: (database = 'postgres') => as('', database),
    stop: async () => undefined,
  }
}

declare global {
  var testServer: TestServer
}
