import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Stripe } from 'stripe'
import { type FakeStripe, startStripe } from '../helpers/external/stripe.ts'
import { eventually } from '../helpers/time/eventually.ts'

// The small Stripe of the tests, seen by the SDK.

let fake: FakeStripe
let stripe: Stripe

beforeAll(async () => {
  fake = await startStripe()
  stripe = client()
})
afterAll(() => fake.stop())
afterEach(() => {
  fake.webhooks.url = undefined
  fake.webhooks.mode = 'send'
})

const client = (apiKey = fake.key, timeout = 10_000) => {
  const { hostname, port } = new URL(fake.url)
  return new Stripe(apiKey, { host: hostname, port, protocol: 'http', maxNetworkRetries: 0, timeout, telemetry: false })
}

const session = (amount = 5000, currency = 'eur'): Stripe.Checkout.SessionCreateParams => ({
  mode: 'payment',
  line_items: [{ quantity: 1, price_data: { currency, unit_amount: amount, product_data: { name: 'Payment 1' } } }],
  client_reference_id: '1',
  success_url: 'http://127.0.0.1/paid?session={CHECKOUT_SESSION_ID}',
})

const create = (parameters = session(), idempotencyKey?: string) =>
  stripe.checkout.sessions.create(parameters, { ...(idempotencyKey && { idempotencyKey }) })

const errorOf = async (call: Promise<unknown>): Promise<Stripe.errors.StripeError> => {
  const error = await call.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  if (!(error instanceof Stripe.errors.StripeError)) throw new Error('expected an error of Stripe', { cause: error })
  return error
}

test('a session is created, paid on its page and refunded in parts, but not beyond what was paid', async () => {
  const open = await create()
  expect(open).toMatchObject({ status: 'open', payment_status: 'unpaid', amount_total: 5000, payment_intent: null })

  const page = await fetch(open.url as string, { method: 'POST', redirect: 'manual' })
  expect(page.status).toBe(303)
  expect(page.headers.get('location')).toBe(`http://127.0.0.1/paid?session=${open.id}`)

  const paid = await stripe.checkout.sessions.retrieve(open.id)
  expect(paid).toMatchObject({ status: 'complete', payment_status: 'paid', url: null })
  const intent = paid.payment_intent as string
  expect(await stripe.paymentIntents.retrieve(intent)).toMatchObject({ status: 'succeeded', amount_received: 5000 })

  await stripe.refunds.create({ payment_intent: intent, amount: 2000 })
  expect((await errorOf(stripe.refunds.create({ payment_intent: intent, amount: 3001 }))).statusCode).toBe(400)
  await stripe.refunds.create({ payment_intent: intent })
  expect((await errorOf(stripe.refunds.create({ payment_intent: intent }))).code).toBe('charge_already_refunded')
  expect((await stripe.refunds.list({ payment_intent: intent })).data.map(({ amount }) => amount)).toEqual([2000, 3000])
})

test('an expired session is not paid, and a paid one is not expired', async () => {
  const [first, second] = [await create(), await create()]
  expect(await stripe.checkout.sessions.expire(first.id)).toMatchObject({ status: 'expired', url: null })
  expect((await fetch(first.url as string, { method: 'POST', redirect: 'manual' })).status).toBe(400)
  await fake.pay(second.id)
  expect((await errorOf(stripe.checkout.sessions.expire(second.id))).statusCode).toBe(400)
})

test('a wrong key, an unknown object and parameters that Stripe refuses give the corresponding errors', async () => {
  expect(await errorOf(client('sk_test_wrong').checkout.sessions.create(session()))).toBeInstanceOf(
    Stripe.errors.StripeAuthenticationError,
  )
  expect((await errorOf(stripe.checkout.sessions.retrieve('cs_test_none'))).code).toBe('resource_missing')
  const soon = Math.floor(Date.now() / 1000) + 60
  for (const parameters of [
    { ...session(), expires_at: soon },
    session(12),
    session(10_005, 'kwd'),
    { ...session(), payment_intent_data: { statement_descriptor_suffix: 'x'.repeat(23) } },
  ])
    expect(await errorOf(create(parameters))).toBeInstanceOf(Stripe.errors.StripeInvalidRequestError)
  expect(await create(session(10_010, 'kwd'))).toMatchObject({ amount_total: 10_010 })
})

