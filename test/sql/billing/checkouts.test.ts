import { describe, expect, it } from '@jest/globals'
import {
  aCoupon,
  anInvoice,
  aPaidPractice,
  aPrice,
  beginVisit,
  billing,
  bookedForAnother,
  booksBalance,
  type Checkout,
  creditOf,
  endHold,
  invoiceOf,
  invoicesOfBooking,
  openPage,
  record,
  settle,
} from '../../helpers/clinic/billing.ts'
import { aQuestion, aService } from '../../helpers/clinic/services.ts'
import { aVisitPractice, statesOf } from '../../helpers/clinic/visits.ts'
import { aCustomer, aDoctor, aSlot } from '../../helpers/clinic/world.ts'
import { type Db, expectRefusal, inTransaction } from '../../helpers/database/database.ts'

/** A practice whose patient has begun to pay for a visit. */
async function begun(db: Db, price: Record<string, unknown> = {}, more: Record<string, unknown> = {}) {
  const practice = await aPaidPractice(db, price)
  const { clinicId, customer, slotId } = practice
  const checkout = await db.as(customer.claims, () => beginVisit(db, practice, slotId, more))
  const booking = () =>
    db.query<{ id: string; customer_id: string; booked_by_account_id: string; note: string | null }>(
      'select * from app_public.bookings where booking_slot_id = $1',
      [slotId],
    )
  return {
    ...practice,
    checkout,
    booking,
    credit: () => creditOf(db, clinicId, customer.customerId),
    slot: () => db.one('select status, customer_id, held_until from app_public.booking_slots where id = $1', [slotId]),
    state: () => db.one<Checkout>('select * from billing.checkouts where id = $1', [checkout.id]),
  }
}

