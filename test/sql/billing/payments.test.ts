import { describe, expect, it } from '@jest/globals'
import { anInvoice, billing, booksBalance, creditOf, invoiceOf, record } from '../../helpers/clinic/billing.ts'
import { aCustomer, aPractice } from '../../helpers/clinic/world.ts'
import { type Db, expectRefusal, inTransaction } from '../../helpers/database/database.ts'

async function aDesk(db: Db) {
  const practice = await aPractice(db)
  const { clinicId } = practice
  const { customerId } = practice.customer
  await record(db, clinicId, customerId)
  return {
    ...practice,
    customerId,
    invoice: (...amounts: number[]) => anInvoice(db, clinicId, customerId, ...amounts),
    pay: (amount: unknown, invoices: string[] = [], method = 'cash', key?: string) =>
      billing<{ id: string }>(db, 'record_payment', clinicId, customerId, method, amount, invoices, key),
    refund: (paymentId: string, amount: number, key?: string) =>
      billing<{ id: string }>(db, 'refund_payment', clinicId, paymentId, amount, null, key),
    credit: () => creditOf(db, clinicId, customerId),
  }
}

describe('money at the desk', () => {
  it('pays several invoices, in proportion to what is due if it is not enough', () =>
    inTransaction(async (db) => {
      const { invoice, pay } = await aDesk(db)
      const ids = [await invoice(100), await invoice(100), await invoice(100)]
      await pay(100, ids)
      const paid = () => Array.fromAsync(ids, async (id) => (await invoiceOf(db, id)).paid)
      expect(await paid()).toEqual(['34', '33', '33'])
      await pay(200, [ids[2], ids[0], ids[1], ids[0]] as string[], 'card_terminal')
      expect(await paid()).toEqual(['100', '100', '100'])
      expect(await booksBalance(db)).toEqual([])
    }))

  it('without an invoice is credit, which pays a later invoice', () =>
    inTransaction(async (db) => {
      const { clinicId, invoice, pay, credit } = await aDesk(db)
      await pay(500, [], 'transfer')
      expect(await credit()).toBe('500')
      const id = await invoice(300)
      expect(await billing(db, 'spend_credit', clinicId, id)).toMatchObject({ state: 'settled', paid: '300' })
      expect(await credit()).toBe('200')
      const dear = await invoice(1000)
      await expectRefusal(billing(db, 'spend_credit', clinicId, dear, 201), 'insufficient_credit')
      await expectRefusal(billing(db, 'spend_credit', clinicId, dear, 1001), 'amount_exceeds_due')
      await expectRefusal(billing(db, 'spend_credit', clinicId, dear, -1), 'amount_not_accepted')
      expect(await billing(db, 'spend_credit', clinicId, dear)).toMatchObject({ state: 'open', paid: '200' })
      await expectRefusal(billing(db, 'spend_credit', clinicId, dear), 'insufficient_credit')
      expect(await booksBalance(db)).toEqual([])
    }))

  it('is refused beyond the amount due, and for a paid invoice', () =>
    inTransaction(async (db) => {
      const { invoice, pay } = await aDesk(db)
      const id = await invoice(100)
      await expectRefusal(pay(101, [id]), 'amount_exceeds_due')
      await pay(100, [id])
      await expectRefusal(pay(1, [id]), 'already_paid')
      await expectRefusal(pay(1, [await invoice(5), id]), 'already_paid')
    }))

  it.each([0, -1, null, '1000000000001'])('refuses an amount of %p', (amount) =>
    inTransaction(async (db) => {
      const { pay } = await aDesk(db)
      await expectRefusal(pay(amount), 'amount_not_accepted')
    }),
  )

  it('is refused for unknown customers and invoices, for those of others, and for payment methods of providers', () =>
    inTransaction(async (db) => {
      const { clinicId, invoice, pay } = await aDesk(db)
      const stranger = await aCustomer(db)
      await expectRefusal(billing(db, 'record_payment', clinicId, stranger.customerId, 'cash', 1), 'customer_not_found')
      await record(db, clinicId, stranger.customerId)
      await expectRefusal(
        billing(db, 'record_payment', clinicId, stranger.customerId, 'cash', 1, [await invoice(5)]),
        'invoice_not_found',
      )
      await expectRefusal(pay(1, ['999999999']), 'invoice_not_found')
      await expectRefusal(pay(1, [], 'provider'), 'invalid_argument')
      await expectRefusal(billing(db, 'create_invoice', clinicId, stranger.customerId, 'USD'), 'currency_not_used')
    }))

  it('is recorded once under an idempotency key', () =>
    inTransaction(async (db) => {
      const { invoice, pay, refund } = await aDesk(db)
      const id = await invoice(100)
      const payment = await pay(60, [id], 'cash', 'key')
      expect(await pay(60, [id], 'cash', 'key')).toMatchObject({ id: payment.id })
      await expectRefusal(pay(61, [id], 'cash', 'key'), 'idempotency_key_reused')
      expect(await invoiceOf(db, id)).toMatchObject({ paid: '60' })
      await billing(db, 'move_to_credit', (await invoiceOf(db, id)).clinic_id, id, 60)
      expect(await refund(payment.id, 10, 'r')).toEqual(await refund(payment.id, 10, 'r'))
    }))
})

