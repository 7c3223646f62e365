/** A payment page to be opened for a checkout. Amounts are in minor units of the currency (ISO 4217). */
export interface CheckoutRequest {
  checkoutId: string
  amount: bigint
  currency: string
  /** The language of the payment page. */
  language: string
  /** When the page stops accepting the payment. */
  expiresAt: Date
  /** Where the browser goes after the payment, and where it goes when the patient turns back. */
  successUrl: string
  cancelUrl: string
  /** The account of the clinic at the provider; undefined: the operator's own. */
  account: string | undefined
  /** The same for every repetition of an attempt; a new attempt needs a new one. */
  idempotencyKey: string
}

/** A checkout as the provider knows it now. A paid one is never open or expired again. */
export interface ProviderCheckout {
  sessionId: string
  state: 'open' | 'paid' | 'expired'
  /** The hosted payment page, while it is open. */
  url: string | undefined
  /** The payment at the provider, once there is one. */
  payment: string | undefined
  amount: bigint
  currency: string
}

export interface RefundRequest {
  /** Our id of the refund, by which the provider's copy is found again. */
  refundId: string
  payment: string
  amount: bigint
  account: string | undefined
  idempotencyKey: string
}

export interface ProviderRefund {
  id: string
  state: 'pending' | 'succeeded' | 'failed'
}

/** A verified event: which object has changed. Its content is not used; the object is read from the provider. */
export interface ProviderEvent {
  id: string
  /** The provider's name of what happened. */
  type: string
  objectId: string
  account: string | undefined
  /** Our id of the checkout or refund, if the event has one: it says to which database the event belongs. */
  ownId: string | undefined
}

/** Somebody who takes payments online. Functions throw ProviderError. */
export interface PaymentProvider {
  name: string
  openCheckout(request: CheckoutRequest): Promise<ProviderCheckout>
  readCheckout(sessionId: string, account: string | undefined): Promise<ProviderCheckout>
  /** Ends an open checkout, so that it cannot be paid any more. Returns its state after that, which may be paid. */
  expireCheckout(sessionId: string, account: string | undefined): Promise<ProviderCheckout>
  refund(request: RefundRequest): Promise<ProviderRefund>
  readRefund(refund: string, account: string | undefined): Promise<ProviderRefund>
  /** Verifies a webhook by its exact bytes. Returns undefined when the sender or the time is not genuine. */
  readEvent(body: Buffer, signature: string | undefined): ProviderEvent | undefined
}

/**
 * Why a call failed. `failed`: the provider refused it, and a repetition is pointless. `retry`: it is known to have had
 * no effect that matters, and a repetition needs a new idempotency key, since the failure is stored under the old one.
 * `unknown`: it may have taken effect, and only a repetition with the same key is safe.
 */
export class ProviderError extends Error {
  readonly outcome: 'failed' | 'retry' | 'unknown'
  /** The provider's name for the error, without personal data. */
  readonly code: string
  constructor(outcome: ProviderError['outcome'], code: string, options?: ErrorOptions) {
    super(`${outcome}: ${code}`, options)
    this.outcome = outcome
    this.code = code
  }
}
