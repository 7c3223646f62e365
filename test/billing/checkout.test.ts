import { beginShared } from '../helpers/clinic/shared_checkouts.ts'
import { aCustomer } from '../helpers/clinic/world.ts'
import { type ClonedDatabase, cloneDatabase } from '../helpers/database/cluster.ts'
import { type Connection, connect } from '../helpers/database/connection.ts'
import { type FakeStripe, startStripe } from '../helpers/external/stripe.ts'
import { type Program, startProgram } from '../helpers/programs/program.ts'
import { eventually } from '../helpers/time/eventually.ts'
import {
  ageCheckouts,
  anOnlinePractice,
  type BegunCheckout,
  beginCheckout,
  checkoutOf,
  endClaims,
  expectBooksToBalance,
  type OnlinePractice,
  outcomeOf,
  paymentPageOf,
} from './practice.ts'

// From the hold to the booked visit, through the billing process as it runs in production, and a Stripe on loopback.

let database: ClonedDatabase
let owner: Connection
let stripe: FakeStripe
let billing: Program
let practice: OnlinePractice

const environment = () => ({
  DATABASE_URL: database.billingUrl,
  STRIPE_SECRET_KEY: stripe.key,
  STRIPE_WEBHOOK_SECRET: stripe.webhookSecret,
  STRIPE_API_URL: stripe.url,
  PUBLIC_URL: 'https://book.test.example',
})

async function startBilling(): Promise<void> {
  billing = await startProgram('billing', { env: environment() })
  stripe.webhooks.url = `${billing.url}/webhooks/stripe`
}

beforeAll(async () => {
  database = await cloneDatabase()
  owner = await connect(database.url)
  stripe = await startStripe()
  practice = await anOnlinePractice(owner, 'stripe')
  await startBilling()
})

afterEach(async () => {
  stripe.webhooks.mode = 'send'
  await stripe.webhooks.settled()
  await expectBooksToBalance(owner)
})

afterAll(async () => {
  await billing?.stop()
  await stripe?.stop()
  await owner?.close()
  await database?.drop()
})

const sessionOf = async (checkout: BegunCheckout) => (await paymentPageOf(owner, checkout)).session

const untilPaid = (checkout: BegunCheckout) =>
  eventually(async () => (await checkoutOf(owner, checkout)).state === 'paid', 'a settled checkout')

const booked = { bookings: 1, payments: 1, received: '5000', paid: '5000', credit: '0' }
const credited = { bookings: 0, payments: 1, received: '5000', paid: '0', credit: '5000' }
const nothing = { bookings: 0, payments: 0, received: '0', paid: '0', credit: '0' }

test('a patient holds a slot, pays on the page of the provider, and has the visit', async () => {
  const checkout = await beginCheckout(owner, practice)
  const session = await sessionOf(checkout)
  expect(await outcomeOf(owner, checkout)).toEqual(nothing)
  expect(stripe.api.session(session)).toMatchObject({
    amount_total: 5000,
    currency: 'eur',
    client_reference_id: checkout.id,
    metadata: { checkout: checkout.id },
  })
  expect(await stripe.pay(session)).toBe(`https://book.test.example/pay/${checkout.id}?done`)
  await untilPaid(checkout)
  expect(await checkoutOf(owner, checkout)).toMatchObject({ state: 'paid', outcome: 'booked' })
  expect(await outcomeOf(owner, checkout)).toEqual(booked)
})

test('nothing that is sent to the provider names the patient or the service', async () => {
  const checkout = await beginCheckout(owner, practice)
  await sessionOf(checkout)
  const sent = JSON.stringify(stripe.calls)
  const { name, email, service } = await owner.one<{ name: string; email: string; service: string }>(
    `select c.full_name as name, c.email, s.name as service from app_public.customers c, app_public.services s
     where c.id = $1 and s.id = $2`,
    [checkout.patient.customerId, practice.serviceId],
  )
  for (const text of [name, email, service]) expect(sent).not.toContain(text)
})

