import {
  aCoupon,
  anInvoice,
  aPaidPractice,
  aPrice,
  beginVisit,
  billing,
  openPage,
  record,
  settle,
} from '../../helpers/clinic/billing.ts'
import { aSlot } from '../../helpers/clinic/world.ts'
import type { Db } from '../../helpers/database/database.ts'

/**
 * A practice with a row in each table of billing: a visit that was paid online, an open invoice with a coupon and a
 * payment in cash, a void one, credit, refunds, and an open checkout. Returns their ids.
 */
export async function aTill(db: Db) {
  const practice = await aPaidPractice(db, { valid_from: '2000-01-01' })
  const { clinicId, doctorId, customer, slotId, laterSlotId, serviceId } = practice
  const { customerId } = customer
  await record(db, clinicId, customerId)
  await db.query(`select billing.set_provider_account($1, 'development', 'acct_1')`, [clinicId])
  const pay = (slot: string, coupon?: string) =>
    db.as(customer.claims, () => beginVisit(db, practice, slot, { coupon, online: false }))
  const { id: paidCheckout } = await pay(slotId)
  await settle(db, await openPage(db, paidCheckout), 10_000)
  const { code: amountOff } = await aCoupon(db, clinicId, { amount: 500 })
  const { id: checkout } = await pay(laterSlotId, amountOff)
  const { couponId: coupon, code } = await aCoupon(db, clinicId)
  await aPrice(db, clinicId, serviceId, { doctor_id: doctorId, rule: 'deposit', deposit: 30, valid_from: '2999-01-01' })
  const draft = await anInvoice(db, clinicId, customerId, 500)
  const invoice = await anInvoice(db, clinicId, customerId, 1000)
  await billing(db, 'apply_coupon', clinicId, invoice, code)
  const { id: payment } = await billing<{ id: string }>(db, 'record_payment', clinicId, customerId, 'cash', 400, [
    invoice,
  ])
  await billing(db, 'grant_goodwill', clinicId, customerId, 300, 'Sorry')
  const { id: prepaid } = await billing<{ id: string }>(db, 'record_payment', clinicId, customerId, 'transfer', 200)
  const { id: refund } = await billing<{ id: string }>(db, 'refund_payment', clinicId, prepaid, 200, 'Moved')
  const empty = await anInvoice(db, clinicId, customerId, 100)
  await billing(db, 'issue_invoice', clinicId, empty)
  await billing(db, 'void_invoice', clinicId, empty, 'Mistake')
  await db.query('set constraints all immediate')
  const { id: line } = await db.one<{ id: string }>(
    `select min(id) as id from billing.invoice_lines where invoice_id = $1`,
    [invoice],
  )
  return {
    ...practice,
    customerId,
    freeSlotId: await aSlot(db, clinicId, doctorId, 96),
    paidCheckout,
    checkout,
    coupon,
    code,
    draft,
    invoice,
    payment,
    refund,
    line,
  }
}
