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

// A checkout for clinics in two databases: one has the page, the other one the share. Each is tested here as if it was the other's.

/** The id of a checkout of another database. */
const elsewhere = '7000000000001'

/** The practices of aSharedAccount, of which the second is in the shard 7: a visit there costs a deposit of 30.00. */
async function pageHere(db: Db) {
  const shared = await aSharedAccount(db)
  await db.query(
    `insert into app_private.shards (id, address, state) values (7, 'postgresql://seven/medislot', 'active')`,
  )
  await db.query('insert into app_private.clinic_shards (clinic_id, shard_id) values ($1, 7)', [shared.b.clinicId])
  return shared
}

/** What the server does: has the share made, and begins the checkout. */
async function begun(db: Db, shareAmount = '3000') {
  const shared = await pageHere(db)
  const { id } = await db.one<{ id: string }>(`select nextval('billing.checkouts_id_seq') as id`)
  const share = { shardId: 7, amount: shareAmount, clinics: 1, holdSeconds: 1980, clinicNames: ['Elsewhere'] }
  const recorded = { share_checkout: { checkoutId: id, shares: [share] } }
  const begin = (more: object = {}) =>
    db.as(shared.customer.claims, async () => {
      await db.query(`select set_config('medislot.recorded', $1, true)`, [JSON.stringify(recorded)])
      return beginShared(db, shared.a.clinicId, { visits: shared.visits, ...more })
    })
  return { ...shared, id, begin }
}

const shareOf = (db: Db, checkoutId: string) =>
  db.one(
    `select shard_id, amount, received, provider_payment, recorded, due_since is not null as is_due
     from billing_private.checkout_shares where checkout_id = $1`,
    [checkoutId],
  )
const toReport = (db: Db) => db.query('select * from billing_private.shares_to_report()')
const note = (db: Db, id: string, state: string, outcome?: string) =>
  db.query('select billing_private.note_share_recorded($1, 7, $1, $2, $3)', [id, state, outcome])
const outcomeOf = async (db: Db, id: string) =>
  (await db.one<{ outcome: string }>('select outcome from billing.checkouts where id = $1', [id])).outcome