describe('a checkout for a visit', () => {
  it('holds the slot, has a page, and books when it is paid, in one transaction', () =>
    inTransaction(async (db) => {
      const { clinicId, customer, checkout, booking, slot, state } = await begun(db, {}, { note: 'Left knee' })
      expect(checkout).toMatchObject({
        state: 'open',
        amount: '10000',
        currency: 'EUR',
        provider: 'development',
        url: null,
      })
      expect(await slot()).toMatchObject({ status: 'held', customer_id: customer.customerId })
      const session = await openPage(db, checkout.id)
      expect(await db.as(customer.claims, () => db.one('select state, url from billing.checkouts'))).toEqual({
        state: 'open',
        url: `https://pay.example/${session}`,
      })
      expect(await settle(db, session, 10_000)).toBe('booked')
      const [booked] = await booking()
      expect(booked).toMatchObject({
        customer_id: customer.customerId,
        booked_by_account_id: customer.accountId,
        note: 'Left knee',
      })
      expect(await invoicesOfBooking(db, booked?.id as string)).toMatchObject([
        { state: 'settled', serial: 1, total: '10000', paid: '10000' },
      ])
      expect(await state()).toMatchObject({ state: 'paid', outcome: 'booked' })
      expect(await db.query('select from billing.checkout_parts where is_open or note is not null')).toEqual([])
      expect(
        await db.one(
          `select count(*)::int as n from app_public.notifications where clinic_id = $1 and kind = 'booking_confirmed'`,
          [clinicId],
        ),
      ).toEqual({ n: 1 })
      expect(await booksBalance(db)).toEqual([])
    }))

  it('is settled once, however often the provider says so', () =>
    inTransaction(async (db) => {
      const { checkout, booking, credit } = await begun(db)
      const session = await openPage(db, checkout.id)
      expect(await settle(db, session, 10_000)).toBe('booked')
      expect(await settle(db, session, 10_000)).toBe('already_settled')
      expect(await booking()).toHaveLength(1)
      expect(await db.query('select from billing.payments where checkout_id = $1', [checkout.id])).toHaveLength(1)
      expect(await credit()).toBe('0')
      await expectRefusal(
        db.query(`select billing_private.end_checkout('development', $1, 'nonsense')`, [session]),
        'invalid_argument',
      )
      expect(
        await db.one(`select billing_private.end_checkout('development', $1, 'expired') as state`, [session]),
      ).toEqual({ state: 'paid' })
    }))

  it('pays a deposit, and the rest is due', () =>
    inTransaction(async (db) => {
      const { checkout, booking } = await begun(db, { rule: 'deposit', deposit: 3000 })
      expect(checkout).toMatchObject({ amount: '3000' })
      expect(await settle(db, await openPage(db, checkout.id), 3000)).toBe('booked')
      expect(await invoicesOfBooking(db, (await booking())[0]?.id as string)).toMatchObject([
        { state: 'open', due: '7000' },
      ])
    }))

  it('of several slots holds and books all of them', () =>
    inTransaction(async (db) => {
      const practice = await aVisitPractice(db)
      const { clinicId, customer, firstVisit, longVisit, slotIds } = practice
      await db.query(`select billing.set_provider_account($1, 'stripe', 'acct_1')`, [clinicId])
      await aPrice(db, clinicId, firstVisit, { amount: 5000 })
      await aPrice(db, clinicId, longVisit, { amount: 9000 })
      const checkout = await db.as(customer.claims, () =>
        billing<Checkout>(
          db,
          'begin_checkout',
          clinicId,
          JSON.stringify([
            { bookingSlotId: slotIds[4], serviceId: firstVisit },
            { bookingSlotId: slotIds[0], serviceId: longVisit },
          ]),
        ),
      )
      expect(checkout).toMatchObject({ amount: '14000', provider: 'stripe' })
      expect(await statesOf(db, slotIds)).toBe('hhhhhh')
      await openPage(db, checkout.id)
      await db.query(`select billing_private.settle_checkout('stripe', 'session-' || $1, 'pi', 14000, 'eur')`, [
        checkout.id,
      ])
      expect(await statesOf(db, slotIds)).toBe('bbbbbb')
      expect(
        await db.query('select total, paid from billing.invoices where clinic_id = $1 order by total', [clinicId]),
      ).toEqual([
        { total: '5000', paid: '5000' },
        { total: '9000', paid: '9000' },
      ])
      expect(await db.query('select from billing.payments where clinic_id = $1', [clinicId])).toHaveLength(1)
      expect(await booksBalance(db)).toEqual([])
    }))

  it('books the visit at the place that was chosen', () =>
    inTransaction(async (db) => {
      const practice = await aPaidPractice(db)
      const { clinicId, customer, serviceId, slotId, laterSlotId } = practice
      await db.query(`update app_public.services set mode = 'either' where id = $1`, [serviceId])
      const pay = async (slot: string, more: object) => {
        const { id } = await db.as(customer.claims, () => beginVisit(db, practice, slot, { ...more }))
        expect(await settle(db, await openPage(db, id), 10_000)).toBe('booked')
        return db.one('select is_online from app_public.bookings where booking_slot_id = $1', [slot])
      }
      expect(await pay(slotId, { online: true })).toEqual({ is_online: true })
      expect(await pay(laterSlotId, { online: false })).toEqual({ is_online: false })
      await db.query(`update app_public.services set mode = 'in_person' where id = $1`, [serviceId])
      const third = await aSlot(db, clinicId, practice.doctorId, 96)
      await expectRefusal(
        db.as(customer.claims, () => beginVisit(db, practice, third, { online: true })),
        'place_not_offered',
      )
      await expectRefusal(
        db.as(customer.claims, () => beginVisit(db, practice, third, { online: 'yes' })),
        'invalid_argument',
      )
    }))

  it('keeps its hold: the page of the booking, which holds and releases the slot, does not end it', () =>
    inTransaction(async (db) => {
      const { clinicId, customer, checkout, serviceId, slotId, slot, laterSlotId } = await begun(db)
      const before = await slot()
      const call = (what: string, id = slotId) =>
        db.as(customer.claims, () =>
          what === 'hold_slot'
            ? db.query('select app_public.hold_slot($1, $2, service_id => $3)', [clinicId, id, serviceId])
            : db.query('select app_public.release_hold($1, $2)', [clinicId, id]),
        )
      const refusal = await expectRefusal(call('hold_slot'), 'checkout_open')
      expect(refusal.detail).toBe(`{"checkoutId": "${checkout.id}"}`)
      await expectRefusal(call('release_hold'), 'checkout_open')
      expect(await slot()).toEqual(before)
      await call('hold_slot', laterSlotId)
      await call('release_hold', laterSlotId)
      await db.as(customer.claims, () => billing(db, 'cancel_checkout', checkout.id))
      await call('hold_slot')
      await call('release_hold')
      expect(await slot()).toMatchObject({ status: 'open' })
    }))

  it('of a long visit keeps the hold of all its slots', () =>
    inTransaction(async (db) => {
      const { clinicId, customer, longVisit, firstVisit, slotIds } = await aVisitPractice(db)
      await db.query(`select billing.set_provider_account($1, 'development')`, [clinicId])
      await aPrice(db, clinicId, longVisit, { amount: 9000 })
      await db.as(customer.claims, () => beginVisit(db, { clinicId, serviceId: longVisit }, slotIds[1] as string))
      expect(await statesOf(db, slotIds)).toBe('ohhhho')
      // Visits of one hour: one that begins before the visit and overlaps it, and one within it.
      for (const slot of [slotIds[0], slotIds[2]]) {
        await expectRefusal(
          db.as(customer.claims, () =>
            db.query('select app_public.hold_slot($1, $2, service_id => $3)', [clinicId, slot, firstVisit]),
          ),
          'checkout_open',
        )
      }
      await expectRefusal(
        db.as(customer.claims, () => db.query('select app_public.release_hold($1, $2)', [clinicId, slotIds[3]])),
        'checkout_open',
      )
      expect(await statesOf(db, slotIds)).toBe('ohhhho')
    }))

  it('that is cancelled or expires frees the slot, and its page is closed', () =>
    inTransaction(async (db) => {
      const { customer, checkout, slot, state } = await begun(db)
      await openPage(db, checkout.id)
      await expectRefusal(
        db.as((await aCustomer(db)).claims, () => billing(db, 'cancel_checkout', checkout.id)),
        'checkout_not_found',
      )
      await db.as(customer.claims, async () => {
        expect(await billing(db, 'cancel_checkout', checkout.id)).toMatchObject({ state: 'expired' })
        await expectRefusal(billing(db, 'cancel_checkout', checkout.id), 'checkout_not_open')
      })
      expect(await slot()).toEqual({ status: 'open', customer_id: null, held_until: null })
      expect(
        await db.query(`select kind from billing_private.provider_calls where checkout_id = $1 and state = 'pending'`, [
          checkout.id,
        ]),
      ).toEqual([{ kind: 'expire_session' }])
      expect(await state()).toMatchObject({ state: 'expired', outcome: null })
    }))

  it('whose page is made only after it was given up is closed', () =>
    inTransaction(async (db) => {
      const { customer, checkout } = await begun(db)
      await db.as(customer.claims, () => billing(db, 'cancel_checkout', checkout.id))
      await openPage(db, checkout.id)
      expect(
        await db.query(`select kind from billing_private.provider_calls where checkout_id = $1 and state = 'pending'`, [
          checkout.id,
        ]),
      ).toEqual([{ kind: 'expire_session' }])
    }))

  it('whose page cannot be made has failed, and the slot is free', () =>
    inTransaction(async (db) => {
      const { checkout, slot, state } = await begun(db)
      await db.query(
        `select billing_private.record_provider_call(id, 'failed', error => 'no such account') from billing_private.provider_calls where checkout_id = $1`,
        [checkout.id],
      )
      expect(await state()).toMatchObject({ state: 'failed' })
      expect(await slot()).toMatchObject({ status: 'open' })
    }))
})

