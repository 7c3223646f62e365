import { describe, expect, it } from '@jest/globals'
import {
  aCoupon,
  anInvoice,
  aPaidPractice,
  beginVisit,
  billing,
  bookedForAnother,
  booksBalance,
  type Checkout,
  creditsOf,
  invoiceOf,
  invoicesOfBooking,
  openPage,
  record,
  settle,
} from '../../helpers/clinic/billing.ts'
import { aSlot } from '../../helpers/clinic/world.ts'
import { type Db, expectRefusal, inTransaction } from '../../helpers/database/database.ts'

// A visit costs 100.00, and the credit of the patient pays a part of it.

/** A practice whose patient has credit, and what can be done there. */
async function withCredit(db: Db, credit: number, price: Record<string, unknown> = {}) {
  const practice = await aPaidPractice(db, price)
  const { clinicId, customer, slotId } = practice
  const { customerId, claims } = customer
  await record(db, clinicId, customerId)
  const grant = (amount: number, to = customerId) => billing(db, 'grant_goodwill', clinicId, to, amount, 'Sorry')
  await grant(credit)
  return {
    ...practice,
    customerId,
    grant,
    begin: (slot = slotId, more: Record<string, unknown> = {}) =>
      db.as(claims, () => beginVisit(db, practice, slot, more)),
    beginFor: (visits: object[] | null, invoices: string[] | null, usesCredit = true) =>
      db.as(claims, () =>
        billing<Checkout>(db, 'begin_checkout', clinicId, visits && JSON.stringify(visits), invoices, usesCredit),
      ),
    cancel: (checkout: Checkout) => db.as(claims, () => billing(db, 'cancel_checkout', checkout.id)),
    /** The balance, and the part of it that is reserved. */
    credit: async (of = customerId) => {
      const { balance, reserved } = await creditsOf(db, clinicId, of)
      return [Number(balance), Number(reserved)]
    },
    bookings: () =>
      db.query<{ id: string }>('select id from app_public.bookings where clinic_id = $1 order by id', [clinicId]),
    movements: () =>
      db.query('select kind, amount from billing.movements where clinic_id = $1 order by id', [clinicId]),
  }
}

