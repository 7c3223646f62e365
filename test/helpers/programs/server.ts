import { cloneDatabase, ownerUrlOf, serverUrlOf, shardCount } from '../database/cluster.ts'
import { type Connection, connect } from '../database/connection.ts'
import type { Claims, Db } from '../database/database.ts'
import { borrow } from '../run/borrow.ts'
import { ownerOfRun } from '../shards/sharded_owner.ts'
import { type GraphQLClient, graphqlClient } from './graphql.ts'
import { type Program, startProgram, startServer } from './program.ts'
import { type Subscription, subscription } from './subscription.ts'
import { tokenOf, tokenSettings } from './tokens.ts'

/** The HTTP server in a separate process, its database, and clients of it. */
export interface TestServer {
  url: string
  /** The name of its database: see cluster.ts. */
  database: string
  /** A connection of the owner to the database, for creating rows; in a run with shards, a ShardedOwner of all databases. */
  owner: Connection & Db
  tokenOf(claims: Claims): Promise<string>
  /** A GraphQL client with a token for these claims; without any, an anonymous one. */
  as(claims?: Claims): Promise<GraphQLClient>
  /** Subscribes over a separate WebSocket; `connection` is the payload of connection_init. */
  subscribe(
    document: string | Record<string, unknown>,
    variables: Record<string, unknown>,
    connection: Record<string, unknown>,
  ): Subscription
  stop(): Promise<void>
}

/** A server that was started for one test file. */
export interface OwnServer extends TestServer {
  program: Program
  /** The entries of its log so far. */
  logged(): Record<string, unknown>[]
}

interface Options {
  /** Whether its database has the demo clinics; `fresh`: these and nothing else. */
  demo?: boolean | 'fresh'
  /** Whether a worker runs the jobs. */
  worker?: boolean
}

interface OwnOptions extends Options {
  /** Settings of the server. */
  env?: Record<string, string>
  /** Changes the database before the server reads its schema. */
  prepare?(owner: Connection): Promise<unknown>
}

/**
 * The server that the test files of a run share, with default settings. Its database also has rows of other files, so
 * tests create a clinic of their own and look at nothing else, unless the demo is `fresh`. Call stop() when done.
 */
export async function sharedServer({ demo = false, worker = false }: Options = {}): Promise<TestServer> {
  const { url, database } = await borrow(demo === 'fresh' ? 'fresh' : demo ? 'site' : 'server')
  const ended = new AsyncDisposableStack()
  const owner = ended.adopt(await ownerOf(database), (it) => it.close())
  if (worker) await startWorker(ended, ownerUrlOf(database))
  return { url, database, owner, ...clientsOf(url), stop: () => ended.disposeAsync() }
}

/** Starts a server on a database of its own, for tests that look at all rows or need other settings. Call stop() when done. */
export async function ownServer({ demo = false, worker = false, env, prepare }: OwnOptions = {}): Promise<OwnServer> {
  await using started = new AsyncDisposableStack()
  const { database, owner, drop } = await ownDatabase(demo ? (await borrow('demo')).database : undefined)
  started.defer(drop)
  started.defer(() => owner.close())
  await prepare?.(owner)
  const settings = { JWT_SECRET: tokenSettings.jwtSecret, LOG_LEVEL: 'warn', ...env }
  const program = started.adopt(await startServer(database.serverUrl, settings), async (it) => {
    const code = await it.stop()
    if (code !== 0) throw new Error(`the server ended with ${code}:\n${it.stderr()}`)
  })
  if (worker) await startWorker(started, database.url, env)
  const running = started.move()
  return {
    url: program.url,
    database: database.name,
    owner,
    program,
    logged: () =>
      program
        .stderr()
        .split('\n')
        .filter((line) => line.startsWith('{'))
        .map((line) => JSON.parse(line)),
    ...clientsOf(program.url),
    stop: () => running.disposeAsync(),
  }
}

const ownerOf = async (database: string) =>
  (await (shardCount > 0 ? ownerOfRun() : connect(ownerUrlOf(database)))) as Connection & Db

/**
 * A database for one server, and its owner: in a run with shards the global database, which all servers share. Close the owner,
 * then call drop().
 */
export async function ownDatabase(of?: string) {
  if (shardCount > 0) {
    const { database: name } = await borrow('server')
    const database = { name, url: ownerUrlOf(name), serverUrl: serverUrlOf(name) }
    return { database, owner: await ownerOf(name), drop: async () => undefined }
  }
  const database = await cloneDatabase(of)
  return { database, owner: await ownerOf(database.name), drop: database.drop }
}

async function startWorker(
  started: AsyncDisposableStack,
  databaseUrl: string,
  env?: Record<string, string>,
): Promise<void> {
  const worker = await startProgram('worker', { env: { ...env, DATABASE_URL: databaseUrl } })
  started.defer(async () => void (await worker.stop()))
}

/** What tests send to a server at an address. */
export const clientsOf = (url: string): Pick<TestServer, 'tokenOf' | 'as' | 'subscribe'> => ({
  tokenOf,
  as: async (claims) => graphqlClient(url, claims && (await tokenOf(claims))),
  subscribe: (document, variables, connection) => subscription(url, document, variables, connection),
})