describe('a checkout that also pays a clinic in another database', () => {
  it('is not begun before the other database has made its share of what is paid there', () =>
    inTransaction(async (db) => {
      const { a, b, customer, visits, visitAt } = await pageHere(db)
      await expectRefusal(
        db.as(customer.claims, () => beginShared(db, a.clinicId, { visits })),
        'shards_first',
      )
      // A checkout needs a visit or an invoice in the database that has its page.
      await expectRefusal(
        db.as(customer.claims, () => beginShared(db, a.clinicId, { visits: [visitAt(b)] })),
        'nothing_to_pay',
      )
      // A refusal of this database comes before the other database is asked.
      await db.as((await aCustomer(db)).claims, () =>
        db.query('select app_public.hold_slot($1, $2)', [a.clinicId, a.slotId]),
      )
      await expectRefusal(
        db.as(customer.claims, () => beginShared(db, a.clinicId, { visits })),
        'slot_held',
      )
    }))

  it('has one page for the total, with the shortest hold time and the names of all clinics', () =>
    inTransaction(async (db) => {
      const { id, begin, a } = await begun(db)
      const checkout = await begin()
      expect(checkout).toMatchObject({ id, state: 'open', amount: '13000' })
      expect(
        await db.one(
          `select c.clinics, c.is_share, c.expires_at = now() + interval '31 minutes' as is_short,
             pc.clinic_id, pc.payload ->> 'amount' as amount, pc.payload ->> 'clinicName' like '%, Elsewhere' as names_both
           from billing.checkouts c join billing_private.provider_calls pc on pc.checkout_id = c.id where c.id = $1`,
          [id],
        ),
      ).toEqual({
        clinics: 2,
        is_share: false,
        is_short: true,
        clinic_id: a.clinicId,
        amount: '13000',
        names_both: true,
      })
      expect(await toReport(db)).toEqual([])
    }))

  it('records its own part of the payment, and reports the other part until the other database has recorded it', () =>
    inTransaction(async (db) => {
      const { id, begin, a } = await begun(db)
      await begin()
      const session = await openPage(db, id)
      expect(await settle(db, session, 13_000)).toBe('booked')
      expect(await receivedBy(db, id)).toEqual({ [a.clinicId]: '10000' })
      const payment = `payment-${session}`
      const reported = {
        checkout_id: id,
        shard_id: 7,
        share_id: id,
        state: 'paid',
        received: '3000',
        provider_payment: payment,
      }
      expect(await toReport(db)).toEqual([reported])
      // It was returned a moment ago, so it is not repeated yet.
      expect(await toReport(db)).toEqual([])
      await db.query(`update billing_private.checkout_shares set retry_at = now() where checkout_id = $1`, [id])
      expect(await toReport(db)).toEqual([reported])
      expect(await booksBalance(db)).toEqual([])
      await note(db, id, 'paid', 'credited')
      expect(await shareOf(db, id)).toMatchObject({ recorded: 'paid', received: '3000', is_due: false })
      // The outcome of the other part is the outcome of the whole checkout.
      expect(await outcomeOf(db, id)).toBe('credited')
      await note(db, id, 'paid', 'booked')
      expect(await outcomeOf(db, id)).toBe('credited')
      expect(await settle(db, session, 13_000)).toBe('already_settled')
      expect(await shareOf(db, id)).toMatchObject({ is_due: false })
      expect(await booksBalance(db)).toEqual([])
    }))

  it('reports that it has ended unpaid, and reports again when money arrives after that', () =>
    inTransaction(async (db) => {
      const { id, begin, a, customer, customerId } = await begun(db)
      await begin()
      const session = await openPage(db, id)
      await db.as(customer.claims, () => billing(db, 'cancel_checkout', id))
      expect(await toReport(db)).toMatchObject([{ state: 'expired', received: null, provider_payment: null }])
      expect(await settle(db, session, 13_000)).toBe('credited')
      // The earlier report of another state does not prevent this one.
      await note(db, id, 'expired')
      expect(await shareOf(db, id)).toMatchObject({ recorded: 'expired', received: '3000', is_due: true })
      expect(await toReport(db)).toMatchObject([{ state: 'paid', received: '3000' }])
      expect(await creditOf(db, a.clinicId, customerId)).toBe('10000')
      expect(await booksBalance(db)).toEqual([])
    }))

  it('divides the received money if it is too little', () =>
    inTransaction(async (db) => {
      const { id, begin, a, customerId } = await begun(db)
      await begin()
      expect(await settle(db, await openPage(db, id), 1300)).toBe('credited')
      expect(await creditOf(db, a.clinicId, customerId)).toBe('1000')
      expect(await toReport(db)).toMatchObject([{ state: 'paid', received: '300' }])
      expect(await booksBalance(db)).toEqual([])
    }))

  it('is paid at once when credit pays for everything, and reports that nothing was received', () =>
    inTransaction(async (db) => {
      const { id, begin, a, customerId } = await begun(db, '0')
      await billing(db, 'grant_goodwill', a.clinicId, customerId, 10_000, 'Sorry')
      expect(await begin()).toMatchObject({ id, state: 'paid', amount: '0', outcome: 'booked' })
      expect(await toReport(db)).toMatchObject([{ state: 'paid', received: '0', provider_payment: null }])
      expect(await booksBalance(db)).toEqual([])
    }))

  it('cannot be begun any more after the other database has asked about it', () =>
    inTransaction(async (db) => {
      const { id, begin, customer, customerId } = await begun(db)
      const state = () => db.one(`select billing_private.state_for_share($1, $2, 'EUR') as state`, [id, customerId])
      expect(await state()).toEqual({ state: 'expired' })
      await expectRefusal(begin(), 'checkout_not_open')
      expect(await state()).toEqual({ state: 'expired' })
      expect(await db.as(customer.claims, () => db.query('select id from billing.checkouts'))).toEqual([])
    }))

  it('keeps its state when the other database asks about it', () =>
    inTransaction(async (db) => {
      const { id, begin, customerId } = await begun(db)
      await begin()
      expect(await db.one(`select billing_private.state_for_share($1, $2, 'EUR') as state`, [id, customerId])).toEqual({
        state: 'open',
      })
    }))
})

/** Makes a share, for the visit at the second practice, of a checkout at the first one, which is in another database. */
async function shareHere(db: Db, more: object = {}) {
  const shared = await aSharedAccount(db)
  const { a, b, customer, visitAt } = shared
  const asked = {
    checkoutId: elsewhere,
    clinicId: a.clinicId,
    usesCredit: true,
    currency: 'EUR',
    provider: 'development',
    account: 'acct-1',
    visits: [visitAt(b)],
    invoices: [],
    ...more,
  }
  const make = (what: object = {}, claims = customer.claims) =>
    db.as(claims, () =>
      db.one<{ share: Record<string, unknown> }>('select app_hidden.begin_share($1) as share', [
        JSON.stringify({ ...asked, ...what }),
      ]),
    )
  return {
    ...shared,
    make,
    slot: async () =>
      (await db.one<{ status: string }>('select status from app_public.booking_slots where id = $1', [b.slotId]))
        .status,
  }
}

