import { isDeepStrictEqual } from 'node:util'
import type { Json, StripeWebhooks } from './stripe_webhooks.ts'

/** An error of the API in the form of Stripe's. */
export class RequestError extends Error {
  readonly status: number
  readonly body: Json
  constructor(status: number, type: string, message: string, more: Json = {}) {
    super(message)
    this.status = status
    this.body = { error: { type, message, ...more } }
  }
}

interface Call {
  call: string
  key: string | undefined
  account: string | undefined
  parameters: Json
}

interface Outcome {
  status: number
  body: Json
}

/** Stripe keeps the first outcome of a key, 500 included, and gives it again for at least 24 hours. */
interface StoredOutcome extends Outcome {
  call: string
  parameters: Json
}

// https://docs.stripe.com/currencies
const withoutDecimals = new Set('bif clp djf gnf jpy kmf krw mga pyg rwf ugx vnd vuv xaf xof xpf'.split(' '))
const withThreeDecimals = new Set('bhd jod kwd omr tnd'.split(' '))

const minutes = (count: number) => count * 60
const invalid = (message: string, param?: string, code?: string) =>
  new RequestError(400, 'invalid_request_error', message, { param, code })
const now = () => Math.floor(Date.now() / 1000)

/** The objects of Stripe accounts, and the store of idempotency keys. */
export class StripeApi {
  readonly #url: string
  readonly #webhooks: StripeWebhooks
  readonly #outcomes = new Map<string, StoredOutcome>()
  readonly #objects = new Map<string, Json>()
  #made = 0
  /** The state of refunds that are made from now on. */
  refundsAre: 'succeeded' | 'pending' = 'succeeded'

  constructor(url: string, webhooks: StripeWebhooks) {
    this.#url = url
    this.#webhooks = webhooks
  }

  /** All objects of a kind, such as 'refund', in the order in which they were made. */
  all(kind: string): Json[] {
    return [...this.#objects.values()].filter(({ object }) => object === kind)
  }

  session(id: string): Json {
    return this.#find('checkout.session', id)
  }

  internalError(): Json {
    return { error: { type: 'api_error', message: 'An unknown error occurred' } }
  }

  /** Replaces the stored outcome for the idempotency key of a call. */
  remember({ call, key, account, parameters }: Call, status: number): void {
    if (key) this.#outcomes.set(`${account} ${key}`, { call, parameters, status, body: this.internalError() })
  }

  /**
   * Executes a call, or returns the stored outcome of its key. `fails`: it fails with an internal error before it does
   * anything.
   */
  answer({ fails, ...call }: Call & { fails: boolean }): Outcome & { replayed: boolean } {
    const name = `${call.account} ${call.key}`
    const stored = call.key === undefined ? undefined : this.#outcomes.get(name)
    if (stored) {
      if (stored.call !== call.call || !isDeepStrictEqual(stored.parameters, call.parameters))
        throw new RequestError(
          400,
          'idempotency_error',
          'Keys for idempotent requests can only be used with the same parameters',
        )
      return { status: stored.status, body: stored.body, replayed: true }
    }
    // What is refused as invalid is not stored.
    const outcome = fails ? { status: 500, body: this.internalError() } : { status: 200, body: this.#carryOut(call) }
    if (call.key !== undefined) this.#outcomes.set(name, { ...outcome, call: call.call, parameters: call.parameters })
    return { ...outcome, replayed: false }
  }

  /** The patient pays on the hosted page. */
  pay(sessionId: string): Json {
    const session = this.#expiredWhenDue(this.session(sessionId))
    if (session.status !== 'open') throw invalid(`The session is ${session.status}`)
    const intent = this.#make('payment_intent', 'pi', session.account, {
      amount: session.amount_total,
      amount_received: session.amount_total,
      currency: session.currency,
      metadata: session.payment_intent_data?.metadata ?? {},
      statement_descriptor_suffix: session.payment_intent_data?.statement_descriptor_suffix ?? null,
      status: 'succeeded',
    })
    Object.assign(session, { status: 'complete', payment_status: 'paid', payment_intent: intent.id, url: null })
    this.#announce('checkout.session.completed', session)
    return session
  }

