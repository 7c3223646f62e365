import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { Client } from 'pg'
import type { EmbeddedServer } from '../../../src/database/embedded/embedded.ts'

/** The location of the run's PostgreSQL, set by global_setup.ts. */
export interface TestCluster {
  /** The run writes all its files below this folder. */
  folder: string
  /** The server with the cloned databases. */
  clones: Addresses
  /**
   * The server with the database `shared`, in which every transaction is rolled back. An open transaction delays the
   * publication of events in all databases of its server, so this is a second server where possible.
   */
  shared: Addresses
  /** In a run with shards: the servers of the databases `shard1`, `shard2`, … beside `global` on that of the clones. */
  shards?: Addresses[]
  /** The log file of the server with `shared`. */
  sharedLog: string
  /** The address of the lender (lender.ts), once it is started. */
  lender?: string
}

/**
 * Addresses of the database `postgres` of a server: as the owner `medislot`, as the logins of the HTTP server and of the
 * billing process, as the superuser.
 */
interface Addresses {
  ownerUrl: string
  serverUrl: string
  billingUrl: string
  superuserUrl: string
}

/** The addresses of a started server. */
export const addressesOf = (
  server: Pick<EmbeddedServer, 'ownerUrl' | 'serverUrl' | 'billingUrl' | 'superuserUrl'>,
): Addresses => ({
  ownerUrl: server.ownerUrl('postgres'),
  serverUrl: server.serverUrl('postgres'),
  billingUrl: server.billingUrl('postgres'),
  superuserUrl: server.superuserUrl(),
})

/** The run's PostgreSQL. */
export function testCluster(): TestCluster {
  return JSON.parse(process.env.MEDISLOT_TEST_CLUSTER ?? 'null')
}

/** The files of a server that never runs, with the databases of the run as they were at first: see shards.ts. */
export const migratedFiles = (folder: string): string => join(folder, 'migrated')

/** Whether the tests of this run share a server with shards (jest.sharded.config.js), and with how many. */
export const shardCount = Number(process.env.TEST_SHARDS ?? 0)

function serverOf(database: string): Addresses {
  const { clones, shared, shards } = testCluster()
  const [, number] = /^shard(\d)$/.exec(database) ?? []
  return shards?.[Number(number) - 1] ?? (database === 'shared' ? shared : clones)
}

/** The owner's address of a database of the run's PostgreSQL. */
export const ownerUrlOf = (database: string): string => addressOf(serverOf(database).ownerUrl, database)

/** The address of a database of the run's PostgreSQL for an HTTP server: as app_authenticator. */
export const serverUrlOf = (database: string): string => addressOf(serverOf(database).serverUrl, database)

/** The address of a database of the run's PostgreSQL for the billing process: as app_billing. */
export const billingUrlOf = (database: string): string => addressOf(serverOf(database).billingUrl, database)

/** The superuser's address of a database of the run's PostgreSQL. */
export const superuserUrlOf = (database: string): string => addressOf(serverOf(database).superuserUrl, database)

function addressOf(address: string, database: string): string {
  const url = new URL(address)
  url.pathname = `/${database}`
  return url.href
}

/** A separate database for a test. */
export interface ClonedDatabase {
  name: string
  /** Its address, as the owner. */
  url: string
  /** Its address for an HTTP server. */
  serverUrl: string
  /** Its address for the billing process. */
  billingUrl: string
  /** Drops it, even if sessions are still connected. */
  drop(): Promise<void>
}

/**
 * A new, migrated and empty database, for tests in which commits or several connections matter (about 100 ms).
 * Call drop() when done: `afterAll(() => database.drop())`. `of` is the database to clone: `migrated` for one that
 * hashes passwords with the cost of production.
 */
export async function cloneDatabase(of = 'template'): Promise<ClonedDatabase> {
  const name = `clone_${randomBytes(6).toString('hex')}`
  await asSuperuser(`create database ${name} template ${of} owner medislot strategy file_copy`)
  return {
    name,
    url: ownerUrlOf(name),
    serverUrl: serverUrlOf(name),
    billingUrl: billingUrlOf(name),
    drop: () => asSuperuser(`drop database ${name} with (force)`),
  }
}

/** Makes a cloned database again from another one, under its name; sessions that are connected to it end. */
export async function renewDatabase(name: string, of: string): Promise<void> {
  const next = await cloneDatabase(of)
  await asSuperuser(`drop database ${name} with (force)`)
  await asSuperuser(`alter database ${next.name} rename to ${name}`)
}

/**
 * Runs a statement as the superuser, such as one about roles, on the server with the cloned databases or on the server
 * with the database `shared`.
 */
export async function asSuperuser(statement: string, server: 'clones' | 'shared' = 'clones'): Promise<void> {
  const client = new Client({ connectionString: testCluster()[server].superuserUrl })
  await client.connect()
  try {
    await client.query(statement)
  } finally {
    await client.end()
  }
}
