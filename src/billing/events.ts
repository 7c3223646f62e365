import { isRefusal } from '../database/error_codes.ts'
import { log } from '../process/log.ts'
import { atOnce } from './at_once.ts'
import type { Providers } from './calls.ts'
import type { Ledger, StoredEvent } from './ledger.ts'
import { type PaymentProvider, ProviderError } from './providers/provider.ts'
import { recordCheckout } from './record_checkout.ts'

/**
 * Applies the webhooks that are stored. Of an event only the object's id is used: its state is read from the provider,
 * so that late, repeated and reordered events do no harm. Returns whether there were any.
 */
export async function applyEvents(ledger: Ledger, providers: Providers): Promise<boolean> {
  const events = await ledger.claimEvents()
  await atOnce(events, (event) => apply(ledger, providers.get(event.provider) as PaymentProvider, event))
  return events.length > 0
}

async function apply(ledger: Ledger, provider: PaymentProvider, event: StoredEvent): Promise<void> {
  const { type, objectId, account } = event
  try {
    if (type.startsWith('checkout.session.')) await applyCheckout(ledger, provider, objectId, account)
    else if (type.startsWith('refund.')) await applyRefund(ledger, provider, objectId, account)
    await ledger.finishEvent(event)
  } catch (error) {
    const code = codeOf(error)
    log.warn({ event: event.eventId, type, code }, 'an event could not be applied and is tried again')
    await ledger.finishEvent(event, code)
  }
}

/**
 * The code of an error of the provider, or of a refusal by the database. Throws any other error, which is a bug.
 */
function codeOf(error: unknown): string {
  if (error instanceof ProviderError) return `${error.outcome}: ${error.code}`
  // Such as an unknown session, which may be recorded a moment later.
  if (isRefusal(error)) return error.code
  throw error
}

/** Reads a checkout from its provider and records how it has ended, if it has. */
export async function applyCheckout(
  ledger: Ledger,
  provider: PaymentProvider,
  sessionId: string,
  account: string | undefined,
): Promise<void> {
  await recordCheckout(ledger, provider, await provider.readCheckout(sessionId, account))
}

/** Reads a refund from its provider and records how it ended, if it has. */
export async function applyRefund(
  ledger: Ledger,
  provider: PaymentProvider,
  refund: string,
  account: string | undefined,
): Promise<void> {
  const { state } = await provider.readRefund(refund, account)
  if (state !== 'pending') await ledger.settleRefund(provider.name, refund, state)
}
