import { randomBytes } from 'node:crypto'
import { Client } from 'pg'

/** Where the run's PostgreSQL is; written by global_setup.ts. */
export interface TestCluster {
  dataDir: string
  /** Addresses of the database `postgres`, as the owner `medislot`, as the HTTP server's login and as the superuser. */
  ownerUrl: string
  serverUrl: string
  superuserUrl: string
}

/** The run's PostgreSQL. */
export function testCluster(): TestCluster {
  return JSON.parse(process.env.MEDISLOT_TEST_CLUSTER ?? 'null')
}

/** The owner's address of a database of the run's PostgreSQL. */
export const ownerUrlOf = (database: string): string => addressOf(testCluster().ownerUrl, database)

/** The address of a database of the run's PostgreSQL for an HTTP server: as app_authenticator. */
export const serverUrlOf = (database: string): string => addressOf(testCluster().serverUrl, database)

function addressOf(address: string, database: string): string {
  const url = new URL(address)
  url.pathname = `/${database}`
  return url.href
}

/** A database of a test's own. */
export interface ClonedDatabase {
  name: string
  /** Its address, as the owner. */
  url: string
  /** Its address for an HTTP server. */
  serverUrl: string
  /** Drops it, whoever is still connected. */
  drop(): Promise<void>
}

/**
 * A fresh, migrated and empty database, for tests in which commits or several connections matter (100 ms or so).
 * Call drop() when done: `afterAll(() => database.drop())`.
 */
export async function cloneDatabase(): Promise<ClonedDatabase> {
  const name = `clone_${randomBytes(6).toString('hex')}`
  await asSuperuser(`create database ${name} template template owner medislot strategy file_copy`)
  return {
    name,
    url: ownerUrlOf(name),
    serverUrl: serverUrlOf(name),
    drop: () => asSuperuser(`drop database ${name} with (force)`),
  }
}

/** Runs a statement that the owner may not, such as one about roles, which belong to the cluster. */
export async function asSuperuser(statement: string): Promise<void> {
  const client = new Client({ connectionString: testCluster().superuserUrl })
  await client.connect()
  try {
    await client.query(statement)
  } finally {
    await client.end()
  }
}
