import fc from 'fast-check'
import { DatabaseError } from 'pg'
import { aCoupon, anInvoice, aPaidPractice, billing, openPage, record } from '../../helpers/clinic/billing.ts'
import { aCustomer } from '../../helpers/clinic/world.ts'
import type { Connection } from '../../helpers/database/connection.ts'

// Several sessions move money of a few patients of two clinics at the same time, with commands that fast-check chooses.
// In each round every session does one thing; after it, the books of both clinics must be right to the cent.

/** One thing that a session does. The numbers are taken modulo what exists when it runs. */
export interface Command {
  what: (typeof kinds)[number]
  whose: number
  which: number
  amount: number
}

const kinds = [
  'charge',
  'issue',
  'discount',
  'adjust',
  'coupon',
  'pay',
  'pay several',
  'prepay',
  'spend credit',
  'to credit',
  'refund',
  'goodwill',
  'write off',
  'void',
  'checkout',
  'shared checkout',
  'settle',
  'end checkout',
  'refund fails',
] as const

/** Rounds of `sessions` commands each. */
export const rounds = (sessions: number, least: number, most: number): fc.Arbitrary<Command[][]> =>
  fc.array(
    fc.array(
      fc.record({
        what: fc.constantFrom(...kinds),
        whose: fc.nat(2),
        which: fc.nat(1000),
        amount: fc.oneof(fc.integer({ min: 1, max: 400 }), fc.integer({ min: 1, max: 50_000 })),
      }),
      { minLength: sessions, maxLength: sessions },
    ),
    { minLength: least, maxLength: most },
  )

export interface Till {
  clinicId: string
  /** Another clinic with the same account, patients and currency. */
  besideId: string
  customers: string[]
  codes: string[]
}

/** Two clinics with three patients; the first has two coupons, of which one can be used twice. */
export async function aTill(owner: Connection, currency = 'EUR'): Promise<Till> {
  const { clinicId } = await aPaidPractice(owner, { currency, rule: 'none' })
  const { clinicId: besideId } = await aPaidPractice(owner, { currency, rule: 'none' })
  const customers: string[] = []
  for (let i = 0; i < 3; i++) {
    const { customerId } = await aCustomer(owner)
    for (const id of [clinicId, besideId]) await record(owner, id, customerId)
    customers.push(customerId)
  }
  const codes = [
    (await aCoupon(owner, clinicId, { currency, percent: 33.33, most: 2 })).code,
    (await aCoupon(owner, clinicId, { currency, amount: 777 })).code,
  ]
  return { clinicId, besideId, customers, codes }
}

/** Carries a command out, with the rights of the owner; returns the SQLSTATE of a refusal, or undefined. */
export async function execute(session: Connection, till: Till, command: Command): Promise<string | undefined> {
  try {
    await act(session, till, command)
    return undefined
  } catch (error) {
    if (error instanceof DatabaseError && /^MS/.test(error.code ?? '')) return error.code
    throw error
  }
}

async function act(db: Connection, till: Till, command: Command): Promise<void> {
  const { customers, codes } = till
  const { what, whose, which, amount } = command
  const [clinicId, besideId] =
    which % 4 === 3 && what !== 'coupon' ? [till.besideId, till.clinicId] : [till.clinicId, till.besideId]
  const customerId = customers[whose] as string
  const isOdd = which % 2 === 1
  const part = isOdd ? amount : null
  const pick = async (statement: string, ...values: unknown[]) => pickAt(clinicId, statement, ...values)
  const pickAt = async (at: string, statement: string, ...values: unknown[]) => {
    const rows = await db.query<{ id: string }>(statement, [at, ...values])
    return rows[which % Math.max(1, rows.length)]?.id
  }
  const invoice = () =>
    pick('select id from billing.invoices where clinic_id = $1 and customer_id = $2 order by id', customerId)
  /** An invoice with an amount due; a new one if there is none. */
  const dueInvoice = async (at = clinicId) => {
    const due = await pickAt(
      at,
      'select id from billing.invoices where clinic_id = $1 and customer_id = $2 and due > 0 order by id',
      customerId,
    )
    return due ?? (await anInvoice(db, at, customerId, amount))
  }
  const payment = () =>
    pick('select id from billing.payments where clinic_id = $1 and customer_id = $2 order by id', customerId)
  const session = () =>
    pick(
      `select c.provider_session as id from billing.checkouts c
       where c.id in (select p.checkout_id from billing.checkout_parts p where p.clinic_id = $1) and c.provider_session is not null
       order by c.id`,
    )
  const call = (name: string, ...values: unknown[]) => billing(db, name, clinicId, ...values)
  switch (what) {
    case 'charge': {
      const id = which % 3 === 0 ? (await call('create_invoice', customerId)).id : await invoice()
      await call('add_charge', id, amount, 'Something', which % 2 ? 19 : 7)
      return
    }
    case 'issue':
      await call('issue_invoice', await invoice())
      return
    case 'discount':
      await call('add_discount', await invoice(), 'Less', null, (amount % 100) + 0.5)
      return
    case 'adjust':
      await call('adjust_invoice', await invoice(), part ?? -amount, 'Other', 19)
      return
    case 'coupon':
      await call('apply_coupon', await invoice(), codes[which % 2])
      return
    case 'pay':
      await call('record_payment', customerId, 'cash', amount, [await invoice()])
      return
    case 'pay several': {
      const rows = await db.query<{ id: string }>(
        `select id from billing.invoices where clinic_id = $1 and customer_id = $2 and due > 0 order by id desc limit 3`,
        [clinicId, customerId],
      )
      await call(
        'record_payment',
        customerId,
        'card_terminal',
        amount,
        rows.map(({ id }) => id),
      )
      return
    }
    case 'prepay':
      await call('record_payment', customerId, 'transfer', amount)
      return
    case 'spend credit':
      await call('spend_credit', await invoice(), part)
      return
    case 'to credit':
      await call('move_to_credit', await invoice(), amount)
      return
    case 'refund':
      await call('refund_payment', await payment(), amount)
      return
    case 'goodwill':
      await call('grant_goodwill', customerId, amount, 'Sorry')
      return
    case 'write off':
      await call('write_off', await invoice(), 'Lost', part)
      return
    case 'void':
      await call('void_invoice', await invoice(), 'Mistake')
      return
    case 'checkout':
    case 'shared checkout': {
      const beside = what === 'checkout' ? [] : [{ clinicId: besideId, invoiceId: await dueInvoice(besideId) }]
      await beginCheckout(db, [clinicId, await dueInvoice(), customerId, which % 2 === 0, JSON.stringify(beside)])
      return
    }
    case 'settle':
      await settle(db, await session(), command)
      return
    case 'end checkout': {
      const id = await session()
      if (id) await db.query(`select billing_private.end_checkout('development', $1, 'expired')`, [id])
      return
    }
    case 'refund fails': {
      const id = await pick(
        `select pc.id from billing_private.provider_calls pc where pc.clinic_id = $1 and pc.kind = 'refund' order by pc.id`,
      )
      await answerRefund(db, id, isOdd ? 'failed' : 'done')
      return
    }
  }
}