describe('webhooks', () => {
  test('a duplicated one books and pays once', async () => {
    stripe.webhooks.mode = 'twice'
    const checkout = await beginCheckout(owner, practice)
    await stripe.pay(await sessionOf(checkout))
    await untilPaid(checkout)
    expect(stripe.webhooks.deliveries.slice(-2).map(({ status }) => status)).toEqual([200, 200])
    expect(await outcomeOf(owner, checkout)).toEqual(booked)
    const [{ id } = { id: '' }] = stripe.webhooks.deliveries.slice(-1)
    expect(await owner.query('select from billing_private.provider_events where event_id = $1', [id])).toHaveLength(1)
  })

  test('webhooks in reversed order lead to the state that the provider has', async () => {
    stripe.webhooks.mode = 'hold'
    const [paid, ended] = [await beginCheckout(owner, practice), await beginCheckout(owner, practice)]
    await stripe.pay(await sessionOf(paid))
    stripe.api.expire(await sessionOf(ended))
    const sent = await stripe.webhooks.release({ reversed: true })
    expect(sent.map(({ status }) => status)).toEqual([200, 200])
    await untilPaid(paid)
    await eventually(async () => (await checkoutOf(owner, ended)).state === 'expired', 'an ended checkout')
    expect(await outcomeOf(owner, paid)).toEqual(booked)
    expect(await outcomeOf(owner, ended)).toEqual(nothing)
    // Its slot is free again.
    const again = await beginCheckout(owner, practice, { slotId: ended.slotId })
    expect((await checkoutOf(owner, again)).state).toBe('open')
  })

  test('a stale one, sent after the payment, does not undo it', async () => {
    const checkout = await beginCheckout(owner, practice)
    const session = await sessionOf(checkout)
    await stripe.pay(session)
    await untilPaid(checkout)
    const event = {
      id: 'evt_stale',
      object: 'event',
      type: 'checkout.session.expired',
      data: { object: { id: session } },
    }
    expect(await stripe.webhooks.replay(event, 0)).toMatchObject({ status: 200 })
    await eventually(
      async () =>
        (
          await owner.query(
            `select from billing_private.provider_events where event_id = 'evt_stale' and done_at is not null`,
          )
        ).length === 1,
      'a finished event',
    )
    expect(await outcomeOf(owner, checkout)).toEqual(booked)
  })

  test('a forged one, a replayed one and one without a signature are refused and store nothing', async () => {
    const checkout = await beginCheckout(owner, practice)
    const id = await sessionOf(checkout)
    const event = { id: 'evt_forged', object: 'event', type: 'checkout.session.completed', data: { object: { id } } }
    expect((await stripe.webhooks.forge(event, 'secret')).status).toBe(400)
    expect((await stripe.webhooks.forge(event, 'content')).status).toBe(400)
    expect((await stripe.webhooks.replay(event, 301)).status).toBe(400)
    for (const body of ['', '{}', JSON.stringify(event)]) {
      const options = { method: 'POST', headers: { 'content-type': 'application/json' }, body }
      expect((await fetch(`${billing.url}/webhooks/stripe`, options)).status).toBe(400)
    }
    expect(await owner.query(`select from billing_private.provider_events where event_id = 'evt_forged'`)).toEqual([])
    expect(await outcomeOf(owner, checkout)).toEqual(nothing)
  })

  test('a genuine one with wrong contents changes nothing, since the state is read from the provider', async () => {
    const checkout = await beginCheckout(owner, practice)
    const id = await sessionOf(checkout)
    const object = { id, payment_status: 'paid', status: 'complete', amount_total: 1, payment_intent: 'pi_none' }
    await stripe.webhooks.replay(
      { id: 'evt_lie', object: 'event', type: 'checkout.session.completed', data: { object } },
      0,
    )
    await eventually(
      async () =>
        (
          await owner.query(
            `select from billing_private.provider_events where event_id = 'evt_lie' and done_at is not null`,
          )
        ).length === 1,
      'a finished event',
    )
    expect(await checkoutOf(owner, checkout)).toMatchObject({ state: 'open' })
  })

  test('a lost one is replaced by a request about each checkout that has been open for five minutes', async () => {
    stripe.webhooks.mode = 'lose'
    const [paid, ended] = [await beginCheckout(owner, practice), await beginCheckout(owner, practice)]
    await stripe.pay(await sessionOf(paid))
    stripe.api.expire(await sessionOf(ended))
    await ageCheckouts(owner)
    // Reconciliation runs every half minute, and when the process starts.
    await billing.stop()
    await startBilling()
    await untilPaid(paid)
    await eventually(async () => (await checkoutOf(owner, ended)).state === 'expired', 'an ended checkout')
    expect(await outcomeOf(owner, paid)).toEqual(booked)
  })
})

