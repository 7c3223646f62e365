import { describe, expect, it } from '@jest/globals'
import { aCoupon, anInvoice, aPaidPractice, aPrice, beginVisit, billing, record } from '../../helpers/clinic/billing.ts'
import { type Db, expectRefusal, inTransaction } from '../../helpers/database/database.ts'

/** A practice that Stripe pays, in a currency with three decimals, with a price of 1.250 KWD for a visit. */
async function aPracticeWithStripe(db: Db, price: Record<string, unknown> = {}) {
  const practice = await aPaidPractice(db, { currency: 'KWD', amount: 1250, ...price })
  await record(db, practice.clinicId, practice.customer.customerId)
  await db.query(`select billing.set_provider_account($1, 'stripe', 'acct_1')`, [practice.clinicId])
  return practice
}

describe('a clinic that Stripe pays in a currency with three decimals', () => {
  it.each([
    ['a price', { amount: 1255 }, 'amount'],
    ['a deposit', { amount: 1250, rule: 'deposit', deposit: 333 }, 'deposit'],
  ])('refuses %s that does not end in 0, when it is set', (_, price, argument) =>
    inTransaction(async (db) => {
      const { clinicId, serviceId } = await aPracticeWithStripe(db)
      const set = (more: Record<string, unknown>) =>
        aPrice(db, clinicId, serviceId, { currency: 'KWD', valid_until: '1999-01-01', ...more })
      await db.query(`update billing.prices set valid_from = '2000-01-01'`)
      const error = await expectRefusal(set(price), 'amount_not_payable_online')
      expect(JSON.parse(error.detail ?? '{}')).toMatchObject({ argument })
      await expect(set({ amount: 1260 })).resolves.toEqual(expect.any(String))
    }),
  )

  it('refuses a coupon whose amount does not end in 0, and rounds the discount of a percentage', () =>
    inTransaction(async (db) => {
      const practice = await aPracticeWithStripe(db)
      const { clinicId, customer, slotId } = practice
      await expectRefusal(aCoupon(db, clinicId, { currency: 'KWD', amount: 5 }), 'amount_not_payable_online')
      const { code } = await aCoupon(db, clinicId, { currency: 'KWD', percent: 10 })
      // 10 % of 1.250 are 0.125, which would leave 1.125. Stripe only takes multiples of 0.010.
      expect(await db.as(customer.claims, () => beginVisit(db, practice, slotId, { coupon: code }))).toMatchObject({
        amount: '1120',
      })
    }))

  it('refuses an invoice that cannot be paid online, which the desk can be paid', () =>
    inTransaction(async (db) => {
      const { clinicId, customer } = await aPracticeWithStripe(db)
      const id = await anInvoice(db, clinicId, customer.customerId, 1255)
      const error = await expectRefusal(
        db.as(customer.claims, () => billing(db, 'begin_checkout', clinicId, null, [id])),
        'amount_not_payable_online',
      )
      expect(JSON.parse(error.detail ?? '{}')).toMatchObject({ amount: '1255' })
      await billing(db, 'record_payment', clinicId, customer.customerId, 'cash', 1255, [id])
    }))

  it('refuses a refund of an online payment that does not end in 0', () =>
    inTransaction(async (db) => {
      const practice = await aPracticeWithStripe(db)
      const { clinicId, customer, slotId } = practice
      const checkout = await db.as(customer.claims, () => beginVisit(db, practice, slotId))
      await db.query(
        `select billing_private.record_provider_call(pc.id, 'done', '{"sessionId": "cs_1", "url": "https://pay.example"}')
         from billing_private.provider_calls pc where pc.checkout_id = $1`,
        [checkout.id],
      )
      await db.query(`select billing_private.settle_checkout('stripe', 'cs_1', 'pi_1', 1250, 'kwd')`)
      await db.query(
        'select app_public.cancel_booking(b.clinic_id, b.id) from app_public.bookings b where b.booking_slot_id = $1',
        [slotId],
      )
      const { id } = await db.one<{ id: string }>('select id from billing.payments where checkout_id = $1', [
        checkout.id,
      ])
      await expectRefusal(billing(db, 'refund_payment', clinicId, id, 1255), 'refund_exceeds_payment')
      await expectRefusal(billing(db, 'refund_payment', clinicId, id, 1245), 'amount_not_payable_online')
      expect(await billing(db, 'refund_payment', clinicId, id, 1240)).toMatchObject({ state: 'pending' })
    }))

  it('cannot be paid by Stripe as long as one of its prices or coupons does not end in 0', () =>
    inTransaction(async (db) => {
      const { clinicId } = await aPaidPractice(db, { currency: 'KWD', amount: 1255 })
      const choose = () => db.query(`select billing.set_provider_account($1, 'stripe', 'acct_1')`, [clinicId])
      await expectRefusal(choose(), 'amount_not_payable_online')
      await db.query(`update billing.prices set valid_until = '1999-01-01' where clinic_id = $1`, [clinicId])
      const { couponId } = await aCoupon(db, clinicId, { currency: 'KWD', amount: 5 })
      await expectRefusal(choose(), 'amount_not_payable_online')
      await db.query('delete from billing.coupons where id = $1', [couponId])
      await choose()
    }))
})

it.each([
  ['JPY', 1255],
  ['EUR', 1255],
])('any amount in %s can be paid through Stripe', (currency, amount) =>
  inTransaction(async (db) => {
    const practice = await aPracticeWithStripe(db, { currency, amount })
    expect(await db.as(practice.customer.claims, () => beginVisit(db, practice, practice.slotId))).toMatchObject({
      amount: '1255',
    })
  }),
)