describe('money that arrives too late', () => {
  it('becomes credit when the checkout has ended', () =>
    inTransaction(async (db) => {
      const { checkout, booking, credit, state } = await begun(db)
      const session = await openPage(db, checkout.id)
      await db.query(`select billing_private.end_checkout('development', $1, 'expired')`, [session])
      expect(await settle(db, session, 10_000)).toBe('credited')
      expect(await credit()).toBe('10000')
      expect(await booking()).toEqual([])
      expect(await state()).toMatchObject({ state: 'paid', outcome: 'credited' })
      expect(await booksBalance(db)).toEqual([])
    }))

  it('becomes credit when another patient has the slot', () =>
    inTransaction(async (db) => {
      const { clinicId, receptionist, slotId, serviceId, checkout, booking, credit } = await begun(db)
      const session = await openPage(db, checkout.id)
      const other = await bookedForAnother(db, { clinicId, slotId, serviceId, receptionist })
      expect(await settle(db, session, 10_000)).toBe('credited')
      expect(await booking()).toMatchObject([{ customer_id: other.customerId }])
      expect(await credit()).toBe('10000')
      expect(await booksBalance(db)).toEqual([])
    }))

  it('still books when the hold is over and the slot is free', () =>
    inTransaction(async (db) => {
      const { slotId, checkout, credit } = await begun(db)
      await endHold(db, slotId)
      await db.query('select app_private.release_expired_holds()')
      expect(await settle(db, await openPage(db, checkout.id), 10_000)).toBe('booked')
      expect(await credit()).toBe('0')
    }))

  it.each([
    ['too little', 9999, 'credited', '9999', 0],
    ['too much', 10_001, 'credited', '1', 1],
  ])('becomes credit if %s was received', (_, amount, outcome, credited, bookings) =>
    inTransaction(async (db) => {
      const { checkout, booking, credit } = await begun(db)
      expect(await settle(db, await openPage(db, checkout.id), amount)).toBe(outcome)
      expect(await credit()).toBe(credited)
      expect(await booking()).toHaveLength(bookings)
      expect(await booksBalance(db)).toEqual([])
    }),
  )

  it('is refused in another currency, for an unknown session, and without an amount or a payment', () =>
    inTransaction(async (db) => {
      const { checkout, state } = await begun(db)
      const session = await openPage(db, checkout.id)
      await expectRefusal(settle(db, session, 10_000, 'usd'), 'currency_not_used')
      await expectRefusal(settle(db, 'other', 10_000), 'checkout_not_found')
      await expectRefusal(settle(db, session, 0), 'amount_not_accepted')
      await expectRefusal(
        db.query(`select billing_private.settle_checkout('development', $1, '', 5, 'EUR')`, [session]),
        'invalid_argument',
      )
      expect(await state()).toMatchObject({ state: 'open' })
    }))
})

