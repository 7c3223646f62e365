import express, { Router } from 'express'
import { log } from '../process/log.ts'
import type { Providers } from './calls.ts'
import type { Ledger } from './ledger.ts'
import type { WebhookOutcome } from './metrics.ts'

/** Stripe's events are some kilobytes. */
const largestBody = '1mb'

/**
 * POST /webhooks/:provider. Verifies the exact bytes that arrived, before anything parses them, and stores the event once.
 * Answers 200 when it is stored, and 400 when it is not genuine. The provider sends again what was not answered with 200.
 * One about another database of the installation is not stored and answered with 200: the billing process there gets it too.
 * `count` is called for each, `onEvent` for a new one.
 */
export function webhookRoutes(
  ledger: Ledger,
  providers: Providers,
  count: (provider: string, outcome: WebhookOutcome) => void,
  onEvent: () => void,
): Router {
  const raw = express.raw({ type: () => true, limit: largestBody })
  return Router().post('/webhooks/:provider', raw, async (request, response, next) => {
    const provider = providers.get(String(request.params.provider))
    if (!provider) return next()
    // Without a body Express leaves an empty object.
    const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0)
    const event = provider.readEvent(body, request.get('stripe-signature'))
    if (!event) {
      count(provider.name, 'refused')
      log.warn(
        { provider: provider.name, requestId: request.id },
        'a webhook was refused: its signature is not genuine',
      )
      return void response.status(400).json({ error: 'signature_invalid' })
    }
    const { id: eventId, ownId, ...changed } = event
    const isNew = await ledger.storeEvent({ provider: provider.name, eventId, ...changed }, ownId)
    count(provider.name, isNew === null ? 'elsewhere' : isNew ? 'stored' : 'known')
    if (isNew) onEvent()
    response.json({ received: true })
  })
}
