import { Stripe } from 'stripe'
import {
  type CheckoutRequest,
  type PaymentProvider,
  type ProviderCheckout,
  ProviderError,
  type ProviderEvent,
  type ProviderRefund,
  type RefundRequest,
} from './provider.ts'

/** Limits of a call with its repetitions: together less than the 60 seconds for which it is claimed. */
const timeoutMs = 10_000
const repetitions = 2
/** How old a webhook may be when it arrives, seconds. */
const toleranceSeconds = 300

/**
 * Methods that report at once whether the money was paid, as far as the account has them. A debit or a transfer that fails after
 * days would leave a visit booked and unpaid.
 */
const immediateMethods = ['card', 'link', 'paypal', 'ideal', 'bancontact', 'eps', 'twint', 'blik'] as const

export interface StripeSettings {
  secretKey: string
  webhookSecret: string
  /** In place of https://api.stripe.com. */
  apiUrl: string | undefined
}

/**
 * Stripe, by its hosted Checkout. The SDK itself repeats a call that got no response, with the same idempotency key; whatever
 * takes longer is repeated by the queue of calls.
 */
export function stripeProvider({ secretKey, webhookSecret, apiUrl }: StripeSettings): PaymentProvider {
  const stripe = new Stripe(secretKey, {
    maxNetworkRetries: repetitions,
    timeout: timeoutMs,
    telemetry: false,
    ...(apiUrl && addressOf(apiUrl)),
  })

  return {
    name: 'stripe',

    openCheckout: (request) =>
      inTerms(async () => checkoutOf(await stripe.checkout.sessions.create(sessionOf(request), optionsOf(request)))),

    readCheckout: (sessionId, account) =>
      inTerms(async () => checkoutOf(await stripe.checkout.sessions.retrieve(sessionId, {}, optionsOf({ account })))),

    expireCheckout: (sessionId, account) => inTerms(async () => checkoutOf(await expire(stripe, sessionId, account))),

    refund: (request) => inTerms(async () => refundOf(await refund(stripe, request))),

    readRefund: (refundId, account) =>
      inTerms(async () => refundOf(await stripe.refunds.retrieve(refundId, {}, optionsOf({ account })))),

    readEvent(body, signature) {
      try {
        return eventOf(Stripe.webhooks.constructEvent(body, signature ?? '', webhookSecret, toleranceSeconds))
      } catch (error) {
        if (error instanceof Stripe.errors.StripeSignatureVerificationError) return undefined
        throw error
      }
    },
  }
}

async function expire(
  stripe: Stripe,
  sessionId: string,
  account: string | undefined,
): Promise<Stripe.Checkout.Session> {
  try {
    return await stripe.checkout.sessions.expire(sessionId, {}, optionsOf({ account }))
  } catch (error) {
    // It was paid or had expired a moment before.
    if (!(error instanceof Stripe.errors.StripeInvalidRequestError)) throw error
    return await stripe.checkout.sessions.retrieve(sessionId, {}, optionsOf({ account }))
  }
}

async function refund(
  stripe: Stripe,
  { refundId, payment, amount, ...options }: RefundRequest,
): Promise<Stripe.Refund> {
  const parameters = { payment_intent: payment, amount: minorUnits(amount), metadata: { refund: refundId } }
  try {
    return await stripe.refunds.create(parameters, optionsOf(options))
  } catch (error) {
    if (!isStored(error)) throw error
    // Stripe gives a stored error under this key for ever. Another key is safe once it is known that there is no refund.
    const made = await findRefund(stripe, refundId, payment, options.account)
    if (!made) throw error
    return made
  }
}

async function findRefund(stripe: Stripe, refundId: string, payment: string, account: string | undefined) {
  for await (const found of stripe.refunds.list({ payment_intent: payment, limit: 100 }, optionsOf({ account }))) {
    if (found.metadata?.refund === refundId) return found
  }
  return undefined
}

const optionsOf = ({ account, idempotencyKey }: { account: string | undefined; idempotencyKey?: string }) => ({
  ...(account !== undefined && { stripeAccount: account }),
  ...(idempotencyKey !== undefined && { idempotencyKey }),
})