describe('a checkout for invoices', () => {
  it('pays them, also drafts; what was paid at the desk meanwhile becomes credit', () =>
    inTransaction(async (db) => {
      const { clinicId, customer } = await aPaidPractice(db)
      const { customerId } = customer
      await record(db, clinicId, customerId)
      const ids = [await anInvoice(db, clinicId, customerId, 1000), await anInvoice(db, clinicId, customerId, 500)]
      const checkout = await db.as(customer.claims, () => billing<Checkout>(db, 'begin_checkout', clinicId, null, ids))
      expect(checkout).toMatchObject({ amount: '1500' })
      await expectRefusal(
        db.as(customer.claims, () => billing(db, 'begin_checkout', clinicId, null, [ids[1]])),
        'checkout_open',
      )
      await billing(db, 'record_payment', clinicId, customerId, 'cash', 400, [ids[0]])
      expect(await settle(db, await openPage(db, checkout.id), 1500)).toBe('credited')
      for (const id of ids) expect(await invoiceOf(db, id)).toMatchObject({ state: 'settled' })
      expect(await creditOf(db, clinicId, customerId)).toBe('400')
      await expectRefusal(
        db.as(customer.claims, () => billing(db, 'begin_checkout', clinicId, null, ids)),
        'already_paid',
      )
      expect(await booksBalance(db)).toEqual([])
    }))

  it('refuses invoices of others, unknown and void ones, and nothing at all', () =>
    inTransaction(async (db) => {
      const { clinicId, customer, receptionist } = await aPaidPractice(db)
      const other = await aCustomer(db)
      for (const { customerId } of [customer, other]) await record(db, clinicId, customerId)
      const ids = [
        await anInvoice(db, clinicId, other.customerId, 1000),
        await anInvoice(db, clinicId, customer.customerId, 5),
      ]
      const begin = (invoices: unknown[]) =>
        db.as(customer.claims, () => billing(db, 'begin_checkout', clinicId, null, invoices))
      await expectRefusal(begin([ids[0]]), 'invoice_not_found')
      await expectRefusal(begin(['999999999']), 'invoice_not_found')
      await expectRefusal(begin([]), 'nothing_to_pay')
      await billing(db, 'void_invoice', clinicId, ids[1], 'x')
      await expectRefusal(begin([ids[1]]), 'invoice_not_open')
      await expectRefusal(
        db.as(receptionist.claims, () => billing(db, 'begin_checkout', clinicId, null, [ids[0]])),
        'forbidden',
      )
      await expectRefusal(
        db.as(customer.claims, () => billing(db, 'begin_checkout', '999999999')),
        'clinic_not_found',
      )
    }))
})

