import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import express from 'express'
import { pino } from 'pino'
import { type ExecutionResult, getOperationAST, parse } from 'postgraphile/graphql'
import type { StoreSettings } from '../../src/consultation/recordings.ts'
import { passwordPool, requestPool } from '../../src/database/pools.ts'
import { watchShards } from '../../src/database/shards.ts'
import { createGraphQL, type GraphQLInstance, type InProcessRequest } from '../../src/graphql/instance.ts'
import { identifyRequests } from '../../src/http/requests.ts'
import { log as programLog } from '../../src/process/log.ts'
import type { TokenSettings } from '../../src/request/tokens.ts'
import { shardCount } from '../helpers/database/cluster.ts'
import type { Connection } from '../helpers/database/connection.ts'
import { clientsOf, ownDatabase, type TestServer } from '../helpers/programs/server.ts'
import { tokenSettings } from '../helpers/programs/tokens.ts'
import { removeUnused } from '../helpers/shards/in_shards.ts'

/** The API over HTTP and WebSocket, in this process, for tests of the GraphQL instance itself; others use helpers/programs/server.ts. */
export interface Served extends Omit<TestServer, 'owner'> {
  graphql: GraphQLInstance
  /** The owner's connection to its database. */
  owner: Connection
  /** The lines of the log. */
  logged: Record<string, unknown>[]
  /** Runs a document in a transaction of its database, which is rolled back. Throws when the transaction cannot begin. */
  undone(request: Pick<InProcessRequest, 'document' | 'variables' | 'claims'>): Promise<ExecutionResult>
}

/** More than one WebSocket may have subscriptions. */
const poolSize = 30

/**
 * Serves a cloned database. `prepare` changes it before the schema is read. In a run with shards, which has one installation,
 * `alone` requires that no other test has made rows. Call stop() when done.
 */
export async function serve(
  settings: Partial<TokenSettings> & {
    production?: boolean
    introspection?: boolean
    manifests?: string[]
    identityKeys?: string
    recordings?: StoreSettings
    calendarKeys?: string
    alone?: boolean
  } = {},
  prepare: (owner: Connection) => Promise<unknown> = async () => undefined,
): Promise<Served> {
  programLog.level = 'warn'
  const { database, owner, drop } = await ownDatabase()
  if (settings.alone && (await owner.query('select from app_public.clinics limit 1')).length > 0)
    throw new Error('others have made clinics: test/helpers/run/longest_first.js has the order of the files')
  const functions = 'select oid::regprocedure::text as name from pg_proc where pronamespace::regnamespace::text ~ $1'
  const made = shardCount > 0 ? await owner.query<{ name: string }>(functions, ['^app_']) : []
  await prepare(owner)
  const poolSettings = { databaseUrl: database.serverUrl, poolSize, statementTimeoutMs: 10_000 }
  const pool = requestPool(poolSettings)
  const shards = await watchShards(pool, poolSettings)
  // Requests may have to queue for a connection; on a busy machine some of them would be refused.
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
    shards,
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

  return {
    url,
    database: database.name,
    graphql,
    owner,
    logged,
    undone: (request) => undone(graphql, owner, request),
    ...clientsOf(url),
    async stop() {
      await graphql.release()
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
      await pool.end()
      await passwords.end()
      await shards?.end()
      // With shards, other files have the same databases.
      const known = new Set(made.map(({ name }) => name))
      for (const { name } of shardCount > 0 ? await owner.query<{ name: string }>(functions, ['^app_']) : [])
        if (!known.has(name)) await owner.query(`drop function ${name} cascade`)
      await owner.close()
      await drop()
      if (queued) throw new Error(`more than ${poolSize} requests at once: see test/helpers/time/few_at_once.ts`)
    },
  }
}

async function undone(
  graphql: GraphQLInstance,
  owner: Connection,
  request: Pick<InProcessRequest, 'document' | 'variables' | 'claims'>,
): Promise<ExecutionResult> {
  const { claims, document, variables = {} } = request
  const { routing } = graphql
  const given = { document: parse(document), variables }
  // A query may run in several databases, and changes nothing.
  if (routing && getOperationAST(given.document)?.operation === 'query') return graphql.run(request)
  const place = { isAnonymous: claims.sub === undefined, isOfCatalogue: () => false }
  const shard = routing?.shardOf(given, place) ?? (await routing?.shardOfCaller(given, { claims }))
  const result = await graphql.inTransaction({ claims, requestId: 'test', shard }, async (transaction) => ({
    result: await graphql.run({ ...request, transaction }),
    commit: false,
  }))
  if (/addClinicCustomer|requestRecordByLink/.test(document)) await removeUnused(owner)
  return result
}
