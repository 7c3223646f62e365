import { aPrice, billing, type Checkout, openPage, settle } from '../../helpers/clinic/billing.ts'
import { aService } from '../../helpers/clinic/services.ts'
import { aSlot, type Customer } from '../../helpers/clinic/world.ts'
import type { Db } from '../../helpers/database/database.ts'

// What the two clinics of two_clinics.ts have in the tables of money.

/** A clinic with a service at a price, with a doctor at a price of their own, two coupons and online payment. */
export async function prices(db: Db, clinicId: string, doctorId: string, colleagueId: string) {
  const pricedServiceId = await aService(db, clinicId, { doctors: [doctorId] })
  await aPrice(db, clinicId, pricedServiceId)
  await aPrice(db, clinicId, pricedServiceId, { doctor_id: colleagueId, amount: 12_000 })
  await db.query(
    `insert into billing.coupons (clinic_id, code, percent, currency) values ($1, 'SPRING', 10, 'EUR'), ($1, 'AUTUMN', 20, 'EUR')`,
    [clinicId],
  )
  await db.query(`select billing.set_provider_account($1, 'development')`, [clinicId])
  return pricedServiceId
}

interface Furnished {
  clinicId: string
  doctorId: string
  pricedServiceId: string
}

/**
 * A patient of a clinic with a visit that was paid online with a coupon, a draft, an open invoice that is paid in part, credit
 * of which a part was paid back, a reminder of the open invoice that could not be delivered, and a checkout that is not paid.
 */
export async function money(
  db: Db,
  { clinicId, doctorId, pricedServiceId }: Furnished,
  patient: Customer,
  hours: number,
) {
  const { customerId } = patient
  const begin = (visits: object[] | null, invoices: string[] | null) =>
    // The claims are those of the statement's transaction.
    db.one<Checkout>(
      `with caller as materialized (
         select app_private.set_claims(jsonb_build_object('customer_id', $4::text, 'customer_ids', '{' || $4 || '}')) as claims)
       select c.* from caller, lateral billing.begin_checkout($1, $2, $3, false, case when caller is null then '' end) c`,
      [clinicId, visits && JSON.stringify(visits), invoices, customerId],
    )
  const charged = async (amount: number) => {
    const { id } = await billing<{ id: string }>(db, 'create_invoice', clinicId, customerId)
    await billing(db, 'add_charge', clinicId, id, amount, 'Report')
    return id
  }
  const slotId = await aSlot(db, clinicId, doctorId, hours)
  const visit = await begin([{ bookingSlotId: slotId, serviceId: pricedServiceId, coupon: 'AUTUMN' }], null)
  await settle(db, await openPage(db, visit.id), visit.amount)
  const invoice = await charged(5000)
  await billing(db, 'record_payment', clinicId, customerId, 'cash', 2000, [invoice])
  const payment = await billing<{ id: string }>(db, 'record_payment', clinicId, customerId, 'transfer', 1500)
  await billing(db, 'refund_payment', clinicId, payment.id, 300)
  await db.query(
    `insert into app_public.notifications (clinic_id, invoice_id, customer_id, kind, booking_sequence, due_at, state)
     values ($1, $2, $3, 'payment_due', 0, now(), 'dead')`,
    [clinicId, invoice, customerId],
  )
  const draft = await charged(700)
  const checkout = await begin(null, [await charged(900)])
  await db.query(`select app_private.set_claims('{"customer_id": "", "customer_ids": ""}')`)
  return { invoice, payment: payment.id, draft, checkout: checkout.id }
}
