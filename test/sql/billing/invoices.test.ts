import { describe, expect, it } from '@jest/globals'
import {
  aCoupon,
  anInvoice,
  billing,
  booksBalance,
  creditOf,
  type Invoice,
  invoiceOf,
  record,
} from '../../helpers/clinic/billing.ts'
import { aPractice } from '../../helpers/clinic/world.ts'
import { type Db, expectRefusal, inTransaction } from '../../helpers/database/database.ts'

/** A practice that knows the customer; the caller is the owner of the database. */
async function aDesk(db: Db) {
  const practice = await aPractice(db)
  await record(db, practice.clinicId, practice.customer.customerId)
  const { clinicId } = practice
  const { customerId } = practice.customer
  return {
    ...practice,
    customerId,
    invoice: (...amounts: number[]) => anInvoice(db, clinicId, customerId, ...amounts),
    pay: (amount: number, ...invoices: string[]) =>
      billing(db, 'record_payment', clinicId, customerId, 'cash', amount, invoices),
    credit: () => creditOf(db, clinicId, customerId),
  }
}

describe('an invoice', () => {
  it('is a draft without a number until it is issued, and is settled when all is paid', () =>
    inTransaction(async (db) => {
      const { clinicId, invoice, pay } = await aDesk(db)
      const id = await invoice(4000, 1050)
      expect(await invoiceOf(db, id)).toMatchObject({ state: 'draft', number: null, total: '5050', due: '5050' })
      const year = new Date().getUTCFullYear()
      expect(await billing(db, 'issue_invoice', clinicId, id)).toMatchObject({ state: 'open', serial: 1 })
      expect((await invoiceOf(db, id)).number).toMatch(/^20\d\d-00001$/)
      expect(Number((await invoiceOf(db, id)).number?.slice(0, 4)) - year).toBeLessThan(2)
      await pay(5000, id)
      expect(await invoiceOf(db, id)).toMatchObject({ state: 'open', paid: '5000', due: '50' })
      await pay(50, id)
      expect(await invoiceOf(db, id)).toMatchObject({ state: 'settled', paid: '5050', due: '0' })
      await expectRefusal(billing(db, 'issue_invoice', clinicId, id), 'invoice_not_open')
      expect(await booksBalance(db)).toEqual([])
    }))

  it('gets the number after the last of its clinic and year, also after one that was rolled back', () =>
    inTransaction(async (db) => {
      const { clinicId, invoice } = await aDesk(db)
      const other = await aDesk(db)
      const issue = async (clinic: string, id: string) =>
        (await billing<Invoice>(db, 'issue_invoice', clinic, id)).serial
      expect(await issue(clinicId, await invoice(1))).toBe(1)
      expect(await db.undone(async () => issue(clinicId, await invoice(1)))).toBe(2)
      expect(await issue(clinicId, await invoice(1))).toBe(2)
      expect(await issue(other.clinicId, await other.invoice(1))).toBe(1)
      expect(await issue(clinicId, await invoice(1))).toBe(3)
      expect(await booksBalance(db)).toEqual([])
    }))

  it('is not issued without lines', () =>
    inTransaction(async (db) => {
      const { clinicId, invoice } = await aDesk(db)
      await expectRefusal(billing(db, 'issue_invoice', clinicId, await invoice()), 'nothing_to_pay')
    }))

  it('takes charges until it is settled; more is charged on a new one', () =>
    inTransaction(async (db) => {
      const { clinicId, invoice, pay } = await aDesk(db)
      const id = await invoice(1000)
      await billing(db, 'issue_invoice', clinicId, id)
      await billing(db, 'add_charge', clinicId, id, 500, 'Bandage')
      await pay(1500, id)
      await expectRefusal(billing(db, 'add_charge', clinicId, id, 1, 'Late'), 'invoice_not_open')
      await expectRefusal(billing(db, 'adjust_invoice', clinicId, id, 1, 'Late'), 'invoice_not_open')
      await expectRefusal(billing(db, 'write_off', clinicId, id, 'x'), 'invoice_not_open')
    }))

  it.each([0, -5, null, '1000000000001'])('refuses a charge of %p', (amount) =>
    inTransaction(async (db) => {
      const { clinicId, invoice } = await aDesk(db)
      await expectRefusal(billing(db, 'add_charge', clinicId, await invoice(), amount, 'x'), 'amount_not_accepted')
    }),
  )

  it('refuses a charge without a text, with control characters, or at a tax rate that is not one', () =>
    inTransaction(async (db) => {
      const { clinicId, invoice } = await aDesk(db)
      const id = await invoice()
      await expectRefusal(billing(db, 'add_charge', clinicId, id, 5, ' '), 'text_not_accepted')
      await expectRefusal(billing(db, 'add_charge', clinicId, id, 5, 'a\u0007'), 'text_not_accepted')
      await expectRefusal(billing(db, 'add_charge', clinicId, id, 5, 'x'.repeat(201)), 'text_too_long')
      for (const rate of [-1, 101, null])
        await expectRefusal(billing(db, 'add_charge', clinicId, id, 5, 'x', rate), 'invalid_argument')
    }))

  it('has the tax of each rate rounded half up on its sum, and none when it is void', () =>
    inTransaction(async (db) => {
      const { clinicId, invoice } = await aDesk(db)
      const id = await invoice()
      await billing(db, 'add_charge', clinicId, id, 10_000, 'Taxed', 19)
      await billing(db, 'add_charge', clinicId, id, 3333, 'Taxed', 19)
      await billing(db, 'add_charge', clinicId, id, 1005, 'Reduced', 7)
      await billing(db, 'add_charge', clinicId, id, 4000, 'Exempt')
      // 13333 * 19 / 119 = 2128.8, 1005 * 7 / 107 = 65.7
      expect(await invoiceOf(db, id)).toMatchObject({ total: '18338', tax: String(2129 + 66) })
      await billing(db, 'add_discount', clinicId, id, 'Regular patient', null, 10)
      expect(await invoiceOf(db, id)).toMatchObject({ total: String(18_338 - 1834) })
      const lines = await db.query(
        `select tax_rate::float as rate, amount::int as amount from billing.invoice_lines where invoice_id = $1 and kind = 'discount' order by 1`,
        [id],
      )
      expect(lines).toEqual([
        { rate: 0, amount: -400 },
        { rate: 7, amount: -101 },
        { rate: 19, amount: -1333 },
      ])
      expect(await billing(db, 'void_invoice', clinicId, id, 'Mistake')).toMatchObject({
        state: 'void',
        total: '0',
        tax: '0',
      })
      expect(await booksBalance(db)).toEqual([])
    }))

  it('that is reduced below what was paid leaves the rest as credit', () =>
    inTransaction(async (db) => {
      const { clinicId, invoice, pay, credit } = await aDesk(db)
      const id = await invoice(1000)
      await pay(800, id)
      await billing(db, 'adjust_invoice', clinicId, id, -500, 'Shorter than planned')
      expect(await invoiceOf(db, id)).toMatchObject({ state: 'settled', total: '500', paid: '500' })
      expect(await credit()).toBe('300')
      await billing(db, 'adjust_invoice', clinicId, id, -100, 'Settled ones can be reduced, too')
      expect(await credit()).toBe('400')
      await expectRefusal(billing(db, 'adjust_invoice', clinicId, id, -401, 'x'), 'amount_exceeds_due')
      expect(await booksBalance(db)).toEqual([])
    }))

  it('that is void gives back what was paid and keeps its number', () =>
    inTransaction(async (db) => {
      const { clinicId, invoice, pay, credit } = await aDesk(db)
      const id = await invoice(1000)
      await pay(400, id)
      const { number } = await invoiceOf(db, id)
      expect(await billing(db, 'void_invoice', clinicId, id, 'Mistake')).toMatchObject({ state: 'void', number })
      expect(await credit()).toBe('400')
      await expectRefusal(billing(db, 'void_invoice', clinicId, id, 'Again'), 'invoice_not_open')
      await expectRefusal(pay(1, id), 'invoice_not_open')
      await expectRefusal(billing(db, 'add_charge', clinicId, id, 1, 'x'), 'invoice_not_open')
    }))

  it('of which a part is written off is settled by paying the rest, and the written-off part never becomes credit', () =>
    inTransaction(async (db) => {
      const { clinicId, invoice, pay, credit } = await aDesk(db)
      const id = await invoice(1000)
      await pay(400, id)
      await expectRefusal(billing(db, 'write_off', clinicId, id, 'Too much', 601), 'amount_exceeds_due')
      expect(await billing(db, 'write_off', clinicId, id, 'Not collectable')).toMatchObject({ state: 'settled' })
      await billing(db, 'void_invoice', clinicId, id, 'Mistake')
      expect(await credit()).toBe('400')
    }))

  it('cannot be changed, not even by the owner', () =>
    inTransaction(async (db) => {
      const { invoice, pay } = await aDesk(db)
      const id = await invoice(1000)
      await pay(100, id)
      const change = (set: string) => db.query(`update billing.invoices set ${set} where id = $1`, [id])
      for (const set of [
        'serial = serial + 1',
        'year = year + 1',
        "issued_at = now() - interval '1 day'",
        'due_on = due_on + 1',
        `currency = 'USD'`,
        'customer_id = customer_id + 1',
        'clinic_id = clinic_id + 1',
      ])
        await expectRefusal(change(set), 'immutable_column')
      await expectRefusal(change('paid = total + 1'), 'check_violation')
      for (const set of ['paid = paid + 1', 'total = total + 1', 'tax = tax + 1'])
        await db.undone(async () => {
          await change(set)
          await expect(db.query('set constraints all immediate')).rejects.toMatchObject({
            constraint: 'invoices_equal_their_lines_and_movements',
          })
        })
      await expectRefusal(db.query('delete from billing.invoices where id = $1', [id]), 'immutable_column')
      expect(await booksBalance(db)).toEqual([])
      for (const table of ['invoice_lines', 'movements'])
        for (const statement of [`update billing.${table} set amount = amount + 1`, `delete from billing.${table}`])
          await expectRefusal(db.query(statement), 'immutable_column')
    }))

  it('cannot get a number after a gap, not even from the owner', () =>
    inTransaction(async (db) => {
      const { clinicId, invoice } = await aDesk(db)
      const id = await invoice(1000)
      await db.query('insert into billing_private.invoice_numbers values ($1, 2026, 7)', [clinicId])
      await db.query(
        `update billing.invoices set state = 'open', year = 2026, serial = 7, issued_at = now(), due_on = current_date where id = $1`,
        [id],
      )
      await expect(db.query('set constraints all immediate')).rejects.toMatchObject({
        constraint: 'invoice_numbers_have_no_gap',
      })
    }))
})

