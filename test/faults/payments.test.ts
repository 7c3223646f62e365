import { setTimeout as sleep } from 'node:timers/promises'
import { log } from '../../src/process/log.ts'
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
} from '../billing/practice.ts'
import { record } from '../helpers/clinic/billing.ts'
import { aCustomer } from '../helpers/clinic/world.ts'
import { type ClonedDatabase, cloneDatabase } from '../helpers/database/cluster.ts'
import { type Connection, connect } from '../helpers/database/connection.ts'
import { type FakeStripe, type Fault, startStripe } from '../helpers/external/stripe.ts'
import { type Program, startProgram } from '../helpers/programs/program.ts'
import { eventually } from '../helpers/time/eventually.ts'

// Money that was paid has booked a visit or become credit, whatever happens meanwhile to the billing process, its
// connections and the webhooks.

const patients = 24
const strikes = 8
/** The credit of every second patient: it pays a part of the visit, which costs 5000. */
const granted = 2000
const seed = Date.now() % 1e9

let database: ClonedDatabase
let owner: Connection
let stripe: FakeStripe
let billing: Program
let practice: OnlinePractice

/** Numbers from 0 to `below` - 1 that the seed determines (a linear congruential generator). */
function numbers(seed: number): (below: number) => number {
  let state = seed
  return (below) => {
    state = (state * 1_664_525 + 1_013_904_223) % 2 ** 32
    return Math.floor((state / 2 ** 32) * below)
  }
}

async function startBilling(): Promise<void> {
  billing = await startProgram('billing', {
    env: {
      DATABASE_URL: database.billingUrl,
      STRIPE_SECRET_KEY: stripe.key,
      STRIPE_WEBHOOK_SECRET: stripe.webhookSecret,
      STRIPE_API_URL: stripe.url,
    },
  })
  stripe.webhooks.url = `${billing.url}/webhooks/stripe`
}

beforeAll(async () => {
  log.level = 'silent'
  database = await cloneDatabase()
  owner = await connect(database.url)
  stripe = await startStripe()
  practice = await anOnlinePractice(owner, 'stripe')
  await startBilling()
})
afterAll(async () => {
  await billing?.stop('SIGKILL')
  await stripe?.stop()
  await owner?.close()
  await database?.drop()
})

/** Kills the process and starts another; the claims of the dead one run out at once. */
async function replaceBilling(): Promise<void> {
  await billing.stop('SIGKILL')
  await endClaims(owner)
  await startBilling()
}

const responses: Fault[] = ['error_500', 'error_500_after', 'closed', 'closed_after', 'timeout', 'timeout_after']
const modes = ['send', 'lose', 'hold', 'twice'] as const

async function strike(random: (below: number) => number): Promise<void> {
  stripe.webhooks.mode = modes[random(modes.length)] ?? 'send'
  for (let faults = random(4); faults > 0; faults--)
    stripe.failNext(/checkout\/sessions/, responses[random(responses.length)] ?? 'closed')
  if (random(2) === 0) return replaceBilling()
  await owner.query(`select pg_terminate_backend(pid) from pg_stat_activity
    where datname = current_database() and usename = 'app_billing'`)
}

/** One patient: pays, gives up, or pays too late, after the slot has gone to somebody else. */
async function visit(given: Pick<BegunCheckout, 'patient' | 'slotId'>, way: number): Promise<BegunCheckout> {
  const client = await connect(database.url)
  try {
    const checkout = await beginCheckout(client, practice, given)
    const { session } = await eventually(async () => {
      const { url, session, state } = await checkoutOf(client, checkout)
      return (url !== null || state !== 'open') && { session }
    }, 'a payment page, or a checkout that has failed')
    if (session === null) return checkout
    if (way === 0) {
      await client.request(checkout.patient.claims, () =>
        client.query('select billing.cancel_checkout($1)', [checkout.id]),
      )
    }
    if (way === 1) {
      await client.query(`update app_public.booking_slots set held_until = now() - interval '1 second' where id = $1`, [
        checkout.slotId,
      ])
      const { customerId } = await aCustomer(client)
      await record(client, practice.clinicId, customerId)
      await client.request(practice.receptionist, () =>
        client.query('select app_public.book_slot($1, $2, customer_id => $3, service_id => $4)', [
          practice.clinicId,
          checkout.slotId,
          customerId,
          practice.serviceId,
        ]),
      )
    }
    // The provider's page of a cancelled checkout may still be open for a moment.
    await stripe.pay(session).catch(() => undefined)
    return checkout
  } finally {
    await client.close()
  }
}

