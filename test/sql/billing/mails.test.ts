import { describe, expect, it } from '@jest/globals'
import {
  anInvoice,
  aPaidPractice,
  beginVisit,
  billing,
  openPage,
  record,
  settle,
} from '../../helpers/clinic/billing.ts'
import { type Db, inTransaction } from '../../helpers/database/database.ts'

const mailsTo = (db: Db, accountId: string) =>
  db.query<{ id: string; kind: string; amount: string; language: string }>(
    `select id, kind, money_amount as amount, language from app_private.account_messages
     where account_id = $1 and money_clinic_id is not null order by id`,
    [accountId],
  )
const textOf = (db: Db, id: string | undefined) =>
  db.one<{ recipient: string; subject: string; body: string; invoice: object | null }>(
    `select * from app_private.account_message_of($1, 'https://pages.example/')`,
    [id],
  )

async function begun(db: Db, price: Record<string, unknown> = {}) {
  const practice = await aPaidPractice(db, price)
  const checkout = await db.as(practice.customer.claims, () => beginVisit(db, practice, practice.slotId))
  return { ...practice, session: await openPage(db, checkout.id) }
}

describe('a mail', () => {
  it('is a receipt for an online payment, and reports the credit when the visit is cancelled', () =>
    inTransaction(async (db) => {
      const { clinicId, customer, slotId, session } = await begun(db)
      await settle(db, session, 10_000)
      expect(await mailsTo(db, customer.accountId)).toMatchObject([
        { kind: 'invoice_issued', amount: '10000' },
        { kind: 'payment_received', amount: '10000' },
      ])
      await db.query(
        `select app_public.cancel_booking(b.clinic_id, b.id) from app_public.bookings b where b.booking_slot_id = $1`,
        [slotId],
      )
      const mails = await mailsTo(db, customer.accountId)
      expect(mails.slice(1)).toMatchObject([{ kind: 'payment_received' }, { kind: 'credit_received', amount: '10000' }])
      const { name } = await db.one('select name from app_public.clinics where id = $1', [clinicId])
      const { subject, body } = await textOf(db, mails[2]?.id)
      expect(subject).toContain(name)
      expect(body).toContain('100.00 EUR')
      expect(body).toContain('https://pages.example/payments')
    }))

  it('reports money that arrived too late, in the patient’s language', () =>
    inTransaction(async (db) => {
      const { customer, session } = await begun(db)
      await db.query(`update app_public.customers set preferred_language = 'de' where id = $1`, [customer.customerId])
      await db.query(`select billing_private.end_checkout('development', $1, 'expired')`, [session])
      await settle(db, session, 10_000)
      const mails = await mailsTo(db, customer.accountId)
      expect(mails).toMatchObject([{ kind: 'credit_received', amount: '10000', language: 'de' }])
      expect((await textOf(db, mails[0]?.id)).body).toContain('100,00 EUR')
    }))

  it.each([
    ['en', '100.00 EUR', '40.00 EUR are due.'],
    ['de', '100,00 EUR', 'Zu zahlen sind 40,00 EUR.'],
  ])('has an invoice as it is when the mail is sent, in the patient’s language: %s', (language, total, due) =>
    inTransaction(async (db) => {
      const { clinicId, customer } = await aPaidPractice(db)
      await db.query('update app_public.customers set preferred_language = $2 where id = $1', [
        customer.customerId,
        language,
      ])
      await record(db, clinicId, customer.customerId)
      const id = await anInvoice(db, clinicId, customer.customerId, 10_000)
      expect(await mailsTo(db, customer.accountId)).toEqual([])
      const { number } = await billing<{ number: string }>(db, 'issue_invoice', clinicId, id)
      await billing(db, 'record_payment', clinicId, customer.customerId, 'cash', 6000, [id])
      const mails = await mailsTo(db, customer.accountId)
      expect(mails).toMatchObject([{ kind: 'invoice_issued', amount: '10000', language }])
      const { subject, body, invoice } = await textOf(db, mails[0]?.id)
      expect(subject).toContain(number)
      for (const text of [number, total, due, `https://pages.example/payments/${clinicId}/${id}`])
        expect(body).toContain(text)
      expect(invoice).toMatchObject({
        number,
        language,
        total: '10000',
        due: '4000',
        customer: { id: customer.customerId },
      })
    }),
  )

  it('goes to nobody when a visit that was not paid is cancelled', () =>
    inTransaction(async (db) => {
      const { clinicId, customer, slotId, serviceId } = await aPaidPractice(db, { rule: 'none' })
      const { id } = await db.one('select id from app_public.book_slot($1, $2, $3, service_id => $4)', [
        clinicId,
        slotId,
        customer.customerId,
        serviceId,
      ])
      await db.query('select app_public.cancel_booking($1, $2)', [clinicId, id])
      expect(await mailsTo(db, customer.accountId)).toEqual([])
    }))
})

it.each([
  [1050, 'EUR', 'en', '10.50 EUR'],
  [1050, 'EUR', 'de', '10,50 EUR'],
  [1050, 'JPY', 'en', '1050 JPY'],
  [1050, 'KWD', 'de', '1,050 KWD'],
  [5, 'EUR', 'en', '0.05 EUR'],
  ['1000000000000', 'KWD', 'en', '1000000000.000 KWD'],
])('%s minor units of %s are written in %s as %s', (amount, currency, language, text) =>
  inTransaction(async (db) => {
    expect(
      await db.one('select billing_private.format_amount($1, $2, $3) as text', [amount, currency, language]),
    ).toEqual({
      text,
    })
  }),
)
