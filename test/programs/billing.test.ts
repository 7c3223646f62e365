import { anOnlinePractice, beginCheckout, checkoutOf, outcomeOf, paymentPageOf } from '../billing/practice.ts'
import { asSuperuser, type ClonedDatabase, cloneDatabase } from '../helpers/database/cluster.ts'
import { type Connection, connect } from '../helpers/database/connection.ts'
import { type FakeStripe, startStripe } from '../helpers/external/stripe.ts'
import { type Program, runToEnd, startProgram, startServer } from '../helpers/programs/program.ts'
import { eventually } from '../helpers/time/eventually.ts'

let database: ClonedDatabase
let owner: Connection
let stripe: FakeStripe

beforeAll(async () => {
  database = await cloneDatabase()
  owner = await connect(database.url)
  stripe = await startStripe()
})
afterAll(async () => {
  await stripe?.stop()
  await owner?.close()
  await database?.drop()
})

const keys = () => ({ STRIPE_SECRET_KEY: stripe.key, STRIPE_WEBHOOK_SECRET: stripe.webhookSecret })
const environment = () => ({
  DATABASE_URL: database.billingUrl,
  ...keys(),
  STRIPE_API_URL: stripe.url,
  PUBLIC_URL: 'https://book.test.example',
})
const production = { NODE_ENV: 'production', JWT_SECRET: 'c2VjcmV0IG9mIHRoZSB0ZXN0cywgbG9uZyBlbm91Z2g' }

describe('while it runs', () => {
  let billing: Program
  beforeAll(async () => {
    billing = await startProgram('billing', { env: environment() })
    stripe.webhooks.url = `${billing.url}/webhooks/stripe`
  })
  afterAll(async () => {
    expect(await billing.stop()).toBe(0)
  })
  const get = (path: string) => fetch(`${billing.url}${path}`)

  test('it reports that it is ready and healthy, and how much is waiting', async () => {
    expect(billing.readyLine).toMatch(/^medislot billing is ready: http:\/\/127\.0\.0\.1:\d+$/)
    expect((await get('/healthz')).status).toBe(200)
    expect(await (await get('/readyz')).json()).toEqual({ status: 'ready' })
    const practice = await anOnlinePractice(owner, 'stripe')
    const checkout = await beginCheckout(owner, practice)
    await paymentPageOf(owner, checkout)
    await owner.query(`update billing_private.provider_calls set state = 'failed' where checkout_id = $1`, [
      checkout.id,
    ])
    expect((await get('/webhooks/stripe')).status).toBe(404)
    await fetch(`${billing.url}/webhooks/stripe`, { method: 'POST', body: '{}' })
    const metrics = await (await get('/metrics')).text()
    expect(metrics).toMatch(/^medislot_billing_given_up\{provider="stripe",what="call"\} 1$/m)
    expect(metrics).toMatch(/^medislot_billing_waiting\{provider="stripe",what="call"\} 0$/m)
    expect(metrics).toMatch(/^medislot_billing_webhooks_total\{provider="stripe",outcome="refused"\} 1$/m)
    expect(metrics).toMatch(/^process_cpu_seconds_total /m)
  })

  test('it serves nothing else: no API, no pages, and no payment page for a session of Stripe', async () => {
    for (const path of ['/', '/graphql', '/api/clinics', '/pay/1', '/development/cs_test_1', '/webhooks/other'])
      expect([path, (await get(path)).status]).toEqual([path, 404])
  })

  test('a webhook that is too large is refused', async () => {
    const response = await fetch(`${billing.url}/webhooks/stripe`, { method: 'POST', body: 'x'.repeat(1_100_000) })
    expect(response.status).toBe(413)
  })

  test('it continues after its connections to the database were lost', async () => {
    const practice = await anOnlinePractice(owner, 'stripe')
    const ended = await owner.query(
      `select pg_terminate_backend(pid) from pg_stat_activity
       where datname = current_database() and usename = 'app_billing'`,
    )
    expect(ended.length).toBeGreaterThan(0)
    const checkout = await beginCheckout(owner, practice)
    await stripe.pay((await paymentPageOf(owner, checkout)).session)
    await eventually(async () => (await checkoutOf(owner, checkout)).state === 'paid', 'a settled checkout')
    expect(await outcomeOf(owner, checkout)).toMatchObject({ bookings: 1 })
    expect(billing.process.exitCode).toBeNull()
  })

  test('its log contains no names of people and no secrets', async () => {
    const log = billing.stderr()
    expect(log).not.toContain(stripe.key)
    expect(log).not.toContain(stripe.webhookSecret)
    expect(log).not.toMatch(/@test\.example|Customer \w+-\d/)
  })
})