describe('a refund', () => {
  it('takes the money from credit, never from an invoice', () =>
    inTransaction(async (db) => {
      const { clinicId, invoice, pay, refund, credit } = await aDesk(db)
      const id = await invoice(100)
      const payment = await pay(100, [id])
      await expectRefusal(refund(payment.id, 1), 'insufficient_credit')
      await expectRefusal(billing(db, 'move_to_credit', clinicId, id, 101), 'amount_exceeds_paid')
      await billing(db, 'move_to_credit', clinicId, id, 40, 'Wrong invoice')
      expect(await invoiceOf(db, id)).toMatchObject({ state: 'open', due: '40' })
      expect(await refund(payment.id, 30)).toMatchObject({ state: 'succeeded', amount: '30' })
      expect(await credit()).toBe('10')
      await expectRefusal(refund(payment.id, 71), 'refund_exceeds_payment')
      await expectRefusal(refund('999999999', 1), 'payment_not_found')
      expect(await db.one('select spent, refunded from billing.payments where id = $1', [payment.id])).toEqual({
        spent: '70',
        refunded: '30',
      })
      expect(await booksBalance(db)).toEqual([])
    }))

  it('of goodwill is limited to what the customer has paid', () =>
    inTransaction(async (db) => {
      const { clinicId, customerId, invoice, pay, refund } = await aDesk(db)
      await billing(db, 'grant_goodwill', clinicId, customerId, 50, 'Waited for long')
      const payment = await pay(30, [await invoice(30)])
      await refund(payment.id, 30)
      await expectRefusal(refund(payment.id, 1), 'refund_exceeds_payment')
      expect(await booksBalance(db)).toEqual([])
    }))
})

describe('a movement', () => {
  it('names the places of its kind, and keeps the person and the currency', () =>
    inTransaction(async (db) => {
      const { clinicId, customerId, invoice, pay } = await aDesk(db)
      const other = await aCustomer(db)
      await record(db, clinicId, other.customerId)
      const id = await invoice(100)
      const payment = await pay(50, [id])
      const move = (kind: string, customer: string, currency: string, places: object) => {
        const columns = { clinic_id: clinicId, kind, customer_id: customer, currency, amount: 1, ...places }
        return db.query(
          `insert into billing.movements (${Object.keys(columns)}) values (${Object.keys(columns).map((_, i) => `$${i + 1}`)})`,
          Object.values(columns),
        )
      }
      const places = { payment_id: payment.id, invoice_id: id }
      for (const [refusal, attempt] of [
        ['foreign_key_violation', move('payment_to_invoice', other.customerId, 'EUR', places)],
        ['foreign_key_violation', move('payment_to_invoice', customerId, 'USD', places)],
        ['check_violation', move('payment_to_invoice', customerId, 'EUR', { invoice_id: id })],
        ['check_violation', move('goodwill_to_credit', customerId, 'EUR', places)],
        // Beyond what the payment has.
        ['check_violation', move('payment_to_invoice', customerId, 'EUR', places)],
        ['insufficient_credit', move('credit_to_invoice', customerId, 'EUR', { invoice_id: id })],
      ] as const)
        await expectRefusal(attempt, refusal)
    }))
})