  /** The session expires without a payment. */
  expire(sessionId: string): void {
    this.#end(this.session(sessionId))
  }

  /** Somebody refunds a payment in the dashboard. */
  refund(paymentIntent: string): Json {
    return this.#createRefund(undefined, { payment_intent: paymentIntent })
  }

  /** A pending refund ends. */
  endRefund(id: string, status: 'succeeded' | 'failed'): void {
    const refund = this.#find('refund', id)
    refund.status = status
    this.#announce(status === 'failed' ? 'refund.failed' : 'refund.updated', refund)
  }

  #carryOut({ call, account, parameters }: Call): Json {
    const [, verb, resource, id = '', action] =
      /^(GET|POST) \/v1\/(checkout\/sessions|refunds|payment_intents)(?:\/(\w+))?(?:\/(\w+))?$/.exec(call) ?? []
    const session = () => this.#expiredWhenDue(this.#find('checkout.session', id, account))
    switch ([verb, resource, id && ':id', action].filter(Boolean).join(' ')) {
      case 'POST checkout/sessions':
        return shown(this.#createSession(account, parameters))
      case 'POST checkout/sessions :id expire':
        return shown(this.#expireOpen(session()))
      case 'GET checkout/sessions :id':
        return shown(session())
      case 'POST refunds':
        return shown(this.#createRefund(account, parameters))
      case 'GET refunds :id':
        return shown(this.#find('refund', id, account))
      case 'GET refunds':
        return this.#refundsOf(parameters.payment_intent)
      case 'GET payment_intents :id':
        return shown(this.#find('payment_intent', id, account))
      default:
        throw new RequestError(404, 'invalid_request_error', `Unrecognized request URL (${call})`)
    }
  }

  #createSession(account: string | undefined, parameters: Json): Json {
    const { mode, success_url, cancel_url, client_reference_id, metadata = {}, locale } = parameters
    if (mode !== 'payment') throw invalid('Only payments are supported', 'mode')
    if (!URL.canParse(success_url)) throw invalid('Not a valid URL', 'success_url', 'url_invalid')
    const expiresAt = Number(parameters.expires_at ?? now() + minutes(24 * 60))
    if (expiresAt < now() + minutes(30) || expiresAt > now() + minutes(24 * 60))
      throw invalid('The `expires_at` timestamp must be between 30 minutes and 24 hours from now', 'expires_at')
    const { currency, amount } = totalOf(parameters.line_items ?? [])
    const data = parameters.payment_intent_data ?? {}
    if ((data.statement_descriptor_suffix?.length ?? 0) > 22)
      throw invalid(
        'The statement descriptor must be at most 22 characters',
        'payment_intent_data[statement_descriptor_suffix]',
      )
    if (String(client_reference_id ?? '').length > 200) throw invalid('Too long', 'client_reference_id')
    const session = this.#make('checkout.session', 'cs_test', account, {
      mode,
      success_url,
      cancel_url: cancel_url ?? null,
      client_reference_id: client_reference_id ?? null,
      metadata,
      locale: locale ?? null,
      line_items: parameters.line_items,
      payment_intent_data: data,
      currency,
      amount_total: amount,
      expires_at: expiresAt,
      status: 'open',
      payment_status: 'unpaid',
      payment_intent: null,
    })
    session.url = `${this.#url}/pay/${session.id}`
    return session
  }

  #createRefund(account: string | undefined, { payment_intent, amount: asked, metadata = {} }: Json): Json {
    const intent = this.#find('payment_intent', payment_intent, account)
    const refunds = this.#refundsOf(intent.id).data as Json[]
    const left = intent.amount - refunds.reduce((sum, refund) => sum + refund.amount, 0)
    const amount = Number(asked ?? left)
    if (left === 0) throw invalid('The payment has already been refunded', 'payment_intent', 'charge_already_refunded')
    if (!Number.isSafeInteger(amount) || amount < 1) throw invalid('Invalid positive integer', 'amount')
    if (amount > left) throw invalid('The amount is greater than the unrefunded amount', 'amount')
    const refund = this.#make('refund', 're', account, {
      payment_intent: intent.id,
      amount,
      currency: intent.currency,
      metadata,
      status: this.refundsAre,
    })
    this.#announce('refund.created', refund)
    return refund
  }

  #refundsOf(payment_intent: string): Json {
    const data = this.all('refund').filter((refund) => refund.payment_intent === payment_intent)
    return { object: 'list', url: '/v1/refunds', has_more: false, data }
  }

  #expireOpen(session: Json): Json {
    if (session.status !== 'open')
      throw invalid(`Only Checkout Sessions with a status in ["open"] can be expired. This one is ${session.status}.`)
    this.#end(session)
    return session
  }

  #expiredWhenDue(session: Json): Json {
    if (session.status === 'open' && session.expires_at <= now()) this.#end(session)
    return session
  }

  #end(session: Json): void {
    Object.assign(session, { status: 'expired', url: null })
    this.#announce('checkout.session.expired', session)
  }

  #announce(type: string, object: Json): void {
    this.#webhooks.announce({
      id: `evt_${this.#next()}`,
      object: 'event',
      created: now(),
      livemode: false,
      type,
      account: object.account ?? undefined,
      data: { object: shown(object) },
    })
  }

  #next(): string {
    this.#made += 1
    return `${this.#made}`.padStart(14, '0')
  }

  #make(object: string, prefix: string, account: string | undefined, rest: Json): Json {
    const made = { id: `${prefix}_${this.#next()}`, object, account, created: now(), livemode: false, ...rest }
    this.#objects.set(made.id, made)
    return made
  }

  #find(object: string, id: string, account?: string): Json {
    const found = this.#objects.get(id)
    // Objects of one account are not seen by another.
    if (found?.object !== object || (account !== undefined && found.account !== account))
      throw new RequestError(404, 'invalid_request_error', `No such ${object}: '${id}'`, { code: 'resource_missing' })
    return found
  }
}