describe('credit that pays a part of a visit', () => {
  it('is reserved until the rest is paid, and pays with it when the visit is booked', () =>
    inTransaction(async (db) => {
      const { begin, credit, bookings, movements } = await withCredit(db, 3000)
      const checkout = await begin()
      expect(checkout).toMatchObject({ state: 'open', amount: '7000' })
      expect(
        await db.one('select amount, credit, is_open from billing.checkout_parts where checkout_id = $1', [
          checkout.id,
        ]),
      ).toEqual({ amount: '10000', credit: '3000', is_open: true })
      expect(await credit()).toEqual([3000, 3000])
      expect(await booksBalance(db)).toEqual([])
      expect(await settle(db, await openPage(db, checkout.id), 7000)).toBe('booked')
      expect(await credit()).toEqual([0, 0])
      const [booking] = await bookings()
      expect(await invoicesOfBooking(db, booking?.id as string)).toMatchObject([
        { state: 'settled', total: '10000', paid: '10000' },
      ])
      expect(await movements()).toEqual([
        { kind: 'goodwill_to_credit', amount: '3000' },
        { kind: 'payment_to_invoice', amount: '7000' },
        { kind: 'credit_to_invoice', amount: '3000' },
      ])
      expect(await booksBalance(db)).toEqual([])
    }))

  it('asks the provider for the rest only', () =>
    inTransaction(async (db) => {
      const { begin } = await withCredit(db, 3000)
      const { id } = await begin()
      expect(
        await db.one(
          `select payload ->> 'amount' as amount from billing_private.provider_calls where checkout_id = $1`,
          [id],
        ),
      ).toEqual({ amount: '7000' })
    }))

  it('is not used when the patient does not want it', () =>
    inTransaction(async (db) => {
      const { beginFor, credit, slotId, serviceId } = await withCredit(db, 3000)
      const visits = [{ bookingSlotId: slotId, serviceId }]
      expect(await beginFor(visits, null, false)).toMatchObject({ amount: '10000' })
      expect(await credit()).toEqual([3000, 0])
    }))

  it('is available again when the checkout is cancelled, expires or fails', () =>
    inTransaction(async (db) => {
      const { begin, cancel, credit } = await withCredit(db, 3000)
      await cancel(await begin())
      expect(await credit()).toEqual([3000, 0])
      const session = await openPage(db, (await begin()).id)
      expect(await credit()).toEqual([3000, 3000])
      await db.query(`select billing_private.end_checkout('development', $1, 'expired')`, [session])
      expect(await credit()).toEqual([3000, 0])
      const { id } = await begin()
      await db.query(
        `select billing_private.record_provider_call(pc.id, 'failed', error => 'no such account')
         from billing_private.provider_calls pc where pc.checkout_id = $1`,
        [id],
      )
      expect(await credit()).toEqual([3000, 0])
      expect(await booksBalance(db)).toEqual([])
    }))

  it('stays credit when the money arrives too late, and so does the money', () =>
    inTransaction(async (db) => {
      const { begin, cancel, credit, bookings } = await withCredit(db, 3000)
      const checkout = await begin()
      const session = await openPage(db, checkout.id)
      await cancel(checkout)
      expect(await settle(db, session, 7000)).toBe('credited')
      expect(await credit()).toEqual([10_000, 0])
      expect(await bookings()).toEqual([])
      expect(await booksBalance(db)).toEqual([])
    }))

  it('stays credit when the slot has gone to another patient, and so does the money', () =>
    inTransaction(async (db) => {
      const { begin, credit, clinicId, slotId, serviceId, receptionist } = await withCredit(db, 3000)
      const session = await openPage(db, (await begin()).id)
      await bookedForAnother(db, { clinicId, slotId, serviceId, receptionist })
      expect(await settle(db, session, 7000)).toBe('credited')
      expect(await credit()).toEqual([10_000, 0])
      expect(await booksBalance(db)).toEqual([])
    }))

  it.each([
    ['too little', 6999, 'credited', 9999, 0],
    ['too much', 7001, 'credited', 1, 1],
  ])('is spent only if the visit is booked: %s was received', (_, amount, outcome, balance, bookings) =>
    inTransaction(async (db) => {
      const practice = await withCredit(db, 3000)
      expect(await settle(db, await openPage(db, (await practice.begin()).id), amount)).toBe(outcome)
      expect(await practice.credit()).toEqual([balance, 0])
      expect(await practice.bookings()).toHaveLength(bookings)
      expect(await booksBalance(db)).toEqual([])
    }),
  )

  it('pays after the discount of a coupon', () =>
    inTransaction(async (db) => {
      const { begin, credit, clinicId, bookings } = await withCredit(db, 3000)
      const { code } = await aCoupon(db, clinicId, { percent: 50 })
      const checkout = await begin(undefined, { coupon: code })
      expect(checkout).toMatchObject({ amount: '2000' })
      expect(await settle(db, await openPage(db, checkout.id), 2000)).toBe('booked')
      const [booking] = await bookings()
      expect(await invoicesOfBooking(db, booking?.id as string)).toMatchObject([{ total: '5000', paid: '5000' }])
      expect(await credit()).toEqual([0, 0])
    }))
})