const settled = async (db: Db, state: string, received?: number) =>
  (
    await db.one<{ outcome: string | null }>('select billing_private.settle_share($1, $2, $3, $4) as outcome', [
      elsewhere,
      state,
      received,
      received ? 'pi_1' : null,
    ])
  ).outcome

describe('the share of a checkout in another database', () => {
  it('holds the slot for a day, and the patient sees what is paid, but no second checkout', () =>
    inTransaction(async (db) => {
      const { make, b, customer, slot } = await shareHere(db)
      expect((await make()).share).toMatchObject({ amount: '3000', clinics: 1, holdSeconds: 2100 })
      expect(await slot()).toBe('held')
      expect(
        await db.one(
          `select held_until = now() + interval '1 day' as is_long from app_public.booking_slots where id = $1`,
          [b.slotId],
        ),
      ).toEqual({ is_long: true })
      expect(await db.query('select from billing_private.provider_calls where checkout_id = $1', [elsewhere])).toEqual(
        [],
      )
      await db.as(customer.claims, async () => {
        expect(await db.query('select id from billing.checkouts')).toEqual([])
        expect(await db.query('select checkout_id from billing.checkout_parts')).toEqual([{ checkout_id: elsewhere }])
        await expectRefusal(billing(db, 'cancel_checkout', elsewhere), 'checkout_not_found')
      })
      expect(
        await db.one(`select billing_private.is_event_of_another_database('development', 'x', $1) as is_elsewhere`, [
          elsewhere,
        ]),
      ).toEqual({ is_elsewhere: true })
    }))

  it('is booked and paid back like any payment, once', () =>
    inTransaction(async (db) => {
      const { make, b, slot } = await shareHere(db)
      await make()
      expect(await settled(db, 'paid', 3000)).toBe('booked')
      expect(await settled(db, 'paid', 3000)).toBe('booked')
      // A report that arrives too late changes nothing.
      expect(await settled(db, 'expired')).toBe('booked')
      expect(await slot()).toBe('booked')
      expect(await receivedBy(db, elsewhere)).toEqual({ [b.clinicId]: '3000' })
      expect(await booksBalance(db)).toEqual([])
      const { id } = await db.one('select id from app_public.bookings where booking_slot_id = $1', [b.slotId])
      await db.as(b.receptionist.claims, () => db.query('select app_public.cancel_booking($1, $2)', [b.clinicId, id]))
      const { id: payment } = await db.one('select id from billing.payments where checkout_id = $1', [elsewhere])
      await billing(db, 'refund_payment', b.clinicId, payment, 3000)
      expect(await db.query(`select payload from billing_private.provider_calls where kind = 'refund'`)).toEqual([
        { payload: expect.objectContaining({ account: 'acct-1', paymentId: 'pi_1', amount: '3000' }) },
      ])
      expect(await booksBalance(db)).toEqual([])
    }))

  it('is freed when the checkout has ended unpaid, and money that arrives after that becomes credit', () =>
    inTransaction(async (db) => {
      const { make, b, customerId, slot } = await shareHere(db)
      await make()
      expect(await settled(db, 'expired')).toBeNull()
      expect(await slot()).toBe('open')
      expect(await settled(db, 'failed')).toBeNull()
      expect(await settled(db, 'paid', 3000)).toBe('credited')
      expect(await slot()).toBe('open')
      expect(await creditOf(db, b.clinicId, customerId)).toBe('3000')
      expect(await booksBalance(db)).toEqual([])
    }))

  it('uses the credit here, and leaves its money as credit when the visit cannot be booked', () =>
    inTransaction(async (db) => {
      const { make, b, customerId } = await shareHere(db)
      await billing(db, 'grant_goodwill', b.clinicId, customerId, 1000, 'Sorry')
      expect((await make()).share).toMatchObject({ amount: '2000' })
      expect(await creditsOf(db, b.clinicId, customerId)).toMatchObject({ reserved: '1000' })
      await bookedForAnother(db, b)
      expect(await settled(db, 'paid', 2000)).toBe('credited')
      expect(await creditsOf(db, b.clinicId, customerId)).toMatchObject({ balance: '3000', reserved: '0' })
      expect(await booksBalance(db)).toEqual([])
    }))

  it('is paid by credit alone when nothing else is left', () =>
    inTransaction(async (db) => {
      const { make, b, customerId, slot } = await shareHere(db)
      await billing(db, 'grant_goodwill', b.clinicId, customerId, 3000, 'Sorry')
      expect((await make()).share).toMatchObject({ amount: '0' })
      expect(await slot()).toBe('held')
      expect(await settled(db, 'paid', 0)).toBe('booked')
      expect(await creditOf(db, b.clinicId, customerId)).toBe('0')
      expect(await booksBalance(db)).toEqual([])
    }))

  it('pays invoices, which nobody else pays meanwhile', () =>
    inTransaction(async (db) => {
      const { make, b, customer, customerId } = await shareHere(db)
      const invoiceId = await anInvoice(db, b.clinicId, customerId, 1200)
      const invoices = [{ clinicId: b.clinicId, invoiceId }]
      expect((await make({ visits: [], invoices })).share).toMatchObject({ amount: '1200' })
      const { detail } = await expectRefusal(
        db.as(customer.claims, () => beginShared(db, b.clinicId, { invoices })),
        'checkout_open',
      )
      expect(JSON.parse(detail ?? '')).toEqual({ checkoutId: elsewhere })
      expect(await settled(db, 'paid', 1200)).toBe('paid')
      expect(await invoiceOf(db, invoiceId)).toMatchObject({ state: 'settled' })
    }))

  it('is asked about after a minute, or at once when its patient has abandoned it', () =>
    inTransaction(async (db) => {
      const { make, customer, customerId } = await shareHere(db)
      await make()
      const asked = () => db.query('select * from billing_private.shares_to_ask()')
      const abandon = (claims: typeof customer.claims) =>
        db.as(claims, () => db.query('select app_hidden.abandon_share($1)', [elsewhere]))
      expect(await asked()).toEqual([])
      await abandon((await aCustomer(db)).claims)
      expect(await asked()).toEqual([])
      await abandon(customer.claims)
      const row = { checkout_id: elsewhere, customer_id: customerId, currency: 'EUR' }
      expect(await asked()).toEqual([row])
      expect(await asked()).toEqual([])
      await db.query(`update billing.checkouts set reconciled_at = now() - interval '1 minute' where id = $1`, [
        elsewhere,
      ])
      expect(await asked()).toEqual([row])
    }))

  it('outlasts the erasure of the patient until the checkout has ended, and is credit when it was paid', () =>
    inTransaction(async (db) => {
      const { make, b, customer, customerId } = await shareHere(db)
      await make()
      await db.as(customer.claims, () => db.query('select app_public.erase_customer($1)', [customerId]))
      expect(await db.one('select state from billing.checkouts where id = $1', [elsewhere])).toEqual({ state: 'open' })
      expect(await settled(db, 'paid', 3000)).toBe('credited')
      expect(await creditOf(db, b.clinicId, customerId)).toBe('3000')
      expect(await booksBalance(db)).toEqual([])
    }))

  it('prevents its clinic from moving while it is open', () =>
    inTransaction(async (db) => {
      const { make, b } = await shareHere(db)
      await make()
      const movable = () => db.query('select app_private.require_no_open_payments($1)', [b.clinicId])
      const { detail } = await expectRefusal(movable(), 'clinic_not_movable')
      expect(JSON.parse(detail ?? '')).toEqual({ because: 'open_payments' })
      await settled(db, 'expired')
      await movable()
    }))

  it.each([
    ['several_currencies', { currency: 'CHF' }],
    ['several_accounts', { account: 'acct-2' }],
    ['several_accounts', { provider: 'stripe' }],
    ['several_accounts', { provider: null, account: null }],
    ['invalid_argument', { checkoutId: '17' }],
    ['invalid_argument', { checkoutId: null }],
  ])('is refused as %s for %j', (refusal, what) =>
    inTransaction(async (db) => {
      const { make, slot } = await shareHere(db)
      await expectRefusal(make(what), refusal)
      expect(await slot()).toBe('open')
    }),
  )

  it('is refused when it is made again, and to staff, and cannot be settled with inconsistent arguments', () =>
    inTransaction(async (db) => {
      const { make, a, b, visitAt } = await shareHere(db)
      await expectRefusal(make({}, b.receptionist.claims), 'forbidden')
      await make()
      await expectRefusal(make({ visits: [visitAt(a)] }), 'checkout_not_open')
      for (const [state, received, payment] of [
        ['open', null, null],
        ['paid', null, null],
        ['paid', 3000, null],
        ['paid', 0, 'pi_1'],
        ['expired', 3000, 'pi_1'],
      ])
        await expectRefusal(
          db.query('select billing_private.settle_share($1, $2, $3, $4)', [elsewhere, state, received, payment]),
          'invalid_argument',
        )
      await expectRefusal(
        db.query(`select billing_private.settle_share($1, 'expired')`, ['7000000000002']),
        'checkout_not_found',
      )
    }))
})