/** Ids and amounts only: what a visit is for would be health data, on the statement of a bank account as well. */
function sessionOf(request: CheckoutRequest): Stripe.Checkout.SessionCreateParams {
  const { checkoutId, amount, currency, language, expiresAt, successUrl, cancelUrl } = request
  const metadata = { checkout: checkoutId }
  const suffix = descriptorOf(checkoutId)
  return {
    mode: 'payment',
    line_items: [
      {
        quantity: 1,
        price_data: {
          currency: currency.toLowerCase(),
          unit_amount: minorUnits(amount),
          product_data: { name: language === 'de' ? `Zahlung ${checkoutId}` : `Payment ${checkoutId}` },
        },
      },
    ],
    client_reference_id: checkoutId,
    metadata,
    payment_intent_data: { metadata, ...(suffix && { statement_descriptor_suffix: suffix }) },
    allowed_payment_method_types: [...immediateMethods],
    locale: language === 'de' ? 'de' : 'en',
    expires_at: Math.floor(expiresAt.getTime() / 1000),
    success_url: successUrl,
    cancel_url: cancelUrl,
  }
}

/**
 * The end of a line on a bank statement. Together with the account's own prefix (at most 10 characters) and the separator "* "
 * it may have 22 characters; a longer one is left out, and the statement shows the account's descriptor.
 */
export function descriptorOf(checkoutId: string): string | undefined {
  const suffix = `N${checkoutId}`
  return suffix.length <= 10 ? suffix : undefined
}

/** The SDK takes numbers. Throws for an amount that a number cannot hold exactly, far beyond Stripe's own limits. */
function minorUnits(amount: bigint): number {
  if (amount > BigInt(Number.MAX_SAFE_INTEGER)) throw new ProviderError('failed', 'amount_too_large')
  return Number(amount)
}

function checkoutOf(session: Stripe.Checkout.Session): ProviderCheckout {
  const { payment_intent: intent } = session
  return {
    sessionId: session.id,
    state: stateOf(session),
    url: session.url ?? undefined,
    payment: typeof intent === 'string' ? intent : intent?.id,
    amount: BigInt(session.amount_total ?? 0),
    currency: (session.currency ?? '').toUpperCase(),
  }
}

/** A completed session that is not paid yet counts as open, without an address: its money may still come. */
function stateOf({ status, payment_status }: Stripe.Checkout.Session): ProviderCheckout['state'] {
  if (payment_status === 'paid') return 'paid'
  return status === 'expired' ? 'expired' : 'open'
}

function refundOf({ id, status }: Stripe.Refund): ProviderRefund {
  if (status === 'succeeded') return { id, state: 'succeeded' }
  return { id, state: status === 'failed' || status === 'canceled' ? 'failed' : 'pending' }
}

function eventOf({ id, type, account, data }: Stripe.Event): ProviderEvent {
  const { id: objectId = '', metadata } = data.object as { id?: string; metadata?: Stripe.Metadata | null }
  const named = metadata?.checkout ?? metadata?.refund
  const ownId = /^\d{1,18}$/.test(named ?? '') ? named : undefined
  return { id, type, objectId: String(objectId), account, ownId }
}

/** Does the work and reports Stripe's errors as ProviderError. */
async function inTerms<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (!(error instanceof Stripe.errors.StripeError)) throw error
    throw new ProviderError(outcomeOf(error), error.code ?? error.rawType ?? error.type, { cause: error })
  }
}

/** Whether Stripe answered with an internal error, which it stores under the idempotency key. */
const isStored = (error: unknown) => error instanceof Stripe.errors.StripeError && (error.statusCode ?? 0) >= 500

/** https://docs.stripe.com/error-low-level */
function outcomeOf(error: Stripe.errors.StripeError): ProviderError['outcome'] {
  // A session that nobody has the address of cannot be paid, and refund() has looked for the refund.
  if (isStored(error)) return 'retry'
  const { statusCode } = error
  // No response; or a wrong key, too many calls, or a call with this idempotency key that is still in progress.
  if (statusCode === undefined || [401, 403, 409, 429].includes(statusCode)) return 'unknown'
  return 'failed'
}

function addressOf(apiUrl: string): Pick<Stripe.StripeConfig, 'host' | 'port' | 'protocol'> {
  const { hostname, port, protocol } = new URL(apiUrl)
  const scheme = protocol === 'http:' ? 'http' : 'https'
  return { host: hostname, port: port || (scheme === 'http' ? 80 : 443), protocol: scheme }
}
