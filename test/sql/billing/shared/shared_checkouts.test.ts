import { describe, expect, it } from '@jest/globals'
import {
  anInvoice,
  billing,
  bookedForAnother,
  booksBalance,
  creditOf,
  creditsOf,
  invoiceOf,
  openPage,
  settle,
} from '../../../helpers/clinic/billing.ts'
import { aSharedAccount, beginShared, receivedBy } from '../../../helpers/clinic/shared_checkouts.ts'
import { aCustomer } from '../../../helpers/clinic/world.ts'
import { type Db, expectRefusal, inTransaction } from '../../../helpers/database/database.ts'

// One checkout for visits and invoices of two clinics. A visit costs 100.00 at the first, and a deposit of 30.00 at the second.

const statesOf = async (db: Db, ...slotIds: string[]) =>
  (
    await db.query<{ status: string }>('select status from app_public.booking_slots where id = any ($1) order by id', [
      slotIds,
    ])
  ).map(({ status }) => status)

/** The clinics, and a checkout for a visit at each. */
async function begun(db: Db, more: { usesCredit?: boolean } = {}) {
  const shared = await aSharedAccount(db)
  const { a, b, customer, visits } = shared
  const checkout = await db.as(customer.claims, () => beginShared(db, a.clinicId, { visits, ...more }))
  return {
    ...shared,
    checkout,
    states: () => statesOf(db, a.slotId, b.slotId),
    credits: async () => [
      await creditOf(db, a.clinicId, shared.customerId),
      await creditOf(db, b.clinicId, shared.customerId),
    ],
  }
}

