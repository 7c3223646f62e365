import { describe, expect, it } from '@jest/globals'
import { anInvoice, aPaidPractice, billing, record } from '../../helpers/clinic/billing.ts'
import { type Db, expectRefusal, inTransaction } from '../../helpers/database/database.ts'
import { aTill } from './till.ts'

interface Entry {
  cursor: string
  happened_on: string
  kind: string
  invoice_number: string | null
  decimal_amount: string
  decimal_tax: string | null
  currency: string
}

const entries = (
  db: Db,
  clinicId: string,
  { from = 'current_date - 2', to = 'current_date + 2', after = 'null', size = '100' } = {},
) =>
  db.query<Entry>(`select b.*, b.happened_on::text from billing.bookkeeping($1, ${from}, ${to}, ${after}, ${size}) b`, [
    clinicId,
  ])

const sum = (
  rows: Entry[],
  pick: (row: Entry) => boolean,
  column: 'decimal_amount' | 'decimal_tax' = 'decimal_amount',
) => rows.filter(pick).reduce((total, row) => total + Math.round(Number(row[column]) * 100), 0)

describe('bookkeeping', () => {
  it('has the sums of the report of revenue', () =>
    inTransaction(async (db) => {
      const { clinicId, invoice } = await aTill(db)
      await billing(db, 'add_charge', clinicId, invoice, 1190, 'With tax', 19)
      await billing(db, 'write_off', clinicId, invoice, 'Lost', 100)
      const rows = await entries(db, clinicId)
      const months = await db.query<Record<'invoiced' | 'tax' | 'written_off' | 'received' | 'refunded', string>>(
        'select * from billing.monthly_revenue($1, current_date - 31, current_date + 31)',
        [clinicId],
      )
      const reported = (column: 'invoiced' | 'tax' | 'written_off' | 'received' | 'refunded') =>
        months.reduce((total, month) => total + Number(month[column]), 0)
      const isMovement = ({ kind }: Entry) => /_to_|payment_|refund_/.test(kind)
      expect({
        invoiced: sum(rows, (row) => !isMovement(row) && row.kind !== 'write_off'),
        tax: sum(rows, (row) => row.decimal_tax !== null, 'decimal_tax'),
        writtenOff: -sum(rows, ({ kind }) => kind === 'write_off'),
        received: sum(rows, ({ kind }) => kind === 'payment_received'),
        refunded: sum(rows, ({ kind }) => kind === 'payment_refunded'),
      }).toEqual({
        invoiced: reported('invoiced'),
        tax: reported('tax'),
        writtenOff: reported('written_off'),
        received: reported('received'),
        refunded: reported('refunded'),
      })
      expect(reported('tax')).toBeGreaterThan(0)
      // What is still a draft is not entered.
      expect(rows.filter(({ invoice_number: number, kind }) => kind === 'charge' && number === null)).toEqual([])
    }))

  it('is complete and in order, page by page', () =>
    inTransaction(async (db) => {
      const { clinicId } = await aTill(db)
      const all = await entries(db, clinicId)
      const paged: Entry[] = []
      for (let after = 'null'; ; ) {
        const page = await entries(db, clinicId, { after, size: '3' })
        paged.push(...page)
        if (page.length < 3) break
        after = `'${page.at(-1)?.cursor}'`
      }
      expect(paged).toEqual(all)
      expect(all.length).toBeGreaterThan(10)
    }))

  it.each([
    ['EUR', '12.34'],
    ['JPY', '1234'],
    ['KWD', '1.234'],
  ])('has the decimals of %s', (currency, amount) =>
    inTransaction(async (db) => {
      const { clinicId, customer } = await aPaidPractice(db, { currency, amount: 1000 })
      await record(db, clinicId, customer.customerId)
      await billing(db, 'record_payment', clinicId, customer.customerId, 'cash', 1234)
      const [row] = await entries(db, clinicId)
      expect(row).toMatchObject({ kind: 'payment_received', decimal_amount: amount, currency })
    }),
  )

  it('covers the clinic’s local dates, including the last one', () =>
    inTransaction(async (db) => {
      const { clinicId, customer } = await aPaidPractice(db, {}, 'Pacific/Kiritimati')
      await record(db, clinicId, customer.customerId)
      await anInvoice(db, clinicId, customer.customerId)
      await billing(db, 'record_payment', clinicId, customer.customerId, 'cash', 1234)
      const { here } = await db.one<{ here: string }>(
        `select (now() at time zone 'Pacific/Kiritimati')::date::text as here`,
      )
      const on = async (days: number) =>
        (await entries(db, clinicId, { from: `'${here}'::date + ${days}`, to: `'${here}'::date + ${days}` })).map(
          (row) => row.happened_on,
        )
      expect([await on(-1), await on(0), await on(1)]).toEqual([[], [here, here], []])
    }))

  it.each([
    ['more than a year', { from: `'2026-01-01'`, to: `'2027-01-03'` }],
    ['dates in the wrong order', { from: `'2026-01-02'`, to: `'2026-01-01'` }],
    ['no date', { from: 'null' }],
    ['a page that is too long', { size: '101' }],
    ['a cursor that was not made here', { after: `'1.4.1'` }],
  ])('refuses %s', (_, given) =>
    inTransaction(async (db) => {
      const { clinicId } = await aPaidPractice(db)
      await expectRefusal(entries(db, clinicId, given), 'invalid_argument')
    }),
  )
})

it('managers see the provider of online payments until online payments are ended', () =>
  inTransaction(async (db) => {
    const { clinicId, manager } = await aPaidPractice(db)
    const account = () =>
      db.as(manager.claims, () => db.query('select * from billing.provider_account($1)', [clinicId]))
    await db.as(manager.claims, () => billing(db, 'set_provider_account', clinicId, 'stripe', 'acct_1'))
    expect(await account()).toEqual([{ clinic_id: clinicId, provider: 'stripe', account: 'acct_1' }])
    await db.as(manager.claims, () => billing(db, 'set_provider_account', clinicId, null))
    expect(await account()).toEqual([{ clinic_id: clinicId, provider: null, account: null }])
  }))
