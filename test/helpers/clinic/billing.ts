import type { Claims, Db } from '../database/database.ts'
import { aService } from './services.ts'
import { aCustomer, aPractice, aSlot, type Customer, unique } from './world.ts'

// Prices, invoices and payments for tests. Amounts are minor units; pg gives bigint as a string.
type Maker = Pick<Db, 'one' | 'query'>

export interface Invoice {
  clinic_id: string
  id: string
  customer_id: string
  currency: string
  state: 'draft' | 'open' | 'settled' | 'void'
  number: string | null
  serial: number | null
  total: string
  tax: string
  paid: string
  due: string
}

export interface Checkout {
  id: string
  amount: string
  state: 'open' | 'paid' | 'expired' | 'failed'
  outcome: 'booked' | 'paid' | 'credited' | null
  provider: string | null
  url: string | null
}

/** A price; the columns are those of billing.prices. By default 100.00 EUR, paid in advance. */
export async function aPrice(
  db: Maker,
  clinicId: string,
  serviceId: string,
  { amount = 10_000, rule = 'full', currency = 'EUR', ...columns }: Record<string, unknown> = {},
): Promise<string> {
  return insert(db, 'prices', {
    clinic_id: clinicId,
    service_id: serviceId,
    amount,
    payment_rule: rule,
    currency,
    ...columns,
  })
}

/** A coupon of 10 % by default; returns its id and code. */
export async function aCoupon(db: Maker, clinicId: string, columns: Record<string, unknown> = {}) {
  const code = unique('C').replace(' ', '-')
  const row = {
    clinic_id: clinicId,
    code,
    currency: 'EUR',
    ...('amount' in columns ? {} : { percent: 10 }),
    ...columns,
  }
  return { couponId: await insert(db, 'coupons', row), code }
}

async function insert(db: Maker, table: string, row: Record<string, unknown>): Promise<string> {
  const values = Object.values(row)
  const { id } = await db.one<{ id: string }>(
    `insert into billing.${table} (${Object.keys(row)}) values (${values.map((_, i) => `$${i + 1}`)}) returning id`,
    values,
  )
  return id
}

/** A practice that is paid online (by the development provider), with a service at a price and two open slots. */
export async function aPaidPractice(db: Maker, price: Record<string, unknown> = {}, timeZone?: string) {
  const practice = await aPractice(db, timeZone)
  const { clinicId, doctorId } = practice
  if (price.currency) {
    await db.query('update app_public.policies set currency = $2 where clinic_id = $1', [clinicId, price.currency])
  }
  const serviceId = await aService(db, clinicId, { doctors: [doctorId] })
  await db.query(`select billing.set_provider_account($1, 'development')`, [clinicId])
  return {
    ...practice,
    serviceId,
    priceId: await aPrice(db, clinicId, serviceId, price),
    laterSlotId: await aSlot(db, clinicId, doctorId, 72),
  }
}

/** A customer in the clinic's records, without a booking. */
export async function record(db: Maker, clinicId: string, customerId: string): Promise<void> {
  await db.query(
    `insert into app_public.clinic_customers (clinic_id, customer_id, full_name, copied_from_profile)
     select $1, c.id, c.full_name, '{}' from app_public.customers c where c.id = $2 on conflict do nothing`,
    [clinicId, customerId],
  )
}

/** Lets the hold of a slot end before now, so that the slot counts as free. */
export async function endHold(db: Maker, slotId: string): Promise<void> {
  await db.query(`update app_public.booking_slots set held_until = now() - interval '1 minute' where id = $1`, [slotId])
}

/** The hold of a slot ends, and the desk books it for another patient, who is returned. */
export async function bookedForAnother(
  db: Db,
  at: { clinicId: string; slotId: string; serviceId: string; receptionist: { claims: Claims } },
): Promise<Customer> {
  await endHold(db, at.slotId)
  const other = await aCustomer(db)
  await record(db, at.clinicId, other.customerId)
  await db.as(at.receptionist.claims, () =>
    db.query('select app_public.book_slot($1, $2, $3, service_id => $4)', [
      at.clinicId,
      at.slotId,
      other.customerId,
      at.serviceId,
    ]),
  )
  return other
}

/** An invoice, a draft, with charges of these amounts. The caller has the rights of the desk. */
export async function anInvoice(
  db: Maker,
  clinicId: string,
  customerId: string,
  ...amounts: number[]
): Promise<string> {
  const { id } = await billing<Invoice>(db, 'create_invoice', clinicId, customerId)
  for (const amount of amounts) await billing(db, 'add_charge', clinicId, id, amount, 'Something')
  return id
}

/** Calls a function of the API that returns one row. */
export const billing = <Row extends object = Record<string, unknown>>(db: Maker, name: string, ...values: unknown[]) =>
  db.one<Row & Record<string, unknown>>(
    `select * from billing.${name}(${values.map((_, i) => `$${i + 1}`).join(', ')})`,
    values,
  )

export const invoiceOf = (db: Maker, invoiceId: string) =>
  db.one<Invoice>('select * from billing.invoices where id = $1', [invoiceId])

/** The invoices of a booking, in the order of their ids. */
export const invoicesOfBooking = (db: Maker, bookingId: string) =>
  db.query<Invoice>(
    `select i.* from billing.invoices i
     where i.id in (select l.invoice_id from billing.invoice_lines l where l.booking_id = $1) order by i.id`,
    [bookingId],
  )

export const creditOf = async (db: Maker, clinicId: string, customerId: string): Promise<string> =>
  (
    await db.one<{ balance: string }>(
      'select coalesce(sum(balance), 0)::text as balance from billing.credits where clinic_id = $1 and customer_id = $2',
      [clinicId, customerId],
    )
  ).balance

/** The credit of a customer in a clinic, in its only currency. */
export const creditsOf = (db: Maker, clinicId: string, customerId: string) =>
  db.one<{ balance: string; reserved: string; available: string }>(
    'select balance, reserved, available from billing.credits where clinic_id = $1 and customer_id = $2',
    [clinicId, customerId],
  )

/** Begins a checkout for one visit, as the caller. */
export const beginVisit = (
  db: Maker,
  { clinicId, serviceId }: { clinicId: string; serviceId: string },
  bookingSlotId: string,
  more: Record<string, unknown> = {},
) => billing<Checkout>(db, 'begin_checkout', clinicId, JSON.stringify([{ bookingSlotId, serviceId, ...more }]))

/** Does what the billing process does when the provider has made the page; returns the session. By the owner. */
export async function openPage(db: Maker, checkoutId: string): Promise<string> {
  const session = `session-${checkoutId}`
  await db.query(
    `select billing_private.record_provider_call(pc.id, 'done', jsonb_build_object('sessionId', $2::text, 'url', 'https://pay.example/' || $2))
     from billing_private.provider_calls pc where pc.checkout_id = $1 and pc.kind = 'create_session'`,
    [checkoutId, session],
  )
  return session
}

/** Settles a session, as the billing process does; returns the outcome. */
export const settle = async (db: Maker, session: string, amount: number | string, currency = 'EUR') =>
  (
    await db.one<{ outcome: string }>(
      `select billing_private.settle_checkout('development', $1, 'payment-' || $1, $2, $3) as outcome`,
      [session, amount, currency],
    )
  ).outcome

/** Checks at this point of the transaction what is otherwise checked at its end, and that the books balance. */
export async function booksBalance(db: Maker): Promise<unknown[]> {
  await db.query('set constraints all immediate')
  await db.query('set constraints all deferred')
  return db.query('select * from billing.books_that_do_not_balance')
}