describe('a coupon', () => {
  it('gives its discount once to each customer, and can be used again when the invoice is void', () =>
    inTransaction(async (db) => {
      const { clinicId, invoice } = await aDesk(db)
      const { code, couponId } = await aCoupon(db, clinicId)
      const first = await invoice(1005)
      expect(await billing(db, 'apply_coupon', clinicId, first, code.toLowerCase())).toMatchObject({ total: '904' })
      await expectRefusal(billing(db, 'apply_coupon', clinicId, await invoice(10), code), 'coupon_used_already')
      await db.undone(async () => {
        await db.query('update billing.coupons set used = used + 1')
        await expect(db.query('set constraints all immediate')).rejects.toMatchObject({
          constraint: 'coupons_equal_their_uses',
        })
      })
      await billing(db, 'void_invoice', clinicId, first, 'Mistake')
      expect(await db.one('select used from billing.coupons where id = $1', [couponId])).toEqual({ used: 0 })
      await billing(db, 'apply_coupon', clinicId, await invoice(10), code)
    }))

  it('of an amount takes off no more than is charged', () =>
    inTransaction(async (db) => {
      const { clinicId, invoice } = await aDesk(db)
      const { code } = await aCoupon(db, clinicId, { amount: 5000 })
      expect(await billing(db, 'apply_coupon', clinicId, await invoice(3000), code)).toMatchObject({ total: '0' })
    }))

  it.each([
    ['that is unknown', {}, 'NO-SUCH', 'coupon_not_found'],
    ['that has expired', { valid_until: '2020-01-01' }, undefined, 'coupon_not_valid'],
    ['that is not valid yet', { valid_from: '2999-01-01' }, undefined, 'coupon_not_valid'],
  ])('%s is refused', (_, columns, typed, refusal) =>
    inTransaction(async (db) => {
      const { clinicId, invoice } = await aDesk(db)
      const { code } = await aCoupon(db, clinicId, columns)
      const id = await invoice(100)
      await expectRefusal(billing(db, 'apply_coupon', clinicId, id, typed ?? code), refusal)
      expect(await invoiceOf(db, id)).toMatchObject({ total: '100' })
    }),
  )

  it('is refused when it has no uses left, and at another clinic', () =>
    inTransaction(async (db) => {
      const [one, other] = [await aDesk(db), await aDesk(db)]
      const { code } = await aCoupon(db, one.clinicId, { most: 1 })
      await billing(db, 'apply_coupon', one.clinicId, await one.invoice(100), code)
      await record(db, one.clinicId, other.customerId)
      const id = await anInvoice(db, one.clinicId, other.customerId, 100)
      await expectRefusal(billing(db, 'apply_coupon', one.clinicId, id, code), 'coupon_exhausted')
      await expectRefusal(
        billing(db, 'apply_coupon', other.clinicId, await other.invoice(100), code),
        'coupon_not_found',
      )
    }))
})