describe('its login', () => {
  test('in production it must be app_billing, not one that can become the owner', async () => {
    const refused = await runToEnd('billing', { env: { ...environment(), ...production, DATABASE_URL: database.url } })
    expect(refused).toMatchObject({ code: 1, stdout: '' })
    expect(refused.stderr).toMatch(/^DATABASE_URL: the billing process must not connect as medislot/m)
  })

  test('the login of the HTTP server is refused', async () => {
    const refused = await runToEnd('billing', { env: { ...environment(), DATABASE_URL: database.serverUrl } })
    expect(refused.code).toBe(1)
    expect(refused.stderr).toMatch(/app_billing/)
  })

  test('in development it may be the owner, who acts as app_billing, with a warning', async () => {
    const billing = await startProgram('billing', { env: { ...environment(), DATABASE_URL: database.url } })
    expect(billing.stderr()).toContain('set BILLING_DATABASE_URL')
    expect(await billing.stop()).toBe(0)
  })
})

describe('other programs', () => {
  test.each(['server', 'worker', 'main'] as const)('%s refuses to start when it is given a key', async (name) => {
    for (const [key, value] of Object.entries(keys())) {
      const { code, stderr } = await runToEnd(name, {
        env: { DATABASE_URL: name === 'server' ? database.serverUrl : database.url, ...production, [key]: value },
      })
      expect(code).toBe(1)
      expect(stderr).toMatch(new RegExp(`^${key}: only npm run billing may know it`, 'm'))
      expect(stderr).not.toContain(value)
    }
  })

  test('the HTTP server cannot settle a payment: neither its login nor a role that it can become may', async () => {
    for (const role of ['app_authenticator', 'app_anonymous', 'app_customer', 'app_staff', 'app_admin']) {
      const server = await connect(database.serverUrl)
      try {
        await server.query(`set role ${role}`)
        for (const call of [
          `settle_checkout('stripe', 'cs_1', 'pi_1', 5000, 'EUR')`,
          `record_provider_call(1, 'done')`,
          `store_provider_event('stripe', 'evt_1', 'checkout.session.completed', 'cs_1')`,
        ])
          await expect(server.query(`select billing_private.${call}`)).rejects.toMatchObject({ code: '42501' })
        await expect(server.query('set role app_billing')).rejects.toMatchObject({ code: '42501' })
      } finally {
        await server.close()
      }
    }
  })

  test('the HTTP server has no route for webhooks', async () => {
    const server = await startServer(database.serverUrl)
    stripe.webhooks.url = `${server.url}/webhooks/stripe`
    const event = { id: 'evt_1', object: 'event', type: 'checkout.session.completed', data: { object: { id: 'cs_1' } } }
    expect((await stripe.webhooks.replay(event, 0)).status).toBe(404)
    expect(await server.stop()).toBe(0)
  })
})

test('in production it needs the keys, and a public address', async () => {
  const { code, stderr } = await runToEnd('billing', { env: { DATABASE_URL: database.billingUrl, ...production } })
  expect(code).toBe(1)
  for (const name of ['STRIPE_SECRET_KEY', 'STRIPE_WEBHOOK_SECRET', 'PUBLIC_URL'])
    expect(stderr).toMatch(new RegExp(`^${name}: must be set when NODE_ENV is production`, 'm'))
})

test('in production it does not serve or call the provider for development', async () => {
  const practice = await anOnlinePractice(owner, 'development')
  const checkout = await beginCheckout(owner, practice)
  const billing = await startProgram('billing', { env: { ...environment(), ...production, STOP_DELAY_SECONDS: '0' } })
  // A later call to Stripe has arrived, so an earlier one would have arrived, too.
  const other = await beginCheckout(owner, await anOnlinePractice(owner, 'stripe'))
  await paymentPageOf(owner, other)
  expect(await checkoutOf(owner, checkout)).toMatchObject({ state: 'open', url: null })
  expect((await fetch(`${billing.url}/development/dev_x`)).status).toBe(404)
  expect(await billing.stop()).toBe(0)
})

test('it is not ready while the database is not migrated, and waits', async () => {
  await asSuperuser('create database unmigrated owner medislot')
  const url = new URL(database.billingUrl)
  url.pathname = '/unmigrated'
  try {
    const billing = await startProgram('billing', { env: { ...environment(), DATABASE_URL: url.href } })
    const ready = await fetch(`${billing.url}/readyz`)
    expect([ready.status, await ready.json()]).toEqual([
      503,
      { status: 'unavailable', reason: 'migrations are pending' },
    ])
    expect(await billing.stop()).toBe(0)
  } finally {
    await asSuperuser('drop database unmigrated with (force)')
  }
})
