import { randomBytes } from 'node:crypto'
import compression from 'compression'
import express from 'express'
import helmet from 'helmet'
import { createHttpServer } from './connections.ts'
import { readErrorCodes } from './database/error_codes.ts'
import { checkServersLogin } from './database/login.ts'
import { healthPool, listenPool, passwordPool, requestPool } from './database/pools.ts'
import { createGraphQL } from './graphql/instance.ts'
import { healthRoutes } from './health.ts'
import { Lifecycle } from './lifecycle.ts'
import { listen } from './listen.ts'
import { log } from './log.ts'
import { createMetrics } from './metrics.ts'
import { identifyRequests, internalError, notFound, oneAuthorization } from './requests.ts'
import { restRouter } from './rest/router.ts'
import { runProgram } from './run_program.ts'
import { readSettings, type ServerSettings, type Settings } from './settings.ts'
import { pageNotFound, pagesManifests, webPages } from './web_pages.ts'

/** Longest that a stop waits for requests in flight. */
const graceMs = 10_000

/**
 * Starts the HTTP server. Gives its address as a URL, the same as it is said to people, and how to stop it: no new
 * requests, those in flight are answered, then the database connections are closed.
 * Throws StartError when it may not connect so, cannot listen, or a manifest of documents has faults, and what PostgreSQL
 * throws when the schema cannot be read.
 */
export async function startServer(
  settings: ServerSettings,
  lifecycle: Lifecycle,
): Promise<{ url: string; said: string; stop: () => Promise<void> }> {
  const pool = requestPool(settings)
  await checkServersLogin(pool, settings)
  const passwords = passwordPool(settings)
  const health = healthPool(settings)
  const listening = settings.listenDatabaseUrl ? listenPool(settings.listenDatabaseUrl) : undefined
  const { trustedDocuments } = settings
  const manifests = trustedDocuments ? [trustedDocuments, ...pagesManifests] : undefined
  const graphql = await createGraphQL({ pool, passwordPool: passwords, listening, settings, log, manifests })
  const app = express()
  const { server, stop: finishRequests } = createHttpServer(settings, app)
  const metrics = createMetrics(settings, health, { requests: pool, passwords })

  app.disable('x-powered-by')
  // GraphiQL, in development only, needs inline scripts.
  app.use(helmet({ contentSecurityPolicy: settings.production }))
  app.use(identifyRequests)
  app.use(metrics.observe)
  app.use(oneAuthorization)
  app.use(metrics.routes)
  app.use(await healthRoutes(health, () => lifecycle.stopping))
  // Lists and GraphQL answers travel at a fifth of their size. What is short, or compressed already, goes as it is.
  app.use(compression())
  app.use(webPages(graphql, settings))
  app.use('/api', restRouter(graphql, await readErrorCodes(pool)))
  await graphql.addTo(app, server)
  app.use(pageNotFound)
  app.use(notFound)
  app.use(internalError)

  // A database that lacks this release's migrations cannot say. The server starts all the same, and /readyz reports it.
  await metrics
    .readTimeZones()
    .catch((error) => log.warn({ err: error }, 'the time zones could not be compared with those of the database'))

  return {
    ...(await listen(server, settings)),
    async stop() {
      await finishRequests(graceMs)
      await graphql.release()
      await Promise.all([pool.end(), passwords.end(), health.end(), listening?.end()])
    },
  }
}

/** The key that signs access tokens: the one that is set, else one made for this run, with a warning. */
export function signingKey(settings: Settings): string {
  if (settings.jwtSecret) return settings.jwtSecret
  log.warn('JWT_SECRET is not set: access tokens are good until this server stops, and on no other server')
  return randomBytes(36).toString('base64url')
}

// `npm run server`: the HTTP server alone, on a database that others migrate, beside a worker that runs elsewhere.
if (import.meta.main) {
  const lifecycle = new Lifecycle()
  await runProgram(
    async () => {
      const settings = readSettings('server')
      const databaseUrl = (settings.serverDatabaseUrl ?? settings.databaseUrl) as string
      const { said, stop } = await startServer({ ...settings, databaseUrl, jwtSecret: signingKey(settings) }, lifecycle)
      lifecycle.onStop('HTTP server', stop)
      process.stdout.write(`medislot server is ready: ${said}\n`)
    },
    () => lifecycle.stopping,
  )
}