test('an idempotency key gives the first response again, and is refused with other parameters', async () => {
  const first = await create(session(), 'key-1')
  const again = await create(session(), 'key-1')
  expect(again.id).toBe(first.id)
  expect(again.lastResponse.headers['idempotent-replayed']).toBe('true')
  expect(await errorOf(create(session(6000), 'key-1'))).toBeInstanceOf(Stripe.errors.StripeIdempotencyError)
  expect((await create(session(), 'key-2')).id).not.toBe(first.id)
})

test('an internal error is stored under the key, whether the call took effect or not', async () => {
  for (const [fault, made] of [
    ['error_500', 0],
    ['error_500_after', 1],
  ] as const) {
    const before = fake.api.all('checkout.session').length
    fake.failNext(/checkout\/sessions$/, fault)
    for (let times = 0; times < 3; times++) expect((await errorOf(create(session(), fault))).statusCode).toBe(500)
    expect(fake.api.all('checkout.session').length - before).toBe(made)
    await create(session(), `${fault} second attempt`)
  }
})

test('after a timeout or a lost connection the same key finds out what happened', async () => {
  const impatient = client(fake.key, 300)
  for (const [fault, made] of [
    ['timeout', 0],
    ['timeout_after', 1],
  ] as const) {
    const before = fake.api.all('checkout.session').length
    fake.failNext(/checkout\/sessions$/, fault)
    const call = () => impatient.checkout.sessions.create(session(), { idempotencyKey: fault })
    expect(await errorOf(call())).toBeInstanceOf(Stripe.errors.StripeConnectionError)
    expect(fake.api.all('checkout.session').length - before).toBe(made)
    await eventually(async () => (await call()).id, 'a response')
    expect(fake.api.all('checkout.session').length - before).toBe(1)
  }
  // The SDK itself repeats a call whose connection was closed, with its key.
  const before = fake.api.all('checkout.session').length
  fake.failNext(/checkout\/sessions$/, 'closed_after')
  await create()
  expect(fake.api.all('checkout.session').length - before).toBe(1)
})

test('events are signed, and can be lost, duplicated, delayed, reversed, sent again, forged and replayed', async () => {
  const secret = fake.webhookSecret
  const received: string[] = []
  let status = 200
  const receiver = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      try {
        const signature = String(request.headers['stripe-signature'])
        received.push(Stripe.webhooks.constructEvent(Buffer.concat(chunks), signature, secret).type)
        response.statusCode = status
      } catch {
        response.statusCode = 400
      }
      response.end()
    })
  }).listen(0, '127.0.0.1')
  await eventually(() => receiver.listening, 'a receiver')
  fake.webhooks.url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}`
  const [paid, ended] = ['checkout.session.completed', 'checkout.session.expired']
  const happened = async (mode: typeof fake.webhooks.mode) => {
    received.length = 0
    fake.webhooks.mode = mode
    const [one, other] = [await create(), await create()]
    await fake.pay(one.id)
    fake.api.expire(other.id)
    await fake.webhooks.settled()
    return received
  }
  try {
    expect(await happened('send')).toEqual([paid, ended])
    expect(await happened('lose')).toEqual([])
    expect((await happened('twice')).toSorted()).toEqual([paid, paid, ended, ended].toSorted())
    expect(await happened('hold')).toEqual([])
    const held = await fake.webhooks.release({ reversed: true })
    expect(held.map(({ type }) => type)).toEqual([ended, paid])
    status = 503
    expect(await happened('send')).toHaveLength(2)
    status = 200
    expect((await fake.webhooks.sendAgain()).map((each) => each.status)).toEqual([200, 200])

    received.length = 0
    const event = { id: 'evt_1', object: 'event', type: paid, data: { object: { id: 'cs_test_1' } } }
    expect((await fake.webhooks.forge(event, 'secret')).status).toBe(400)
    expect((await fake.webhooks.forge(event, 'content')).status).toBe(400)
    expect((await fake.webhooks.replay(event, 301)).status).toBe(400)
    expect(received).toEqual([])
    expect((await fake.webhooks.replay(event, 60)).status).toBe(200)
  } finally {
    receiver.closeAllConnections()
    receiver.close()
  }
})
