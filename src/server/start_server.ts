// Before anything of PostGraphile: src/database/shards.ts loads a part of it.
import '../graphql/schema/graphile_env.ts'
import { randomBytes } from 'node:crypto'
import type { Server } from 'node:http'
import compression from 'compression'
import express, { type Express } from 'express'
import helmet from 'helmet'
import { readErrorCodes } from '../database/error_codes.ts'
import { checkServersLogin } from '../database/login.ts'
import { healthPool, listenPool, passwordPool, requestPool, watchPool } from '../database/pools.ts'
import { watchReplicas } from '../database/replicas.ts'
import { watchShards } from '../database/shards.ts'
import { createGraphQL, type GraphQLInstance } from '../graphql/instance.ts'
import { createHttpServer } from '../http/connections.ts'
import { healthRoutes } from '../http/health.ts'
import { listen } from '../http/listen.ts'
import { createMetrics } from '../http/metrics.ts'
import { endConnectionsWhen, identifyRequests, internalError, notFound, oneAuthorization } from '../http/requests.ts'
import { traceRequests } from '../http/trace_requests.ts'
import type { Lifecycle } from '../process/lifecycle.ts'
import { log } from '../process/log.ts'
import type { ServerSettings, Settings } from '../process/settings.ts'
import { CatalogueCache } from '../request/catalogue_cache.ts'
import { countNetworksTogether } from '../request/shards/networks.ts'
import { connectRedis } from '../request/shared_cache.ts'
import { restRouter } from '../rest/router.ts'
import { calendars } from './calendars.ts'
import { pageNotFound, pagesManifests, webPages } from './pages.ts'

/** How long a stop waits for requests in flight, milliseconds. */
const graceMs = 10_000

/**
 * Starts the HTTP server. Returns its address, as a URL and as text for people, and a function that stops it: the
 * server accepts no new requests, answers those in flight, and closes the database connections. Throws StartError when
 * the database login is not allowed, when it cannot listen, or when a manifest of documents has errors, and
 * PostgreSQL's error when the schema cannot be read.
 */
export async function startServer(
  settings: ServerSettings,
  lifecycle: Lifecycle,
): Promise<{ url: string; displayUrl: string; stop: () => Promise<void> }> {
  const databases = await connectDatabases(settings)
  const { pool, passwords, health, listening, replicas, shards } = databases
  const { trustedDocuments } = settings
  const graphql = await createGraphQL({
    pool,
    passwordPool: passwords,
    listening,
    replicas,
    shards,
    makeCache: settings.catalogueCache ? databases.makeCache : undefined,
    settings,
    log,
    manifests: trustedDocuments ? [trustedDocuments, ...pagesManifests] : undefined,
  })
  const app = express()
  const { server, stop: finishRequests } = createHttpServer(settings, app)
  const watched = { replicas, shards, cache: graphql.cache }
  const metrics = createMetrics(settings, health, { requests: pool, passwords }, watched)
  await addRoutes(app, { settings, databases, graphql, server, metrics, isStopping: () => lifecycle.stopping })

  lifecycle.delayStop(settings.stopDelayMs)
  // A database without this release's migrations cannot answer. The server starts all the same, and /readyz reports it.
  await metrics
    .readTimeZones()
    .catch((error) => log.warn({ err: error }, 'the time zones could not be compared with those of the database'))

  return {
    ...(await listen(server, settings)),
    async stop() {
      await finishRequests(graceMs)
      await graphql.release()
      await databases.end()
    },
  }
}

type Databases = Awaited<ReturnType<typeof connectDatabases>>

/** Opens everything through which the server reaches databases. Throws StartError when the login is not allowed. */
async function connectDatabases(settings: ServerSettings) {
  const pool = requestPool(settings)
  await checkServersLogin(pool, settings)
  const passwords = passwordPool(settings)
  const health = healthPool(settings)
  const listening = settings.listenDatabaseUrl ? listenPool(settings.listenDatabaseUrl) : undefined
  const replicas = settings.replicaUrls.length > 0 ? watchReplicas(settings) : undefined
  const shards = await watchShards(pool, settings)
  const networks = shards && countNetworksTogether(shards, watchPool(settings))
  const shared = settings.redisUrl ? await connectRedis(settings.redisUrl) : undefined
  const cachePool = watchPool(settings)
  return {
    pool,
    passwords,
    health,
    listening,
    replicas,
    shards,
    /** Makes a cache of answers, which other servers share if there is a Redis. */
    makeCache: (release: string) => new CatalogueCache(cachePool, release, shared),
    async end() {
      shared?.end()
      const all = [pool, passwords, health, cachePool, listening, replicas, networks, shards]
      await Promise.all(all.map((each) => each?.end()))
    },
  }
}

/** What the routes are made of. */
interface Parts {
  settings: ServerSettings
  databases: Databases
  graphql: GraphQLInstance
  server: Server
  metrics: ReturnType<typeof createMetrics>
  isStopping: () => boolean
}

/** Adds everything that the server answers, in the order in which requests pass it. */
async function addRoutes(
  app: Express,
  { settings, databases: { pool, health, shards }, graphql, server, metrics, isStopping }: Parts,
): Promise<void> {
  app.disable('x-powered-by')
  // GraphiQL, in development only, needs inline scripts.
  app.use(helmet({ contentSecurityPolicy: settings.production }))
  app.use(identifyRequests)
  app.use(traceRequests)
  app.use(endConnectionsWhen(isStopping))
  app.use(metrics.observe)
  app.use(oneAuthorization)
  app.use(metrics.routes)
  app.use(await healthRoutes(health, isStopping, shards?.anyAnswers))
  // Lists and GraphQL responses shrink to a fifth. Short and already compressed responses are sent as they are.
  app.use(compression())
  app.use(webPages(graphql, settings))
  const errorCodes = await readErrorCodes(pool)
  app.use('/calendars', calendars(graphql, errorCodes))
  app.use('/api', restRouter(graphql, errorCodes))
  await graphql.addTo(app, server)
  app.use(pageNotFound)
  app.use(notFound)
  app.use(internalError)
}

/** The key that signs access tokens: JWT_SECRET, or a generated one, with a warning. */
export function signingKey(settings: Settings): string {
  if (settings.jwtSecret) return settings.jwtSecret
  log.warn('JWT_SECRET is not set: access tokens are valid until this server stops, and on no other server')
  return randomBytes(36).toString('base64url')
}