describe('credit and coupons', () => {
  it('that cover a visit book it at once, without a provider', () =>
    inTransaction(async (db) => {
      const practice = await aPaidPractice(db)
      const { clinicId, customer, slotId, laterSlotId } = practice
      await record(db, clinicId, customer.customerId)
      await billing(db, 'grant_goodwill', clinicId, customer.customerId, 15_000, 'Sorry')
      const begin = (slot: string, usesCredit = true) =>
        db.as(customer.claims, () =>
          billing<Checkout>(
            db,
            'begin_checkout',
            clinicId,
            JSON.stringify([{ bookingSlotId: slot, serviceId: practice.serviceId }]),
            null,
            usesCredit,
          ),
        )
      await db.undone(async () => expect(await begin(slotId, false)).toMatchObject({ state: 'open', amount: '10000' }))
      expect(await begin(slotId)).toMatchObject({ state: 'paid', outcome: 'booked', amount: '0', provider: null })
      expect(await creditOf(db, clinicId, customer.customerId)).toBe('5000')
      // The credit does not cover the next visit, so the rest is paid through the provider.
      expect(await begin(laterSlotId)).toMatchObject({ state: 'open', amount: '5000', provider: 'development' })
      expect(await booksBalance(db)).toEqual([])
    }))

  it('reduce what is paid, and a coupon of 100 % books at once', () =>
    inTransaction(async (db) => {
      const practice = await aPaidPractice(db)
      const { clinicId, customer, slotId, laterSlotId } = practice
      const { code } = await aCoupon(db, clinicId, { percent: 12.5 })
      const { code: all } = await aCoupon(db, clinicId, { percent: 100 })
      const begin = (slot: string, coupon: string) =>
        db.as(customer.claims, () => beginVisit(db, practice, slot, { coupon }))
      const checkout = await begin(slotId, code)
      expect(checkout).toMatchObject({ amount: '8750' })
      expect(await begin(laterSlotId, all)).toMatchObject({ state: 'paid', outcome: 'booked' })
      await settle(db, await openPage(db, checkout.id), 8750)
      expect(
        await db.query('select total, paid, state from billing.invoices where clinic_id = $1 order by total', [
          clinicId,
        ]),
      ).toEqual([
        { total: '0', paid: '0', state: 'settled' },
        { total: '8750', paid: '8750', state: 'settled' },
      ])
      expect(await booksBalance(db)).toEqual([])
    }))

  it('that are reserved by a checkout are free again when it ends', () =>
    inTransaction(async (db) => {
      const practice = await aPaidPractice(db)
      const { clinicId, customer, slotId, laterSlotId } = practice
      const { code } = await aCoupon(db, clinicId, { most: 1 })
      const other = await aCustomer(db)
      const begin = (who: { claims: Record<string, unknown> }, slot: string) =>
        db.as(who.claims, () => beginVisit(db, practice, slot, { coupon: code }))
      const { id } = await begin(customer, slotId)
      await expectRefusal(begin(other, laterSlotId), 'coupon_exhausted')
      await expectRefusal(begin(customer, laterSlotId), 'coupon_used_already')
      await db.as(customer.claims, () => billing(db, 'cancel_checkout', id))
      await begin(other, laterSlotId)
      expect(await booksBalance(db)).toEqual([])
    }))
})

