import type { Db } from '../database/database.ts'
import { aPaidPractice, type Checkout, record } from './billing.ts'

type Maker = Pick<Db, 'one' | 'query'>

/**
 * Two practices with the same account at the provider, and a patient of both: a visit costs 100.00 at the first, and at the
 * second a deposit of 30.00 of 80.00.
 */
export async function aSharedAccount(db: Maker) {
  const a = await aPaidPractice(db)
  const b = await aPaidPractice(db, { amount: 8000, rule: 'deposit', deposit: 3000 })
  for (const { clinicId } of [a, b]) {
    await db.query(`select billing.set_provider_account($1, 'development', 'acct-1')`, [clinicId])
    await record(db, clinicId, a.customer.customerId)
  }
  const visitAt = ({ clinicId, serviceId, slotId }: typeof a, more: Record<string, unknown> = {}) => ({
    clinicId,
    serviceId,
    bookingSlotId: slotId,
    ...more,
  })
  return {
    a,
    b,
    customer: a.customer,
    customerId: a.customer.customerId,
    /** A visit at each, the second first. */
    visits: [visitAt(b), visitAt(a)],
    visitAt,
  }
}

/** Begins a checkout, as the caller. An item without a clinic of its own is of `clinicId`. */
export const beginShared = (
  db: Maker,
  clinicId: string,
  { visits, invoices, usesCredit = true, key }: SharedCheckout,
): Promise<Checkout> =>
  db.one<Checkout>(
    `select * from billing.begin_checkout($1, $2, uses_credit => $3, idempotency_key => $4, invoices => $5)`,
    [clinicId, visits && JSON.stringify(visits), usesCredit, key, invoices && JSON.stringify(invoices)],
  )

interface SharedCheckout {
  visits?: unknown
  invoices?: unknown
  usesCredit?: boolean
  key?: string
}

/** What the payments of a checkout received, by clinic. */
export const receivedBy = async (db: Maker, checkoutId: string): Promise<Record<string, string>> =>
  Object.fromEntries(
    (
      await db.query<{ clinic_id: string; received: string }>(
        'select clinic_id, received from billing.payments where checkout_id = $1',
        [checkoutId],
      )
    ).map(({ clinic_id, received }) => [clinic_id, received]),
  )
