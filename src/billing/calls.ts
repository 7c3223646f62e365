import { log } from '../process/log.ts'
import { atOnce } from './at_once.ts'
import type { Ledger, ProviderCall } from './ledger.ts'
import { type PaymentProvider, ProviderError } from './providers/provider.ts'
import { recordCheckout } from './record_checkout.ts'

/** The providers of a process by their names. */
export type Providers = ReadonlyMap<string, PaymentProvider>

/** Where patients see the outcome of their payment; when they have just paid, the page waits for the confirmation. */
export const returnUrl = (publicUrl: string, checkoutId: string, hasPaid: boolean): string =>
  new URL(`/pay/${checkoutId}${hasPaid ? '?done' : ''}`, publicUrl).href

interface SessionPayload {
  checkoutId: string
  account: string | null
  amount: string
  currency: string
  language: string
  expiresAt: string
}

interface RefundPayload {
  refundId: string
  account: string | null
  paymentId: string
  amount: string
}

/**
 * Makes the calls to providers that are due, at the same time, and reports their outcomes. Returns whether there were
 * any. A call whose outcome could not be reported is claimed again later, with the same idempotency key.
 */
export async function makeCalls(ledger: Ledger, providers: Providers, publicUrl: string): Promise<boolean> {
  const calls = await ledger.claimCalls()
  await atOnce(calls, (call) => make(ledger, providers, publicUrl, call))
  return calls.length > 0
}

async function make(ledger: Ledger, providers: Providers, publicUrl: string, call: ProviderCall): Promise<void> {
  const provider = providers.get(call.provider) as PaymentProvider
  try {
    const reply = await replyOf(ledger, provider, publicUrl, call)
    await ledger.recordCall(call.id, 'done', reply)
    log.info({ call: call.id, kind: call.kind }, 'provider call done')
  } catch (error) {
    if (!(error instanceof ProviderError)) throw error
    log.warn({ call: call.id, kind: call.kind, outcome: error.outcome, code: error.code }, 'provider call failed')
    await ledger.recordCall(call.id, error.outcome, {}, error.code)
  }
}

async function replyOf(
  ledger: Ledger,
  provider: PaymentProvider,
  publicUrl: string,
  call: ProviderCall,
): Promise<Record<string, string>> {
  const { idempotencyKey } = call
  switch (call.kind) {
    case 'create_session': {
      const { checkoutId, account, amount, currency, language, expiresAt } = call.payload as unknown as SessionPayload
      const { sessionId, url } = await provider.openCheckout({
        checkoutId,
        account: account ?? undefined,
        amount: BigInt(amount),
        currency,
        language,
        expiresAt: new Date(expiresAt),
        successUrl: returnUrl(publicUrl, checkoutId, true),
        cancelUrl: returnUrl(publicUrl, checkoutId, false),
        idempotencyKey,
      })
      // None when an earlier attempt opened it and it has ended since: then it is never shown to anyone.
      if (url === undefined) throw new ProviderError('failed', 'session_ended')
      return { sessionId, url }
    }
    case 'expire_session': {
      const { sessionId, account } = call.payload as { sessionId: string; account: string | null }
      // It may have been paid a moment before. Nobody asks about it again, since the checkout has ended here.
      await recordCheckout(ledger, provider, await provider.expireCheckout(sessionId, account ?? undefined))
      return {}
    }
    case 'refund': {
      const { refundId, account, paymentId, amount } = call.payload as unknown as RefundPayload
      const { id, state } = await provider.refund({
        refundId,
        account: account ?? undefined,
        payment: paymentId,
        amount: BigInt(amount),
        idempotencyKey,
      })
      if (state === 'failed') throw new ProviderError('failed', 'refund_failed')
      return { refundId: id, status: state }
    }
  }
}
