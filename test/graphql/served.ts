import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import express from 'express'
import { createClient } from 'graphql-ws'
import { pino } from 'pino'
import { WebSocket } from 'ws'
import { passwordPool, requestPool } from '../../src/database/pools.ts'
import { createGraphQL, type GraphQLInstance } from '../../src/graphql/instance.ts'
import type { Claims, TokenSettings } from '../../src/graphql/tokens.ts'
import { log as programLog } from '../../src/log.ts'
import { identifyRequests } from '../../src/requests.ts'
import { type ClonedDatabase, cloneDatabase } from '../helpers/cluster.ts'
import { type Connection, connect } from '../helpers/connection.ts'
import { type Answer, type GraphQLClient, graphqlClient } from '../helpers/graphql.ts'
import { tokenSettings } from '../helpers/tokens.ts'

/** The API over HTTP and WebSocket, in this process, on a database of its own. */
export interface Served {
  url: string
  graphql: GraphQLInstance
  /** The owner's connection to the database. */
  owner: Connection
  /** What was logged, line by line. */
  logged: Record<string, unknown>[]
  /** A client with a token for these claims; without any, an anonymous one. */
  as(claims?: Claims): Promise<GraphQLClient>
  /** An access token for claims as the test helpers give them. */
  tokenOf(claims: Claims): Promise<string>
  /** Subscribes over a WebSocket of its own; `connection` is what connection_init carries. */
  subscribe(
    document: string | Record<string, unknown>,
    variables: Record<string, unknown>,
    connection: Record<string, unknown>,
  ): Subscription
  stop(): Promise<void>
}

export interface Subscription {
  /** The next event, waiting for it; undefined when the subscription has ended. */
  next(): Promise<Answer | undefined>
  close(): Promise<void>
}

/** More than one WebSocket may carry subscriptions. */
const poolSize = 30

/** Serves a cloned database. `prepare` changes it before the schema is read. Call stop() when done. */
export async function serve(
  settings: Partial<TokenSettings> & { production?: boolean; introspection?: boolean; manifests?: string[] } = {},
  prepare: (owner: Connection) => Promise<unknown> = async () => undefined,
): Promise<Served> {
  programLog.level = 'warn'
  const database: ClonedDatabase = await cloneDatabase()
  const owner = await connect(database.url)
  await prepare(owner)
  const pool = requestPool({ databaseUrl: database.serverUrl, poolSize, statementTimeoutMs: 10_000 })
  // Whether requests had to queue for a connection: on a busy machine some of them would be refused.
  let queued = false
  pool.on('release', () => {
    if (pool.totalCount >= poolSize && pool.waitingCount > pool.idleCount + 1) queued = true
  })
  const passwords = passwordPool({ databaseUrl: database.serverUrl, passwordPoolSize: 2, statementTimeoutMs: 10_000 })
  const logged: Record<string, unknown>[] = []
  const log = pino({ level: 'info' }, { write: (line: string) => logged.push(JSON.parse(line)) })
  // Longer than a busy machine needs.
  const answerTimes = { signedInMs: 60_000, anonymousMs: 60_000 }
  const defaults = { production: false, introspection: true, answerTimes, ...tokenSettings }
  const { manifests } = settings
  const graphql = await createGraphQL({
    pool,
    passwordPool: passwords,
    log,
    manifests,
    settings: { ...defaults, ...settings },
  })
  const app = express()
  const server: Server = createServer(app)
  app.use(identifyRequests)
  await graphql.addTo(app, server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const tokenOf = ({ sub = '', sid = '' }: Claims) => graphql.tokens.issue(sub, sid)

  return {
    url,
    graphql,
    owner,
    logged,
    tokenOf,
    as: async (claims) => graphqlClient(url, claims && (await tokenOf(claims))),
    subscribe: (document, variables, connection) => subscription(url, document, variables, connection),
    async stop() {
      await graphql.release()
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
      await pool.end()
      await passwords.end()
      await owner.close()
      await database.drop()
      if (queued) throw new Error(`more than ${poolSize} requests at once: see test/helpers/few_at_once.ts`)
    },
  }
}

/** A subscription over a WebSocket of its own to the server at an address; `connectionParams` is what connection_init carries. */
export function subscription(
  url: string,
  document: string | Record<string, unknown>,
  variables: Record<string, unknown>,
  connectionParams: Record<string, unknown>,
): Subscription {
  const client = createClient({
    url: `${url.replace('http', 'ws')}/graphql`,
    webSocketImpl: WebSocket,
    retryAttempts: 0,
    connectionParams,
  })
  // The protocol wants a text, if an empty one.
  const asked = typeof document === 'string' ? { query: document } : { query: '', ...document }
  const events = client.iterate({ ...asked, variables })
  return {
    async next() {
      try {
        const { done, value } = await events.next()
        return done ? undefined : (value as Answer)
      } catch (errors) {
        // graphql-ws throws what the server refuses before it subscribes.
        return { errors } as Answer
      }
    },
    async close() {
      await events.return?.()
      await client.dispose()
    },
  }
}
