import { Stripe } from 'stripe'
import { type CheckoutRequest, ProviderError } from '../../src/billing/providers/provider.ts'
import { descriptorOf, stripeProvider } from '../../src/billing/providers/stripe.ts'
import { type FakeStripe, startStripe } from '../helpers/external/stripe.ts'

let stripe: FakeStripe
let provider: ReturnType<typeof stripeProvider>

beforeAll(async () => {
  stripe = await startStripe()
  provider = stripeProvider({ secretKey: stripe.key, webhookSecret: stripe.webhookSecret, apiUrl: stripe.url })
})
afterAll(() => stripe.stop())

const expiresAt = new Date(Date.now() + 35 * 60_000)
const request = (key: string, more: Partial<CheckoutRequest> = {}): CheckoutRequest => ({
  checkoutId: '17',
  amount: 5000n,
  currency: 'EUR',
  language: 'de',
  expiresAt,
  successUrl: 'https://book.test.example/paid',
  cancelUrl: 'https://book.test.example/back',
  account: undefined,
  idempotencyKey: key,
  ...more,
})

async function failure(call: Promise<unknown>): Promise<{ outcome: string; code: string }> {
  const error = await call.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  if (!(error instanceof ProviderError)) throw new Error('expected a ProviderError', { cause: error })
  return { outcome: error.outcome, code: error.code }
}

async function paidCheckout(key: string, amount = 5000n): Promise<string> {
  const { sessionId } = await provider.openCheckout(request(key, { amount }))
  await stripe.pay(sessionId)
  const { payment } = await provider.readCheckout(sessionId, undefined)
  if (!payment) throw new Error('the session was paid, but it has no payment')
  return payment
}

test('opens a hosted page, and reports that it is open, paid and expired', async () => {
  const open = await provider.openCheckout(request('open'))
  expect(open).toEqual({
    sessionId: expect.stringMatching(/^cs_test_/),
    state: 'open',
    url: `${stripe.url}/pay/${open.sessionId}`,
    payment: undefined,
    amount: 5000n,
    currency: 'EUR',
  })
  await stripe.pay(open.sessionId)
  const paid = await provider.readCheckout(open.sessionId, undefined)
  expect(paid).toMatchObject({ state: 'paid', payment: expect.stringMatching(/^pi_/), amount: 5000n })

  const other = await provider.openCheckout(request('other'))
  expect(await provider.expireCheckout(other.sessionId, undefined)).toMatchObject({ state: 'expired' })
})

test('expiring a checkout that was paid a moment before reports the payment', async () => {
  const { sessionId } = await provider.openCheckout(request('paid before it is expired'))
  await stripe.pay(sessionId)
  expect(await provider.expireCheckout(sessionId, undefined)).toMatchObject({ state: 'paid' })
  // Repeated.
  expect(await provider.expireCheckout(sessionId, undefined)).toMatchObject({ state: 'paid' })
})

test('sends ids and amounts only, and a statement descriptor that leaves room for the prefix', async () => {
  await provider.openCheckout(request('what is sent'))
  const { parameters } = stripe.calls.findLast(({ key }) => key === 'what is sent') as { parameters: unknown }
  expect(parameters).toEqual({
    mode: 'payment',
    line_items: [
      {
        quantity: '1',
        price_data: { currency: 'eur', unit_amount: '5000', product_data: { name: 'Zahlung 17' } },
      },
    ],
    client_reference_id: '17',
    metadata: { checkout: '17' },
    payment_intent_data: { metadata: { checkout: '17' }, statement_descriptor_suffix: 'N17' },
    allowed_payment_method_types: expect.arrayContaining(['card']),
    locale: 'de',
    expires_at: String(Math.floor(expiresAt.getTime() / 1000)),
    success_url: 'https://book.test.example/paid',
    cancel_url: 'https://book.test.example/back',
  })
  // A prefix has at most ten characters, and "* " stands between.
  for (const id of ['1', '999999999', '1000000000', '9223372036854775807'])
    expect(`PREFIX1234* ${descriptorOf(id) ?? ''}`.length).toBeLessThanOrEqual(22)
})

test('a checkout of a clinic with an account belongs to that account', async () => {
  const { sessionId } = await provider.openCheckout(request('account', { account: 'acct_1' }))
  expect(await provider.readCheckout(sessionId, 'acct_1')).toMatchObject({ state: 'open' })
  expect(await failure(provider.readCheckout(sessionId, 'acct_2'))).toEqual({
    outcome: 'failed',
    code: 'resource_missing',
  })
})

test('amounts of currencies without decimals and with three are minor units', async () => {
  expect(await provider.openCheckout(request('yen', { amount: 1234n, currency: 'JPY' }))).toMatchObject({
    amount: 1234n,
    currency: 'JPY',
  })
  expect(await provider.openCheckout(request('dinar', { amount: 12_340n, currency: 'KWD' }))).toMatchObject({
    amount: 12_340n,
    currency: 'KWD',
  })
  expect(await failure(provider.openCheckout(request('fils', { amount: 12_345n, currency: 'KWD' })))).toMatchObject({
    outcome: 'failed',
  })
})

