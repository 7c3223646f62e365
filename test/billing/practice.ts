import { aPrice, beginVisit } from '../helpers/clinic/billing.ts'
import { aService } from '../helpers/clinic/services.ts'
import { aCustomer, aPractice, aSlot, type Customer } from '../helpers/clinic/world.ts'
import type { Connection } from '../helpers/database/connection.ts'
import type { Claims } from '../helpers/database/database.ts'
import { eventually } from '../helpers/time/eventually.ts'

/** A clinic whose visits are paid in advance, online. */
export interface OnlinePractice {
  clinicId: string
  doctorId: string
  serviceId: string
  receptionist: Claims
  /** An open slot, each time another one. */
  slot(): Promise<string>
}

/** Makes one, with a service that is paid in full. `account` is the clinic's at the provider, `amount` in cents. */
export async function anOnlinePractice(
  owner: Connection,
  provider: 'stripe' | 'development',
  { account = null, amount = 5000 }: { account?: string | null; amount?: number } = {},
): Promise<OnlinePractice> {
  const { clinicId, doctorId, receptionist } = await aPractice(owner)
  const serviceId = await aService(owner, clinicId, { doctors: [doctorId] })
  await aPrice(owner, clinicId, serviceId, { amount })
  await owner.query('select billing.set_provider_account($1, $2, $3)', [clinicId, provider, account])
  let hours = 48
  return {
    clinicId,
    doctorId,
    serviceId,
    receptionist: receptionist.claims,
    slot() {
      hours += 1
      return aSlot(owner, clinicId, doctorId, hours)
    },
  }
}

/** A checkout of one visit of a patient. */
export interface BegunCheckout {
  id: string
  slotId: string
  patient: Customer
}

/** A new patient begins to pay for a visit in a new slot, or in the given one. */
export async function beginCheckout(
  owner: Connection,
  practice: OnlinePractice,
  given: Partial<Pick<BegunCheckout, 'patient' | 'slotId'>> = {},
): Promise<BegunCheckout> {
  const { patient = await aCustomer(owner), slotId = await practice.slot() } = given
  const { id } = await owner.request(patient.claims, () => beginVisit(owner, practice, slotId))
  return { id, slotId, patient }
}

export interface CheckoutRow {
  state: 'open' | 'paid' | 'expired' | 'failed'
  outcome: 'booked' | 'paid' | 'credited' | null
  url: string | null
  session: string | null
}

export const checkoutOf = (owner: Connection, { id }: Pick<BegunCheckout, 'id'>): Promise<CheckoutRow> =>
  owner.one<CheckoutRow & Record<string, unknown>>(
    'select state, outcome, url, provider_session as session from billing.checkouts where id = $1',
    [id],
  )

/** The payment page of a checkout and the session behind it, once they exist. */
export async function paymentPageOf(
  owner: Connection,
  checkout: Pick<BegunCheckout, 'id'>,
): Promise<{ url: string; session: string }> {
  return eventually(async () => {
    const { url, session } = await checkoutOf(owner, checkout)
    return url !== null && session !== null && { url, session }
  }, 'a payment page')
}

/** What a checkout has led to: live bookings of its slot for its patient, money received, spent, and credit. */
export async function outcomeOf(owner: Connection, { id, slotId, patient }: BegunCheckout) {
  return owner.one<{ bookings: number; payments: number; received: string; credit: string; paid: string }>(
    `select
       (select count(*)::int from app_public.bookings b
        where b.booking_slot_id = $2 and b.customer_id = $3 and b.status = 'booked') as bookings,
       (select count(*)::int from billing.payments p where p.checkout_id = $1) as payments,
       (select coalesce(sum(p.received), 0)::text from billing.payments p where p.checkout_id = $1) as received,
       (select coalesce(sum(c.balance), 0)::text from billing.credits c where c.customer_id = $3) as credit,
       (select coalesce(sum(i.paid), 0)::text from billing.invoices i where i.customer_id = $3) as paid`,
    [id, slotId, patient.customerId],
  )
}

/** Ends all claims of calls and of events at once, as if a minute had passed. */
export async function endClaims(owner: Connection): Promise<void> {
  await owner.query(`update billing_private.provider_calls set retry_at = now() where state = 'pending'`)
  await owner.query('update billing_private.provider_events set retry_at = now() where done_at is null')
}

/** The billing process asks the provider about all open checkouts at its next reconciliation. */
export async function ageCheckouts(owner: Connection): Promise<void> {
  await owner.query(`update billing.checkouts set reconciled_at = now() - interval '6 minutes' where state = 'open'`)
}

/** No cent is missing or in two places, in any clinic. */
export async function expectBooksToBalance(owner: Connection): Promise<void> {
  expect(await owner.query('select * from billing.books_that_do_not_balance')).toEqual([])
}
