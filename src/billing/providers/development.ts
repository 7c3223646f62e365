import { createHash } from 'node:crypto'
import type { Ledger } from '../ledger.ts'
import { type PaymentProvider, type ProviderCheckout, ProviderError } from './provider.ts'

/**
 * The provider for development: it has a payment page of its own (development_pages.ts), takes no money, and refunds at once.
 * Paying there settles the checkout directly, so nothing is kept here and no event is lost. `baseUrl` is this process's address.
 */
export function developmentProvider(ledger: Ledger, baseUrl: () => string): PaymentProvider {
  const name = 'development'

  async function readCheckout(sessionId: string): Promise<ProviderCheckout> {
    const details = await ledger.checkoutOf(name, sessionId)
    if (!details) throw new ProviderError('failed', 'no_such_session')
    const { state, amount, currency, expiresAt } = details
    const common = { sessionId, url: undefined, amount: BigInt(amount), currency }
    if (state === 'paid') return { ...common, state, payment: paymentOf(sessionId) }
    const isOver = state !== 'open' || Date.parse(expiresAt) <= Date.now()
    return { ...common, state: isOver ? 'expired' : 'open', payment: undefined }
  }

  return {
    name,
    // The same key gives the same session, as it does at a real provider.
    async openCheckout({ idempotencyKey, amount, currency }) {
      const sessionId = `dev_${createHash('sha256').update(idempotencyKey).digest('base64url').slice(0, 22)}`
      const url = `${baseUrl()}/development/${sessionId}`
      return { sessionId, state: 'open', url, payment: undefined, amount, currency }
    },
    readCheckout,
    async expireCheckout(sessionId) {
      const checkout = await readCheckout(sessionId)
      return checkout.state === 'open' ? { ...checkout, state: 'expired' } : checkout
    },
    refund: async ({ refundId }) => ({ id: `dev_refund_${refundId}`, state: 'succeeded' }),
    readRefund: async (id) => ({ id, state: 'succeeded' }),
    readEvent: () => undefined,
  }
}

/** The id of the payment of a session. */
export const paymentOf = (sessionId: string): string => `dev_payment_${sessionId}`
