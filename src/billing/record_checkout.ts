import { log } from '../process/log.ts'
import type { Ledger } from './ledger.ts'
import type { PaymentProvider, ProviderCheckout } from './providers/provider.ts'

/** Records how a checkout has ended at its provider, if it has: paid or unpaid. May be repeated. */
export async function recordCheckout(
  ledger: Ledger,
  { name }: PaymentProvider,
  { sessionId, state, payment, amount, currency }: ProviderCheckout,
): Promise<void> {
  if (state === 'paid' && payment !== undefined) {
    const outcome = await ledger.settleCheckout(name, { sessionId, payment, amount, currency })
    log.info({ session: sessionId, outcome }, 'checkout settled')
  } else if (state === 'expired') {
    await ledger.endCheckout(name, sessionId)
  }
}
