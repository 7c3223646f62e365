import { Router } from 'express'
import { Counter, collectDefaultMetrics, Gauge, Registry } from 'prom-client'
import { mayReadMetrics } from '../http/metrics_access.ts'
import { log } from '../process/log.ts'
import type { Ledger } from './ledger.ts'

export type WebhookOutcome = 'stored' | 'known' | 'elsewhere' | 'not_handed_on' | 'refused'

/**
 * GET /metrics of the billing process: what waits in the database, the webhooks that arrived here, and this process. Who may
 * read them is as for the HTTP server. `countWebhook` counts one by its outcome.
 */
export function createMetrics(ledger: Ledger, metricsToken: string | undefined) {
  const registry = new Registry()
  const registers = [registry]
  collectDefaultMetrics({ register: registry })
  const webhooks = new Counter({
    name: 'medislot_billing_webhooks_total',
    help:
      'Webhooks by outcome: stored, known (stored before), elsewhere (of another database), ' +
      'not_handed_on (to a shard, which was down), refused (not genuine)',
    labelNames: ['provider', 'outcome'],
    registers,
  })
  const gauge = (name: string, help: string) =>
    new Gauge({ name: `medislot_billing_${name}`, help, labelNames: ['provider', 'what'], registers })
  const waiting = gauge('waiting', 'Calls to providers and webhooks that are not finished')
  const late = gauge('late_seconds', 'Seconds since the oldest of them became due')
  const givenUp = gauge('given_up', 'Calls and webhooks that were given up')

  async function readDatabase(): Promise<void> {
    const figures = await ledger.figures()
    for (const each of [waiting, late, givenUp]) each.reset()
    for (const { provider, what, ...figure } of figures) {
      waiting.set({ provider, what }, Number(figure.waiting))
      late.set({ provider, what }, Number(figure.lateSeconds))
      givenUp.set({ provider, what }, Number(figure.givenUp))
    }
  }

  const routes = Router().get('/metrics', async (request, response, next) => {
    if (!mayReadMetrics(request, metricsToken)) return next()
    // When the database does not answer, the other metrics are still worth having.
    await readDatabase().catch((error) => log.warn({ err: error }, 'the database gave no figures'))
    response.type(registry.contentType).send(await registry.metrics())
  })

  return {
    routes,
    countWebhook: (provider: string, outcome: WebhookOutcome) => webhooks.inc({ provider, outcome }),
  }
}