test('an amount that a number cannot hold is refused, not rounded', async () => {
  expect(await failure(provider.openCheckout(request('large', { amount: 2n ** 53n })))).toEqual({
    outcome: 'failed',
    code: 'amount_too_large',
  })
})

test('the same key repeats an internal error, and the next attempt opens the checkout', async () => {
  const before = stripe.api.all('checkout.session').length
  stripe.failNext(/sessions$/, 'error_500')
  expect(await failure(provider.openCheckout(request('attempt 1')))).toMatchObject({ outcome: 'retry' })
  expect(await failure(provider.openCheckout(request('attempt 1')))).toMatchObject({ outcome: 'retry' })
  await provider.openCheckout(request('attempt 2'))
  expect(stripe.api.all('checkout.session').length).toBe(before + 1)
})

test('a lost response leaves one session, which the same key finds', async () => {
  const before = stripe.api.all('checkout.session').length
  stripe.failNext(/sessions$/, 'closed_after')
  const first = await provider.openCheckout(request('lost response'))
  const again = await provider.openCheckout(request('lost response'))
  expect(again.sessionId).toBe(first.sessionId)
  expect(stripe.api.all('checkout.session').length).toBe(before + 1)
})

test('a wrong key says nothing about the outcome of the checkout', async () => {
  const other = stripeProvider({ secretKey: 'sk_test_wrong', webhookSecret: 'whsec_x', apiUrl: stripe.url })
  expect(await failure(other.openCheckout(request('wrong key')))).toMatchObject({ outcome: 'unknown' })
})

test('when no server listens, the outcome is unknown', async () => {
  const other = stripeProvider({ secretKey: 'sk_test_x', webhookSecret: 'whsec_x', apiUrl: 'http://127.0.0.1:1' })
  expect(await failure(other.openCheckout(request('nobody')))).toMatchObject({ outcome: 'unknown' })
})

const refundsOf = (payment: string) => stripe.api.all('refund').filter((refund) => refund.payment_intent === payment)
const refund = (payment: string, refundId: string, amount: bigint, attempt = 1) =>
  provider.refund({ refundId, payment, amount, account: undefined, idempotencyKey: `refund ${refundId} ${attempt}` })

test('a refund that was made in spite of an internal error is found, and not made again', async () => {
  const payment = await paidCheckout('refunded')
  // Another refund of the same payment and amount is not taken for it.
  await refund(payment, '4', 2000n)
  stripe.failNext(/refunds$/, 'error_500_after')
  const found = await refund(payment, '5', 2000n)
  expect(refundsOf(payment).map(({ id }) => id)).toEqual([expect.anything(), found.id])
  expect(await refund(payment, '5', 2000n)).toEqual(found)
  expect(await provider.readRefund(found.id, undefined)).toEqual({ id: found.id, state: 'succeeded' })
})

test('a refund that an internal error prevented is made by the next attempt, once', async () => {
  const payment = await paidCheckout('refunded later')
  stripe.failNext(/refunds$/, 'error_500')
  expect(await failure(refund(payment, '6', 5000n))).toMatchObject({ outcome: 'retry' })
  expect(await failure(refund(payment, '6', 5000n))).toMatchObject({ outcome: 'retry' })
  const made = await refund(payment, '6', 5000n, 2)
  expect(await refund(payment, '6', 5000n, 2)).toEqual(made)
  expect(refundsOf(payment)).toHaveLength(1)
})

test('a refund whose response was lost is made once', async () => {
  const payment = await paidCheckout('refunded, response lost')
  stripe.failNext(/refunds$/, 'closed_after')
  await refund(payment, '8', 1000n)
  await refund(payment, '8', 1000n)
  expect(refundsOf(payment)).toHaveLength(1)
})

test('more than was paid is refused', async () => {
  const payment = await paidCheckout('too much')
  expect(await failure(refund(payment, '7', 5001n))).toMatchObject({ outcome: 'failed' })
})

test('an event is accepted when its exact bytes were signed a moment ago, and is only a reference to an object', async () => {
  const { sessionId } = await provider.openCheckout(request('event'))
  const payload = JSON.stringify({
    id: 'evt_1',
    object: 'event',
    type: 'checkout.session.completed',
    data: { object: { id: sessionId, payment_status: 'paid', amount_total: 1, metadata: { checkout: '17' } } },
  })
  const sign = (secret: string, timestamp?: number) =>
    Stripe.webhooks.generateTestHeaderString({ payload, secret, ...(timestamp && { timestamp }) })
  const body = Buffer.from(payload)
  const now = Math.floor(Date.now() / 1000)

  expect(provider.readEvent(body, sign(stripe.webhookSecret))).toEqual({
    id: 'evt_1',
    type: 'checkout.session.completed',
    objectId: sessionId,
    account: undefined,
    ownId: '17',
  })
  for (const [bytes, signature] of [
    [body, undefined],
    [body, ''],
    [body, 'nonsense'],
    [body, sign(`${stripe.webhookSecret}x`)],
    [body, sign(stripe.webhookSecret, now - 301)],
    [Buffer.from(payload.replace('evt_1', 'evt_2')), sign(stripe.webhookSecret)],
    [Buffer.from(''), sign(stripe.webhookSecret)],
  ] as const)
    expect(provider.readEvent(bytes, signature)).toBeUndefined()
})
