import express, { Router } from 'express'
import { log } from '../process/log.ts'
import type { Providers } from './calls.ts'
import type { Ledger, StoredEvent } from './ledger.ts'
import type { WebhookOutcome } from './metrics.ts'
import type { OtherDatabases } from './other_databases.ts'

/** Stripe's events are some kilobytes. */
const largestBody = '1mb'

/**
 * POST /webhooks/:provider. Verifies the exact bytes that arrived, before anything parses them, and stores the event
 * once. Answers 200 when it is stored, and 400 when it is not genuine. The provider sends an event again if the answer
 * was not 200. The process of the global database also stores an event in the shards that it may be about, and answers
 * 503 while one of them is down. A database does not store events about other databases. `count` is called for each,
 * `onEvent` for a new one.
 */
export function webhookRoutes(
  ledger: Ledger,
  others: OtherDatabases,
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
    const stored: StoredEvent = { provider: provider.name, eventId, ...changed }
    const isNew = await ledger.storeEvent(stored, ownId)
    if (isNew) onEvent()
    try {
      await others.handOn(stored, ownId)
    } catch (err) {
      count(provider.name, 'not_handed_on')
      log.warn({ err, event: eventId, requestId: request.id }, 'a webhook could not be stored in a shard')
      return void response.status(503).json({ error: 'shard_unavailable' })
    }
    count(provider.name, isNew === null ? 'elsewhere' : isNew ? 'stored' : 'known')
    response.json({ received: true })
  })
}