/** Begins a checkout of a customer who is signed in, and opens its page. */
async function beginCheckout(db: Connection, values: unknown[]): Promise<void> {
  const { id } = await db.one<{ id: string }>(
    `with caller as materialized (
       select app_private.set_claims(jsonb_build_object('customer_id', $3::text, 'customer_ids', '{' || $3 || '}')) as claims)
     select c.id from caller, lateral billing.begin_checkout($1, null, array[$2::bigint], $4,
       case when caller is null then '' end, $5) c`,
    values,
  )
  await openPage(db, id)
}

/** Reports a payment by its session: usually of what was asked for, sometimes of something else. */
async function settle(db: Connection, session: string | undefined, { which, amount }: Command): Promise<void> {
  if (!session) return
  const due = await db.one<{ amount: string; currency: string }>(
    'select amount, currency from billing.checkouts where provider_session = $1',
    [session],
  )
  await db.query(`select billing_private.settle_checkout('development', $1, 'p', $2, $3)`, [
    session,
    which % 5 ? due.amount : amount,
    due.currency,
  ])
}

async function answerRefund(db: Connection, id: string | undefined, outcome: 'failed' | 'done'): Promise<void> {
  if (!id) return
  await db.query('select billing_private.record_provider_call($1, $2, $3)', [
    id,
    outcome,
    JSON.stringify({ refundId: `re-${id}`, status: 'succeeded' }),
  ])
}

/** The errors in the books of the clinics; there must be none, whatever was done. */
export async function wrongIn(owner: Connection, { clinicId, besideId }: Till): Promise<unknown[]> {
  return [...(await wrongAt(owner, clinicId)), ...(await wrongAt(owner, besideId))]
}

function wrongAt(owner: Connection, clinicId: string): Promise<unknown[]> {
  return owner.query(
    `select 'books do not balance' as wrong, record as what, id from billing.books_that_do_not_balance where clinic_id = $1
     union all
     select 'checkouts without their payments', record, id from billing.books_that_do_not_balance
     where record = 'checkouts' and id in (select checkout_id from billing.checkout_parts where clinic_id = $1)
     union all
     -- Every cent that came in is in exactly one place.
     select 'cents are lost or made', (came.cents - places.cents)::text, null
     from (
       select coalesce(sum(received), 0) + (
         select coalesce(sum(amount), 0) from billing.movements where clinic_id = $1 and kind = 'goodwill_to_credit') as cents
       from billing.payments where clinic_id = $1) came,
     (select (select coalesce(sum(received - spent), 0) from billing.payments where clinic_id = $1)
           + (select coalesce(sum(paid), 0) from billing.invoices where clinic_id = $1)
           + (select coalesce(sum(balance), 0) from billing.credits where clinic_id = $1) as cents) places
     where came.cents <> places.cents
     union all
     select 'a payment has money that is nowhere', id::text, id from billing.payments
     where clinic_id = $1 and spent + refunded <> received
     union all
     select 'numbers with a gap', year::text, max(serial) from billing.invoices
     where clinic_id = $1 and serial is not null group by year having max(serial) <> count(*)
     union all
     select 'void and not empty', state::text, id from billing.invoices
     where clinic_id = $1 and state = 'void' and (total, tax, paid) <> (0, 0, 0)
     union all
     select 'a coupon used too often', code::text, id from billing.coupons where clinic_id = $1 and used > most`,
    [clinicId],
  )
}

/** Runs rounds on new clinics; throws at the first round after which something is wrong. Returns how many commands succeeded. */
export async function play(owner: Connection, sessions: Connection[], commands: Command[][], currency = 'EUR') {
  const till = await aTill(owner, currency)
  let done = 0
  for (const round of commands) {
    const outcomes = await Promise.all(round.map((command, i) => execute(sessions[i] as Connection, till, command)))
    done += outcomes.filter((outcome) => outcome === undefined).length
    const wrong = await wrongIn(owner, till)
    if (wrong.length > 0) throw new Error(`after ${JSON.stringify(round)}: ${JSON.stringify(wrong)}`)
  }
  return done
}
