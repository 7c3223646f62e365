import express from 'express'
import helmet from 'helmet'
import { checkBillingLogin, refusePoolerBefore } from '../database/login.ts'
import { createPool, roleOf } from '../database/pools.ts'
import { createHttpServer } from '../http/connections.ts'
import { healthRoutes } from '../http/health.ts'
import { listen } from '../http/listen.ts'
import { endConnectionsWhen, identifyRequests, internalError, notFound } from '../http/requests.ts'
import { traceRequests } from '../http/trace_requests.ts'
import type { Lifecycle } from '../process/lifecycle.ts'
import { log } from '../process/log.ts'
import type { Settings } from '../process/settings.ts'
import { makeCalls } from './calls.ts'
import { developmentPage } from './development_page.ts'
import { applyEvents } from './events.ts'
import { Ledger } from './ledger.ts'
import { startLoop } from './loop.ts'
import { createMetrics } from './metrics.ts'
import { OtherDatabases } from './other_databases.ts'
import { developmentProvider } from './providers/development.ts'
import type { PaymentProvider } from './providers/provider.ts'
import { stripeProvider } from './providers/stripe.ts'
import { reconcile } from './reconcile.ts'
import { settlingShares } from './shares.ts'
import { webhookRoutes } from './webhook_routes.ts'

/** A patient waits for the payment page, so queued calls are looked for often. */
const queuePauseMs = 500
const reconcilePauseMs = 30_000
const sharesPauseMs = 1000
/** How long a stop waits for requests in flight, milliseconds. */
const graceMs = 10_000
const poolSize = 5

type BillingSettings = Pick<
  Settings,
  | 'production'
  | 'host'
  | 'billingPort'
  | 'billingPortIsGiven'
  | 'stripe'
  | 'metricsToken'
  | 'requestTimeoutMs'
  | 'keepAliveMs'
  | 'maxConnections'
  | 'stopDelayMs'
> & {
  /** The database, as app_billing. */
  databaseUrl: string
  /** The address of the pages, to which patients return from the payment. */
  publicUrl: string
}

/**
 * Starts the billing process: the webhooks of payment providers, the payment page of the provider for development, and
 * the queued calls to providers. Returns its address, and a function that stops it: it begins no more work and finishes
 * the current work; work that it does not finish is claimed again later. A lost connection to the database is replaced.
 * Throws StartError when the database login is not allowed or when it cannot listen.
 */
export async function startBilling(
  settings: BillingSettings,
  lifecycle: Lifecycle,
): Promise<{ displayUrl: string; stop: () => Promise<void> }> {
  const { production, stripe, publicUrl, metricsToken, host, billingPort, billingPortIsGiven } = settings
  const options = { ...roleOf(settings.databaseUrl, 'app_billing'), statement_timeout: 30_000 }
  const pool = createPool(settings.databaseUrl, { name: 'billing', size: poolSize, options })
  await refusePoolerBefore(pool)
  await checkBillingLogin(pool, production)

  const names = [...(stripe ? ['stripe'] : []), ...(production ? [] : ['development'])]
  const ledger = new Ledger(pool, names)
  const others = new OtherDatabases(ledger, settings.databaseUrl, (each) => new Ledger(each, names))
  let url = ''
  const all: PaymentProvider[] = [
    ...(stripe ? [stripeProvider(stripe)] : []),
    ...(production ? [] : [developmentProvider(ledger, () => url)]),
  ]
  const providers = new Map(all.map((provider) => [provider.name, provider]))
  const metrics = createMetrics(ledger, metricsToken)

  const app = express()
  const { server, stop: finishRequests } = createHttpServer(settings, app)
  app.disable('x-powered-by')
  app.use(helmet())
  app.use(identifyRequests)
  app.use(traceRequests)
  app.use(endConnectionsWhen(() => lifecycle.stopping))
  app.use(metrics.routes)
  app.use(await healthRoutes(pool, () => lifecycle.stopping))
  app.use(webhookRoutes(ledger, others, providers, metrics.countWebhook, () => events.wake()))
  if (!production) app.use(developmentPage(ledger, publicUrl))
  app.use(notFound)
  app.use(internalError)
  lifecycle.delayStop(settings.stopDelayMs)

  const address = await listen(server, { host, port: billingPort, portIsGiven: billingPortIsGiven }, 'BILLING_PORT')
  url = address.url
  const calls = startLoop('provider calls', queuePauseMs, () => makeCalls(ledger, providers, publicUrl))
  const events = startLoop('provider events', queuePauseMs, () => applyEvents(ledger, providers))
  const reconciling = startLoop('reconciliation', reconcilePauseMs, () => reconcile(ledger, providers))
  const shares = startLoop('shares of payments', sharesPauseMs, settlingShares(others))
  log.info({ providers: names }, 'billing serves these providers')

  return {
    displayUrl: address.displayUrl,
    async stop() {
      await Promise.all([finishRequests(graceMs), calls.stop(), events.stop(), reconciling.stop(), shares.stop()])
      await Promise.all([pool.end(), others.end()])
    },
  }
}