describe('a visit that cannot be booked', () => {
  it('is refused before anybody pays, and nothing is held', () =>
    inTransaction(async (db) => {
      const practice = await aPaidPractice(db)
      const { clinicId, doctorId, serviceId, customer, slotId } = practice
      const begin = (more: Record<string, unknown> = {}, service = serviceId) =>
        db.as(customer.claims, () => beginVisit(db, { clinicId, serviceId: service }, slotId, more))
      const free = await aService(db, clinicId, { doctors: [doctorId] })
      await expectRefusal(begin({}, free), 'nothing_to_pay')
      await expectRefusal(begin({}, await aService(db, clinicId)), 'service_not_offered')
      await expectRefusal(begin({ coupon: 'NONE' }), 'coupon_not_found')
      await expectRefusal(begin({ customerId: (await aCustomer(db)).customerId }), 'forbidden')
      const question = await aQuestion(db, clinicId, serviceId, { is_required: true })
      await expectRefusal(begin(), 'answer_missing')
      await expectRefusal(begin({ answers: [{ questionId: question, answer: 7 }] }), 'invalid_argument')
      await db.query('select billing.set_provider_account($1, null)', [clinicId])
      await expectRefusal(begin({ answers: [{ questionId: question, answer: 'x' }] }), 'online_payment_not_available')
      expect(await statesOf(db, [slotId])).toBe('o')
    }))

  it('is refused if it overlaps another visit of the patient in the same checkout, although each could be booked by itself', () =>
    inTransaction(async (db) => {
      const { clinicId, doctorId, serviceId, customer, slotId } = await aPaidPractice(db)
      const otherDoctor = await aDoctor(db, clinicId)
      const sameTime = await aSlot(db, clinicId, otherDoctor)
      const service = await aService(db, clinicId, { doctors: [doctorId, otherDoctor] })
      await aPrice(db, clinicId, service)
      const visits = [
        { bookingSlotId: slotId, serviceId },
        { bookingSlotId: sameTime, serviceId: service },
      ]
      const begin = (...of: object[]) =>
        db.as(customer.claims, () => billing<Checkout>(db, 'begin_checkout', clinicId, JSON.stringify(of)))
      await expectRefusal(begin(...visits), 'customer_busy')
      expect(await statesOf(db, [slotId, sameTime])).toBe('oo')
      for (const visit of visits) {
        const { id } = await begin(visit)
        await db.as(customer.claims, () => billing(db, 'cancel_checkout', id))
      }
    }))

  it.each([
    ['an object', {}],
    ['a visit without a service', [{ bookingSlotId: '1' }]],
    ['a slot that is not an id', [{ bookingSlotId: 'x', serviceId: '1' }]],
    [
      'a slot twice',
      [
        { bookingSlotId: '1', serviceId: '1' },
        { bookingSlotId: '01', serviceId: '1' },
      ],
    ],
    ['a note that is not a text', [{ bookingSlotId: '1', serviceId: '1', note: 5 }]],
    ['eleven visits', Array.from({ length: 11 }, (_, i) => ({ bookingSlotId: String(i), serviceId: '1' }))],
  ])('is refused as %s', (_, visits) =>
    inTransaction(async (db) => {
      const { clinicId, customer } = await aPaidPractice(db)
      await expectRefusal(
        db.as(customer.claims, () => billing(db, 'begin_checkout', clinicId, JSON.stringify(visits))),
        'invalid_argument',
      )
    }),
  )
})

it.each([
  ['JPY', 1000, 333, 1],
  ['KWD', 10_500, 3500, 3],
  ['EUR', 10_000, 3333, 2],
])('a checkout is paid in %s', (currency, amount, part, exponent) =>
  inTransaction(async (db) => {
    const { clinicId, customer, checkout, booking } = await begun(db, {
      currency,
      amount,
      rule: 'deposit',
      deposit: part,
    })
    expect(checkout).toMatchObject({ amount: String(part), currency })
    expect(
      await db.one(
        `select payload ->> 'exponent' as exponent from billing_private.provider_calls where checkout_id = $1`,
        [checkout.id],
      ),
    ).toEqual({
      exponent: String(currency === 'JPY' ? 0 : exponent),
    })
    expect(await settle(db, await openPage(db, checkout.id), part, currency.toLowerCase())).toBe('booked')
    const [invoice] = await invoicesOfBooking(db, (await booking())[0]?.id as string)
    expect(invoice).toMatchObject({ currency, total: String(amount), paid: String(part) })
    await billing(db, 'record_payment', clinicId, customer.customerId, 'cash', amount - part, [invoice?.id])
    expect(await booksBalance(db)).toEqual([])
  }),
)