describe('a checkout for two clinics', () => {
  it('is paid on one page, and books at each clinic when it is settled', () =>
    inTransaction(async (db) => {
      const { a, b, customerId, checkout, states } = await begun(db)
      expect(checkout).toMatchObject({ state: 'open', amount: '13000', currency: 'EUR', provider: 'development' })
      expect(await states()).toEqual(['held', 'held'])
      const names = await db.query<{ name: string }>(
        'select name from app_public.clinics where id = any ($1) order by id',
        [[a.clinicId, b.clinicId]],
      )
      expect(
        await db.query('select clinic_id, payload from billing_private.provider_calls where checkout_id = $1', [
          checkout.id,
        ]),
      ).toEqual([
        {
          clinic_id: a.clinicId,
          payload: expect.objectContaining({
            account: 'acct-1',
            amount: '13000',
            clinicName: names.map(({ name }) => name).join(', '),
          }),
        },
      ])
      expect(await settle(db, await openPage(db, checkout.id), 13_000)).toBe('booked')
      expect(await states()).toEqual(['booked', 'booked'])
      expect(await receivedBy(db, checkout.id)).toEqual({ [a.clinicId]: '10000', [b.clinicId]: '3000' })
      expect(
        await db.query(
          `select clinic_id, serial, state, total, paid from billing.invoices where customer_id = $1 order by clinic_id`,
          [customerId],
        ),
      ).toEqual([
        { clinic_id: a.clinicId, serial: 1, state: 'settled', total: '10000', paid: '10000' },
        { clinic_id: b.clinicId, serial: 1, state: 'open', total: '8000', paid: '3000' },
      ])
      expect(await booksBalance(db)).toEqual([])
    }))

  it('pays invoices of both, and a visit that names no clinic is at the clinic of the checkout', () =>
    inTransaction(async (db) => {
      const { a, b, customer, customerId } = await aSharedAccount(db)
      // The account of the billing process's key is the same for all.
      for (const { clinicId } of [a, b])
        await db.query(`select billing.set_provider_account($1, 'development')`, [clinicId])
      const [ofA, ofB] = [
        await anInvoice(db, a.clinicId, customerId, 1000),
        await anInvoice(db, b.clinicId, customerId, 200),
      ]
      const checkout = await db.as(customer.claims, () =>
        beginShared(db, b.clinicId, {
          visits: [{ bookingSlotId: b.slotId, serviceId: b.serviceId }],
          invoices: [
            { clinicId: b.clinicId, invoiceId: ofB },
            { clinicId: a.clinicId, invoiceId: ofA },
            { clinicId: a.clinicId, invoiceId: ofA },
          ],
        }),
      )
      expect(checkout).toMatchObject({ amount: '4200' })
      expect(await settle(db, await openPage(db, checkout.id), 4200)).toBe('booked')
      expect(await receivedBy(db, checkout.id)).toEqual({ [a.clinicId]: '1000', [b.clinicId]: '3200' })
      for (const id of [ofA, ofB]) expect(await invoiceOf(db, id)).toMatchObject({ state: 'settled', serial: 1 })
      expect(await booksBalance(db)).toEqual([])
    }))

  it('lasts as long as the shorter payment_hold_time of the two', () =>
    inTransaction(async (db) => {
      const { a, b, customer, visits } = await aSharedAccount(db)
      await db.query(`update app_public.policies set payment_hold_time = '33 minutes' where clinic_id = $1`, [
        b.clinicId,
      ])
      const { id } = await db.as(customer.claims, () => beginShared(db, a.clinicId, { visits }))
      expect(
        await db.one(
          `select expires_at = now() + interval '31 minutes' as is_short from billing.checkouts where id = $1`,
          [id],
        ),
      ).toEqual({ is_short: true })
      expect(
        await db.query(
          `select held_until = now() + interval '33 minutes' as is_short from app_public.booking_slots where id = any ($1)`,
          [[a.slotId, b.slotId]],
        ),
      ).toEqual([{ is_short: true }, { is_short: true }])
    }))

  it('uses the credit at each clinic for its own part only', () =>
    inTransaction(async (db) => {
      const { a, b, customer, customerId, visits } = await aSharedAccount(db)
      await billing(db, 'grant_goodwill', b.clinicId, customerId, 5000, 'Sorry')
      const checkout = await db.as(customer.claims, () => beginShared(db, a.clinicId, { visits }))
      expect(checkout).toMatchObject({ amount: '10000' })
      expect(await creditsOf(db, b.clinicId, customerId)).toMatchObject({ reserved: '3000' })
      expect(await settle(db, await openPage(db, checkout.id), 10_000)).toBe('booked')
      expect(await receivedBy(db, checkout.id)).toEqual({ [a.clinicId]: '10000' })
      expect(await creditsOf(db, b.clinicId, customerId)).toEqual({ balance: '2000', reserved: '0', available: '2000' })
      expect(await booksBalance(db)).toEqual([])
    }))

  it('books at one clinic, and its money at the other becomes credit there, when the slot there is gone', () =>
    inTransaction(async (db) => {
      const { b, checkout, states, credits } = await begun(db)
      const session = await openPage(db, checkout.id)
      await bookedForAnother(db, b)
      expect(await settle(db, session, 13_000)).toBe('credited')
      expect(await states()).toEqual(['booked', 'booked'])
      expect(await credits()).toEqual(['0', '3000'])
      expect(await booksBalance(db)).toEqual([])
    }))

  it('frees the slots of both when it ends unpaid; money that arrives later becomes credit at each', () =>
    inTransaction(async (db) => {
      const { checkout, customer, states, credits, a, b } = await begun(db)
      const session = await openPage(db, checkout.id)
      await db.as(customer.claims, () => billing(db, 'cancel_checkout', checkout.id))
      expect(await states()).toEqual(['open', 'open'])
      expect(
        await db.query(
          `select kind, payload ->> 'account' as account from billing_private.provider_calls where checkout_id = $1 and state = 'pending'`,
          [checkout.id],
        ),
      ).toEqual([{ kind: 'expire_session', account: 'acct-1' }])
      expect(await settle(db, session, 13_000)).toBe('credited')
      expect(await receivedBy(db, checkout.id)).toEqual({ [a.clinicId]: '10000', [b.clinicId]: '3000' })
      expect(await credits()).toEqual(['10000', '3000'])
      expect(await booksBalance(db)).toEqual([])
    }))

  it('of which too little arrives books nothing, and divides the received money', () =>
    inTransaction(async (db) => {
      const { checkout, credits, states } = await begun(db)
      expect(await settle(db, await openPage(db, checkout.id), 1300)).toBe('credited')
      expect(await states()).toEqual(['open', 'open'])
      expect(await credits()).toEqual(['1000', '300'])
      expect(await booksBalance(db)).toEqual([])
    }))

  it('is paid back by each clinic for its own part, through the account that was paid', () =>
    inTransaction(async (db) => {
      const { a, b, checkout, customerId } = await begun(db)
      await settle(db, await openPage(db, checkout.id), 13_000)
      await db.query(`select billing.set_provider_account($1, 'development', 'acct-2')`, [b.clinicId])
      const { id: booking } = await db.one('select id from app_public.bookings where booking_slot_id = $1', [b.slotId])
      await db.as(b.receptionist.claims, () =>
        db.query('select app_public.cancel_booking($1, $2)', [b.clinicId, booking]),
      )
      expect(await creditOf(db, b.clinicId, customerId)).toBe('3000')
      const { id: payment } = await db.one('select id from billing.payments where clinic_id = $1', [b.clinicId])
      const refund = (clinicId: string, amount: number) => billing(db, 'refund_payment', clinicId, payment, amount)
      await db.as(b.receptionist.claims, async () => {
        await expectRefusal(refund(b.clinicId, 3001), 'refund_exceeds_payment')
        await refund(b.clinicId, 3000)
      })
      await expectRefusal(
        db.as(a.receptionist.claims, () => refund(b.clinicId, 1)),
        'forbidden',
      )
      expect(
        await db.query(`select clinic_id, payload from billing_private.provider_calls where kind = 'refund'`),
      ).toEqual([
        {
          clinic_id: b.clinicId,
          payload: expect.objectContaining({
            amount: '3000',
            account: 'acct-1',
            paymentId: `payment-session-${checkout.id}`,
          }),
        },
      ])
      expect(await booksBalance(db)).toEqual([])
    }))

  it('is begun once under an idempotency key', () =>
    inTransaction(async (db) => {
      const { a, b, customer, visits, visitAt } = await aSharedAccount(db)
      const [first, again] = await db.as(customer.claims, async () => [
        await beginShared(db, a.clinicId, { visits, key: 'one' }),
        await beginShared(db, a.clinicId, { visits, key: 'one' }),
      ])
      expect(again?.id).toBe(first?.id)
      for (const other of [
        { visits: [visitAt(b)] },
        { visits, invoices: [{ clinicId: b.clinicId, invoiceId: '1' }] },
      ]) {
        await expectRefusal(
          db.as(customer.claims, () => beginShared(db, a.clinicId, { ...other, key: 'one' })),
          'idempotency_key_reused',
        )
      }
      expect(
        await db.query('select from billing.checkouts where customer_id = $1', [a.customer.customerId]),
      ).toHaveLength(1)
    }))
})