test('money that comes after the slot went to somebody else becomes credit', async () => {
  stripe.webhooks.mode = 'hold'
  const late = await beginCheckout(owner, practice)
  await stripe.pay(await sessionOf(late))
  // The hold runs out, and somebody else books the slot.
  await owner.query(`update app_public.booking_slots set held_until = now() - interval '1 second' where id = $1`, [
    late.slotId,
  ])
  const { customerId } = await aCustomer(owner)
  await owner.query('insert into app_public.clinic_customers (clinic_id, customer_id, full_name) values ($1, $2, $3)', [
    practice.clinicId,
    customerId,
    'Known to the desk',
  ])
  await owner.request(practice.receptionist, () =>
    owner.query('select app_public.book_slot($1, $2, customer_id => $3, service_id => $4)', [
      practice.clinicId,
      late.slotId,
      customerId,
      practice.serviceId,
    ]),
  )
  await stripe.webhooks.release()
  await untilPaid(late)
  expect(await checkoutOf(owner, late)).toMatchObject({ outcome: 'credited' })
  expect(await outcomeOf(owner, late)).toEqual(credited)
})

test('a patient who gives up frees the slot, and the page can no longer be paid', async () => {
  const checkout = await beginCheckout(owner, practice)
  const session = await sessionOf(checkout)
  await owner.request(checkout.patient.claims, () => owner.query('select billing.cancel_checkout($1)', [checkout.id]))
  await eventually(() => stripe.api.session(session).status === 'expired', 'an expired session')
  await expect(stripe.pay(session)).rejects.toThrow()
  expect(await outcomeOf(owner, checkout)).toEqual(nothing)
})

test('a patient who pays and cancels at the same moment gets credit, even if the webhook is lost', async () => {
  stripe.webhooks.mode = 'lose'
  const checkout = await beginCheckout(owner, practice)
  await stripe.pay(await sessionOf(checkout))
  await owner.request(checkout.patient.claims, () => owner.query('select billing.cancel_checkout($1)', [checkout.id]))
  await untilPaid(checkout)
  const { bookings, received, paid, credit } = await outcomeOf(owner, checkout)
  expect({ received, kept: BigInt(paid) + BigInt(credit) }).toEqual({ received: '5000', kept: 5000n })
  expect(bookings === 1).toBe(paid === '5000')
})

/** A patient pays, cancels, and the desk asks for a refund. Returns the payment. */
async function refundedPayment(checkout: BegunCheckout, amount: number, at = practice): Promise<string> {
  const { bookingId, paymentId } = await owner.one<{ bookingId: string; paymentId: string }>(
    `select b.id as "bookingId", p.id as "paymentId" from app_public.bookings b, billing.payments p
     where b.booking_slot_id = $1 and b.status = 'booked' and p.checkout_id = $2 and p.clinic_id = $3`,
    [checkout.slotId, checkout.id, at.clinicId],
  )
  await owner.request(checkout.patient.claims, () =>
    owner.query('select app_public.cancel_booking($1, $2)', [at.clinicId, bookingId]),
  )
  await owner.request(at.receptionist, () =>
    owner.query('select billing.refund_payment($1, $2, $3)', [at.clinicId, paymentId, amount]),
  )
  return paymentId
}

async function paidCheckout(): Promise<BegunCheckout> {
  const checkout = await beginCheckout(owner, practice)
  await stripe.pay(await sessionOf(checkout))
  await untilPaid(checkout)
  return checkout
}

const refundOf = (paymentId: string) =>
  owner.one<{ state: string; provider_refund: string | null }>(
    'select state, provider_refund from billing.refunds where payment_id = $1',
    [paymentId],
  )
const untilRefundIs = (state: string, paymentId: string) =>
  eventually(async () => (await refundOf(paymentId)).state === state, `a refund that is ${state}`)