/** A copy as the API shows it: what changes later does not change a stored response. */
function shown({ account: _account, payment_intent_data: _data, ...object }: Json): Json {
  return structuredClone(object)
}

/** The amount of a line in minor units. */
function amountOf({ quantity = 1, price_data }: Json, currency: string): number {
  const unit = Number(price_data.unit_amount)
  if (!price_data.product_data?.name) throw invalid('Missing required param', 'line_items[0][price_data][product_data]')
  if (!Number.isSafeInteger(unit) || unit < 0) throw invalid('Invalid non-negative integer', 'unit_amount')
  if (withThreeDecimals.has(currency) && unit % 10 !== 0)
    throw invalid(`Amounts in ${currency} must be a multiple of ten`, 'unit_amount')
  return unit * Number(quantity)
}

/** The total of the lines in minor units, checked as Stripe checks it. */
function totalOf(lines: Json[]): { currency: string; amount: number } {
  if (lines.length === 0) throw invalid('A session needs line items', 'line_items')
  const currencies = new Set(lines.map(({ price_data }) => String(price_data?.currency)))
  const [currency = ''] = currencies
  if (currencies.size !== 1 || !/^[a-z]{3}$/.test(currency)) throw invalid(`Invalid currency: ${currency}`, 'currency')
  const amount = lines.reduce((sum, line) => sum + amountOf(line, currency), 0)
  const least = withoutDecimals.has(currency) ? 50 : withThreeDecimals.has(currency) ? 500 : 50
  if (amount < least) throw invalid('The amount is too small', 'line_items', 'amount_too_small')
  if (amount > 99_999_999) throw invalid('The amount is too large', 'line_items', 'amount_too_large')
  return { currency, amount }
}
