import { log } from '../process/log.ts'
import { atOnce } from './at_once.ts'
import type { Providers } from './calls.ts'
import { applyCheckout, applyRefund } from './events.ts'
import type { Ledger } from './ledger.ts'
import { type PaymentProvider, ProviderError } from './providers/provider.ts'

/**
 * Asks providers about checkouts that have been open for five minutes and refunds that have been pending for an hour,
 * in case their webhooks were lost. Returns false, so that there is a pause: the database gives each of them again a
 * while later.
 */
export async function reconcile(ledger: Ledger, providers: Providers): Promise<false> {
  const providerOf = (name: string) => providers.get(name) as PaymentProvider
  await atOnce(await ledger.checkoutsToReconcile(), ({ provider, sessionId, account }) =>
    attempt({ session: sessionId }, () => applyCheckout(ledger, providerOf(provider), sessionId, account ?? undefined)),
  )
  await atOnce(await ledger.refundsToReconcile(), ({ provider, refund, account }) =>
    attempt({ refund }, () => applyRefund(ledger, providerOf(provider), refund, account ?? undefined)),
  )
  return false
}

/** If the provider does not know one of them or does not answer, the others are processed nevertheless. */
async function attempt(what: Record<string, string>, work: () => Promise<unknown>): Promise<void> {
  try {
    await work()
  } catch (error) {
    if (!(error instanceof ProviderError)) throw error
    log.warn({ ...what, outcome: error.outcome, code: error.code }, 'could not be reconciled')
  }
}