describe('a refund', () => {
  test('that the desk asks for is made once and ends', async () => {
    const checkout = await paidCheckout()
    // The first call takes effect, but its response is an internal error.
    stripe.failNext(/refunds$/, 'error_500_after')
    const paymentId = await refundedPayment(checkout, 2000)
    await untilRefundIs('succeeded', paymentId)
    const made = stripe.api.all('refund').filter(({ amount }) => amount === 2000)
    expect(made.map(({ id }) => id)).toEqual([(await refundOf(paymentId)).provider_refund])
    expect(await outcomeOf(owner, checkout)).toMatchObject({ bookings: 0, credit: '3000' })
  })

  test('that the provider refuses leaves the money as credit', async () => {
    const checkout = await paidCheckout()
    const [intent] = stripe.api.all('payment_intent').slice(-1)
    // Somebody has refunded it in the dashboard of the provider.
    stripe.api.refund(String(intent?.id))
    await untilRefundIs('failed', await refundedPayment(checkout, 5000))
    expect(await outcomeOf(owner, checkout)).toMatchObject({ credit: '5000' })
  })

  test.each(['succeeded', 'failed'] as const)(
    'that is pending and has %s later, without a webhook, is asked about',
    async (state) => {
      stripe.api.refundsAre = 'pending'
      const checkout = await paidCheckout()
      stripe.webhooks.mode = 'lose'
      const paymentId = await refundedPayment(checkout, 5000)
      await eventually(async () => (await refundOf(paymentId)).provider_refund !== null, 'a refund at the provider')
      stripe.api.refundsAre = 'succeeded'
      stripe.api.endRefund(String((await refundOf(paymentId)).provider_refund), state)
      expect(await refundOf(paymentId)).toMatchObject({ state: 'pending' })
      await owner.query(
        `update billing_private.provider_calls set retry_at = now() - interval '2 hours', ended_at = now() - interval '2 hours'
       where kind = 'refund' and state = 'done'`,
      )
      await billing.stop()
      await startBilling()
      await untilRefundIs(state, paymentId)
      expect(await outcomeOf(owner, checkout)).toMatchObject({ credit: state === 'failed' ? '5000' : '0' })
    },
  )

  test('that fails later is reported by a webhook', async () => {
    stripe.api.refundsAre = 'pending'
    const checkout = await paidCheckout()
    const paymentId = await refundedPayment(checkout, 5000)
    await eventually(async () => (await refundOf(paymentId)).provider_refund !== null, 'a refund at the provider')
    stripe.api.refundsAre = 'succeeded'
    stripe.api.endRefund(String((await refundOf(paymentId)).provider_refund), 'failed')
    await untilRefundIs('failed', paymentId)
    expect(await outcomeOf(owner, checkout)).toMatchObject({ credit: '5000' })
  })
})

test.each([
  ['an internal error', 'error_500'],
  ['an internal error that hides a success', 'error_500_after'],
  ['a connection that is closed', 'closed'],
  ['a connection that is closed after the session was made', 'closed_after'],
] as const)('%s while the page is made delays it, and the visit is paid once', async (_name, fault) => {
  stripe.failNext(/checkout\/sessions$/, fault)
  const checkout = await beginCheckout(owner, practice)
  const session = await sessionOf(checkout)
  await stripe.pay(session)
  await untilPaid(checkout)
  expect(await outcomeOf(owner, checkout)).toEqual(booked)
})

test('what the provider refuses for good fails the checkout and frees the slot', async () => {
  // Less than the provider's smallest amount.
  const refused = await anOnlinePractice(owner, 'stripe', { amount: 1 })
  const checkout = await beginCheckout(owner, refused)
  await eventually(async () => (await checkoutOf(owner, checkout)).state === 'failed', 'a failed checkout')
  expect(await outcomeOf(owner, checkout)).toEqual(nothing)
  const { status } = await owner.one<{ status: string }>('select status from app_public.booking_slots where id = $1', [
    checkout.slotId,
  ])
  expect(status).toBe('open')
})

test('a clinic with an account of its own is paid there, and its webhooks name the account', async () => {
  const own = await anOnlinePractice(owner, 'stripe', { account: 'acct_clinic' })
  const checkout = await beginCheckout(owner, own)
  const session = await sessionOf(checkout)
  await stripe.pay(session)
  await untilPaid(checkout)
  expect(await outcomeOf(owner, checkout)).toEqual(booked)
  const calls = stripe.calls.filter(({ account }) => account === 'acct_clinic').map(({ call }) => call)
  expect(calls).toEqual(['POST /v1/checkout/sessions', `GET /v1/checkout/sessions/${session}`])
})

test('visits at two clinics with one account are one payment there, of which each clinic pays back its part', async () => {
  const account = 'acct_group'
  const [one, two] = [
    await anOnlinePractice(owner, 'stripe', { account }),
    await anOnlinePractice(owner, 'stripe', { account, amount: 3000 }),
  ]
  const patient = await aCustomer(owner)
  const slots = [await one.slot(), await two.slot()] as const
  const visits = [one, two].map(({ clinicId, serviceId }, i) => ({ clinicId, serviceId, bookingSlotId: slots[i] }))
  const { id } = await owner.request(patient.claims, () => beginShared(owner, one.clinicId, { visits }))
  const [atOne, atTwo] = [
    { id, patient, slotId: slots[0] },
    { id, patient, slotId: slots[1] },
  ]
  const session = await sessionOf(atOne)
  expect(stripe.api.session(session)).toMatchObject({ amount_total: 8000 })
  await stripe.pay(session)
  await untilPaid(atOne)
  for (const checkout of [atOne, atTwo])
    expect(await outcomeOf(owner, checkout)).toMatchObject({ bookings: 1, payments: 2, received: '8000', paid: '8000' })
  await untilRefundIs('succeeded', await refundedPayment(atTwo, 3000, two))
  await untilRefundIs('succeeded', await refundedPayment(atOne, 1000, one))
  const made = stripe.calls.filter((each) => each.account === account).map(({ call }) => call)
  expect(made.filter((call) => call.startsWith('POST'))).toEqual([
    'POST /v1/checkout/sessions',
    'POST /v1/refunds',
    'POST /v1/refunds',
  ])
  expect(await outcomeOf(owner, atOne)).toMatchObject({ bookings: 0, paid: '0', credit: '4000' })
})