/** Every few seconds, what is claimed is due again and the provider is asked about what is open, as if minutes had passed. */
function passTime(): AsyncDisposable {
  const stopped = new AbortController()
  const passing = (async () => {
    const client = await connect(database.url)
    while (!stopped.signal.aborted) {
      await endClaims(client)
      await ageCheckouts(client)
      await sleep(3000, undefined, { signal: stopped.signal }).catch(() => undefined)
    }
    await client.close()
  })()
  return {
    [Symbol.asyncDispose]() {
      stopped.abort()
      return passing
    },
  }
}

/** All webhooks arrive. */
async function heal(): Promise<void> {
  stripe.webhooks.mode = 'send'
  await stripe.webhooks.settled()
  await replaceBilling()
  await stripe.webhooks.release({ reversed: true })
  await stripe.webhooks.sendAgain()
}

test('what was paid is booked or credit, and what was not paid is neither', async () => {
  const random = numbers(seed)
  const given: Pick<BegunCheckout, 'patient' | 'slotId'>[] = []
  for (let count = 0; count < patients; count++) {
    const patient = await aCustomer(owner)
    if (count % 2 === 0) {
      await record(owner, practice.clinicId, patient.customerId)
      await owner.query(`select billing.grant_goodwill($1, $2, $3, 'Sorry')`, [
        practice.clinicId,
        patient.customerId,
        granted,
      ])
    }
    given.push({ patient, slotId: await practice.slot() })
  }
  const visits = given.map((each) => visit(each, random(4)))
  for (let times = 0; times < strikes; times++) await strike(random)
  stripe.endFaults()
  await using _time = passTime()
  const checkouts = await Promise.all(visits)
  await heal()

  const paid = stripe.api.all('checkout.session').filter((session) => session.payment_status === 'paid')
  await eventually(async () => {
    const { open } = await owner.one<{ open: number }>(
      `select count(*)::int as open from billing.checkouts c
       where c.provider_session = any ($1) and c.state <> 'paid'`,
      [paid.map(({ id }) => id)],
    )
    return open === 0
  }, `paid checkouts that are settled (seed ${seed})`)

  const found = []
  for (const checkout of checkouts) {
    const sessions = paid.filter((session) => session.client_reference_id === checkout.id).length
    const { state } = await checkoutOf(owner, checkout)
    const { reserved } = await owner.one<{ reserved: string }>(
      'select coalesce(sum(reserved), 0)::text as reserved from billing.credits where customer_id = $1',
      [checkout.patient.customerId],
    )
    found.push({ id: checkout.id, state, sessions, reserved, ...(await outcomeOf(owner, checkout)) })
  }
  for (const [i, each] of found.entries()) {
    const credit = i % 2 === 0 ? granted : 0
    const booked = { sessions: 1, bookings: 1, payments: 1, received: `${5000 - credit}`, paid: '5000', credit: '0' }
    const credited = { ...booked, bookings: 0, paid: '0', credit: '5000' }
    const nothing = { sessions: 0, bookings: 0, payments: 0, received: '0', paid: '0', credit: `${credit}` }
    const fitting = each.state === 'paid' ? (each.bookings === 1 ? booked : credited) : nothing
    const reserved = each.state === 'open' ? `${credit}` : '0'
    expect({ seed, ...each }).toEqual({ seed, id: each.id, state: each.state, ...fitting, reserved })
  }
  // The faults left something to be paid.
  expect(paid.length).toBeGreaterThan(0)
  await expectBooksToBalance(owner)
})