describe('clinics are not paid together', () => {
  it.each([
    ['with another account', `select billing.set_provider_account($1, 'development', 'acct-2')`, 'several_accounts'],
    ['with the account of the key', `select billing.set_provider_account($1, 'development')`, 'several_accounts'],
    ['with another provider', `select billing.set_provider_account($1, 'stripe', 'acct-1')`, 'several_accounts'],
    ['without a provider', 'select billing.set_provider_account($1)', 'several_accounts'],
  ])('%s', (_, change, refusal) =>
    inTransaction(async (db) => {
      const { a, b, customer, visits } = await aSharedAccount(db)
      await db.query(change, [b.clinicId])
      const { detail } = await expectRefusal(
        db.as(customer.claims, () => beginShared(db, a.clinicId, { visits })),
        refusal,
      )
      expect(JSON.parse(detail ?? '')).toEqual({ clinicIds: [a.clinicId, b.clinicId] })
      expect(await statesOf(db, a.slotId, b.slotId)).toEqual(['open', 'open'])
    }),
  )

  it('with another currency, also when credit covers everything', () =>
    inTransaction(async (db) => {
      const { a, b, customer, customerId } = await aSharedAccount(db)
      await db.query('delete from billing.prices where clinic_id = $1', [b.clinicId])
      await db.query(`update app_public.policies set currency = 'CHF' where clinic_id = $1`, [b.clinicId])
      const invoices: { clinicId: string; invoiceId: string }[] = []
      for (const { clinicId } of [a, b]) {
        invoices.push({ clinicId, invoiceId: await anInvoice(db, clinicId, customerId, 1000) })
        await billing(db, 'grant_goodwill', clinicId, customerId, 1000, 'Sorry')
      }
      const { detail } = await expectRefusal(
        db.as(customer.claims, () => beginShared(db, a.clinicId, { invoices })),
        'several_currencies',
      )
      expect(JSON.parse(detail ?? '')).toEqual({ clinicIds: [a.clinicId, b.clinicId] })
    }))

  it('when neither is paid online', () =>
    inTransaction(async (db) => {
      const { a, b, customer, visits } = await aSharedAccount(db)
      for (const { clinicId } of [a, b]) await db.query('select billing.set_provider_account($1)', [clinicId])
      await expectRefusal(
        db.as(customer.claims, () => beginShared(db, a.clinicId, { visits })),
        'online_payment_not_available',
      )
    }))

  it('if visits or invoices are named in a wrong form, or belong to others', () =>
    inTransaction(async (db) => {
      const { a, b, customer, customerId, visitAt } = await aSharedAccount(db)
      const invoiceId = await anInvoice(db, b.clinicId, customerId, 1000)
      const other = await anInvoice(db, b.clinicId, customerId, 1000)
      const stranger = await aCustomer(db)
      const begin = (what: object, claims = customer.claims) => db.as(claims, () => beginShared(db, a.clinicId, what))
      const wrong = [
        { visits: [visitAt(a, { clinicId: 'x' })] },
        { visits: [visitAt(a, { clinicId: {} })] },
        // The same slot, with and without its clinic.
        { visits: [visitAt(a), visitAt(a, { clinicId: undefined })] },
        { invoices: { clinicId: b.clinicId, invoiceId } },
        { invoices: [invoiceId] },
        { invoices: [{ invoiceId }] },
        { invoices: [{ clinicId: b.clinicId }] },
        { invoices: [{ clinicId: `-${b.clinicId}`, invoiceId }] },
        { invoices: Array.from({ length: 51 }, () => ({ clinicId: b.clinicId, invoiceId })) },
      ]
      for (const what of wrong) await expectRefusal(begin(what), 'invalid_argument')
      // Of the wrong clinic.
      await expectRefusal(begin({ visits: [visitAt(b, { clinicId: a.clinicId })] }), 'slot_not_found')
      await expectRefusal(begin({ invoices: [{ clinicId: a.clinicId, invoiceId }] }), 'invoice_not_found')
      await expectRefusal(
        begin({ invoices: [{ clinicId: b.clinicId, invoiceId: other }] }, stranger.claims),
        'invoice_not_found',
      )
      await expectRefusal(begin({ invoices: [] }), 'nothing_to_pay')
    }))
})