describe('credit that is reserved', () => {
  it('pays nothing else: no other visit, no invoice, and no refund', () =>
    inTransaction(async (db) => {
      const { begin, credit, clinicId, customerId, laterSlotId, cancel } = await withCredit(db, 2000)
      const { id: payment } = await billing<{ id: string }>(db, 'record_payment', clinicId, customerId, 'cash', 1000)
      const invoice = await anInvoice(db, clinicId, customerId, 5000)
      const first = await begin()
      expect(first).toMatchObject({ amount: '7000' })
      expect(await begin(laterSlotId)).toMatchObject({ amount: '10000' })
      await expectRefusal(billing(db, 'spend_credit', clinicId, invoice), 'insufficient_credit')
      await expectRefusal(billing(db, 'spend_credit', clinicId, invoice, 1), 'insufficient_credit')
      await expectRefusal(billing(db, 'refund_payment', clinicId, payment, 1000), 'insufficient_credit')
      expect(await credit()).toEqual([3000, 3000])
      await cancel(first)
      await billing(db, 'refund_payment', clinicId, payment, 1000)
      expect(await billing(db, 'spend_credit', clinicId, invoice)).toMatchObject({ paid: '2000' })
      expect(await credit()).toEqual([0, 0])
      expect(await booksBalance(db)).toEqual([])
    }))

  it('does not include later credit, which can pay other things', () =>
    inTransaction(async (db) => {
      const { begin, grant, credit, clinicId, customerId, laterSlotId } = await withCredit(db, 3000)
      await begin()
      await grant(500)
      expect(await begin(laterSlotId)).toMatchObject({ amount: '9500' })
      expect(await credit()).toEqual([3500, 3500])
      await grant(200)
      const invoice = await anInvoice(db, clinicId, customerId, 5000)
      await expectRefusal(billing(db, 'spend_credit', clinicId, invoice, 201), 'insufficient_credit')
      expect(await billing(db, 'spend_credit', clinicId, invoice)).toMatchObject({ paid: '200' })
    }))
})

describe('credit in a checkout', () => {
  it('pays for visits and invoices, in the order of the checkout', () =>
    inTransaction(async (db) => {
      const practice = await withCredit(db, 13_000)
      const { beginFor, clinicId, customerId, slotId, serviceId, credit } = practice
      const invoice = await anInvoice(db, clinicId, customerId, 5000)
      const checkout = await beginFor([{ bookingSlotId: slotId, serviceId }], [invoice])
      expect(checkout).toMatchObject({ amount: '2000' })
      expect(await settle(db, await openPage(db, checkout.id), 2000)).toBe('booked')
      expect(await invoiceOf(db, invoice)).toMatchObject({ state: 'settled', paid: '5000' })
      expect(await credit()).toEqual([0, 0])
      expect(await booksBalance(db)).toEqual([])
    }))

  it('pays only what is still due on an invoice that was paid at the desk meanwhile', () =>
    inTransaction(async (db) => {
      const { beginFor, clinicId, customerId, credit } = await withCredit(db, 3000)
      const invoice = await anInvoice(db, clinicId, customerId, 5000)
      const checkout = await beginFor(null, [invoice])
      expect(checkout).toMatchObject({ amount: '2000' })
      await billing(db, 'record_payment', clinicId, customerId, 'cash', 1500, [invoice])
      expect(await settle(db, await openPage(db, checkout.id), 2000)).toBe('paid')
      expect(await invoiceOf(db, invoice)).toMatchObject({ state: 'settled', paid: '5000' })
      // 3500 were due: 2000 were received for it, and 1500 of the credit were needed.
      expect(await credit()).toEqual([1500, 0])
      expect(await booksBalance(db)).toEqual([])
    }))

  it('does not pay an invoice whose payment arrives too late: the payment pays as much of it as was received', () =>
    inTransaction(async (db) => {
      const { beginFor, cancel, clinicId, customerId, credit } = await withCredit(db, 3000)
      const invoice = await anInvoice(db, clinicId, customerId, 5000)
      const checkout = await beginFor(null, [invoice])
      const session = await openPage(db, checkout.id)
      await cancel(checkout)
      expect(await settle(db, session, 2000)).toBe('paid')
      expect(await invoiceOf(db, invoice)).toMatchObject({ state: 'open', due: '3000' })
      expect(await credit()).toEqual([3000, 0])
    }))

  it('pays for each patient’s own visit when a guardian pays', () =>
    inTransaction(async (db) => {
      const { clinicId, serviceId, slotId, laterSlotId, customer, ...at } = await withCredit(db, 1000)
      const { child } = await db.as(customer.claims, () =>
        db.one<{ child: string }>(
          `select dependant_customer_id as child from app_public.add_dependant('Tim', current_date - 2000, 'parent')`,
        ),
      )
      await record(db, clinicId, child)
      await at.grant(4000, child)
      customer.claims.customer_ids = `{${customer.customerId},${child}}`
      const visits = [
        { bookingSlotId: slotId, serviceId },
        { bookingSlotId: laterSlotId, serviceId, customerId: child },
      ]
      const checkout = await at.beginFor(visits, null)
      expect(checkout).toMatchObject({ amount: '15000' })
      expect([await at.credit(), await at.credit(child)]).toEqual([
        [1000, 1000],
        [4000, 4000],
      ])
      expect(await settle(db, await openPage(db, checkout.id), 15_000)).toBe('booked')
      expect([await at.credit(), await at.credit(child)]).toEqual([
        [0, 0],
        [0, 0],
      ])
      expect(
        await db.query('select customer_id, received from billing.payments where clinic_id = $1 order by received', [
          clinicId,
        ]),
      ).toEqual([
        { customer_id: child, received: '6000' },
        { customer_id: customer.customerId, received: '9000' },
      ])
      expect(await booksBalance(db)).toEqual([])
    }))
})