describe('the process is killed', () => {
  const kill = async () => void (await billing.stop('SIGKILL'))

  /** Starts it again, and lets the claims of the dead one run out. */
  async function restart(): Promise<void> {
    await endClaims(owner)
    await startBilling()
  }

  const arrived = (call: RegExp, since: number) =>
    eventually(() => stripe.calls.slice(since).some((each) => call.test(each.call)), 'a call of the billing process')

  test.each([
    ['before the session is made', 'timeout', 0],
    ['after it is made, before that is recorded', 'timeout_after', 1],
  ] as const)('%s: the next one makes or finds it', async (_name, fault, made) => {
    const [calls, sessions] = [stripe.calls.length, stripe.api.all('checkout.session').length]
    stripe.failNext(/checkout\/sessions$/, fault)
    const checkout = await beginCheckout(owner, practice)
    await arrived(/^POST .*sessions$/, calls)
    await kill()
    expect(stripe.api.all('checkout.session').length - sessions).toBe(made)
    expect((await checkoutOf(owner, checkout)).url).toBeNull()
    await restart()
    await stripe.pay(await sessionOf(checkout))
    await untilPaid(checkout)
    expect(stripe.api.all('checkout.session').length - sessions).toBe(1)
    expect(await outcomeOf(owner, checkout)).toEqual(booked)
  })

  test('before the webhook arrives: the provider sends it again', async () => {
    const checkout = await beginCheckout(owner, practice)
    const session = await sessionOf(checkout)
    await kill()
    await stripe.pay(session)
    expect(stripe.webhooks.deliveries.at(-1)?.status).toBe(0)
    await restart()
    expect((await stripe.webhooks.sendAgain()).map(({ status }) => status)).toEqual([200])
    await untilPaid(checkout)
    expect(await outcomeOf(owner, checkout)).toEqual(booked)
  })

  test.each([
    ['before the paid session is read', 'timeout'],
    ['after it is read, before the payment is recorded', 'timeout_after'],
  ] as const)('%s: the next one settles it', async (_name, fault) => {
    const checkout = await beginCheckout(owner, practice)
    const session = await sessionOf(checkout)
    const calls = stripe.calls.length
    stripe.failNext(/^GET .*sessions/, fault)
    await stripe.pay(session)
    await arrived(/^GET .*sessions/, calls)
    await kill()
    expect(await outcomeOf(owner, checkout)).toEqual(nothing)
    await restart()
    await untilPaid(checkout)
    expect(await outcomeOf(owner, checkout)).toEqual(booked)
  })

  test('while the payment is recorded: it is recorded once', async () => {
    const checkout = await beginCheckout(owner, practice)
    const session = await sessionOf(checkout)
    const blocker = await connect(database.url)
    await blocker.query('begin')
    await blocker.query('select from billing.checkouts where id = $1 for update', [checkout.id])
    await stripe.pay(session)
    await eventually(
      async () =>
        (
          await owner.query(
            'select from pg_stat_activity where datname = current_database() and $1 = any (pg_blocking_pids(pid))',
            [blocker.pid],
          )
        ).length > 0,
      'a billing process that waits for the lock',
    )
    await kill()
    await blocker.query('rollback')
    await blocker.close()
    await restart()
    await untilPaid(checkout)
    expect(await outcomeOf(owner, checkout)).toEqual(booked)
  })

  test.each([
    ['before a refund is made', 'timeout'],
    ['after it is made, before that is recorded', 'timeout_after'],
  ] as const)('%s: it is made once', async (_name, fault) => {
    const checkout = await paidCheckout()
    const [calls, refunds] = [stripe.calls.length, stripe.api.all('refund').length]
    stripe.failNext(/^POST .*refunds$/, fault)
    const paymentId = await refundedPayment(checkout, 5000)
    await arrived(/^POST .*refunds$/, calls)
    await kill()
    await restart()
    await untilRefundIs('succeeded', paymentId)
    expect(stripe.api.all('refund').length - refunds).toBe(1)
    expect(await outcomeOf(owner, checkout)).toMatchObject({ bookings: 0, credit: '0' })
  })
})