describe('of a checkout for two clinics', () => {
  it('the desk of one sees its own part and payment, and nothing of the other', () =>
    inTransaction(async (db) => {
      const { a, b, customer, checkout } = await begun(db)
      await settle(db, await openPage(db, checkout.id), 13_000)
      const seen = () =>
        db.query(
          `select p.clinic_id, p.amount, (select count(*)::int from billing.checkouts) as checkouts,
             (select sum(received)::int from billing.payments) as received
           from billing.checkout_parts p order by p.clinic_id`,
        )
      for (const { clinicId, receptionist, manager, amount } of [
        { ...a, amount: '10000' },
        { ...b, amount: '3000' },
      ]) {
        for (const { claims } of [receptionist, manager])
          expect(await db.as(claims, seen)).toEqual([
            { clinic_id: clinicId, amount, checkouts: 0, received: Number(amount) },
          ])
      }
      expect(await db.as(customer.claims, seen)).toEqual([
        { clinic_id: a.clinicId, amount: '10000', checkouts: 1, received: 13_000 },
        { clinic_id: b.clinicId, amount: '3000', checkouts: 1, received: 13_000 },
      ])
      expect(await db.as((await aCustomer(db)).claims, seen)).toEqual([])
    }))

  it('the answer does not name the account', () =>
    inTransaction(async (db) => {
      const { checkout, customer } = await begun(db)
      expect(checkout).toMatchObject({ provider_account: null, provider_session: null })
      expect(await db.as(customer.claims, () => billing(db, 'cancel_checkout', checkout.id))).toMatchObject({
        provider_account: null,
      })
    }))

  it('the export of the patient has each part, and erasing the patient gives up both', () =>
    inTransaction(async (db) => {
      const { a, b, customer, customerId, checkout, states } = await begun(db)
      const { money } = await db.as(customer.claims, () =>
        db.one<{ money: { checkouts: object[] } }>('select money from app_public.export_customer($1)', [customerId]),
      )
      expect(money.checkouts).toEqual([
        expect.objectContaining({
          id: checkout.id,
          amount: '13000',
          parts: [
            { clinicId: a.clinicId, amount: '10000', credit: '0' },
            { clinicId: b.clinicId, amount: '3000', credit: '0' },
          ],
        }),
      ])
      await db.as(customer.claims, () => db.query('select app_public.erase_customer($1)', [customerId]))
      expect(await states()).toEqual(['open', 'open'])
      expect(await db.one('select state from billing.checkouts where id = $1', [checkout.id])).toEqual({
        state: 'expired',
      })
      expect(await booksBalance(db)).toEqual([])
    }))
})