describe('the amount that credit leaves to the provider', () => {
  it.each([
    ['nothing', 'EUR', 10_000, 10_000, 0],
    ['the rest', 'EUR', 10_000, 9900, 100],
    ['not less than the provider takes', 'EUR', 10_000, 9901, 100],
    ['all of a small price', 'EUR', 80, 70, 80],
    ['not less than the provider takes in yen', 'JPY', 10_000, 9999, 100],
    ['not less than the provider takes in dinars', 'KWD', 10_000, 9999, 300],
  ])('is %s: %s %i with a credit of %i', (_, currency, amount, granted, left) =>
    inTransaction(async (db) => {
      const { begin, credit } = await withCredit(db, granted, { currency, amount })
      expect(await begin()).toMatchObject({ amount: String(left) })
      const used = amount - left
      expect(await credit()).toEqual(left === 0 ? [granted - used, 0] : [granted, used])
    }),
  )

  it('ends in 0 in a currency with three decimals, as Stripe demands', () =>
    inTransaction(async (db) => {
      const { begin, credit, clinicId } = await withCredit(db, 1234, { currency: 'KWD', amount: 10_000 })
      await db.query(`select billing.set_provider_account($1, 'stripe', 'acct_1')`, [clinicId])
      expect(await begin()).toMatchObject({ amount: '8770' })
      expect(await credit()).toEqual([1234, 1230])
    }))

  it('is refused where no payments are taken online, unless credit covers everything', () =>
    inTransaction(async (db) => {
      const { begin, grant, credit, clinicId, slotId } = await withCredit(db, 9000)
      await db.query('select billing.set_provider_account($1, null)', [clinicId])
      await expectRefusal(begin(), 'online_payment_not_available')
      expect(await credit()).toEqual([9000, 0])
      await grant(1000)
      expect(await begin(slotId)).toMatchObject({ state: 'paid', outcome: 'booked' })
    }))
})

it('a checkout that is refused reserves nothing', () =>
  inTransaction(async (db) => {
    const { begin, grant, credit, clinicId, doctorId, bookings } = await withCredit(db, 3000)
    await db.query('update app_public.policies set max_live_bookings = 1 where clinic_id = $1', [clinicId])
    expect(await settle(db, await openPage(db, (await begin()).id), 7000)).toBe('booked')
    await grant(400)
    await expectRefusal(begin(await aSlot(db, clinicId, doctorId, 96)), 'too_many_bookings')
    expect(await credit()).toEqual([400, 0])
    expect(await bookings()).toHaveLength(1)
  }))
