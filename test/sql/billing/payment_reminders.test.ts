import { describe, expect, it } from '@jest/globals'
import { anInvoice, aPaidPractice, billing, invoiceOf } from '../../helpers/clinic/billing.ts'
import { type ClonedDatabase, cloneDatabase } from '../../helpers/database/cluster.ts'
import { connect } from '../../helpers/database/connection.ts'
import { type Db, expectRefusal, inTransaction } from '../../helpers/database/database.ts'

// Invoices have a day until which they are to be paid, and customers who have not paid by then are reminded once.

/** A zone in which it is another day than in UTC, at any hour. */
const otherDateZone = () => (new Date().getUTCHours() >= 10 ? 'Pacific/Kiritimati' : 'Pacific/Pago_Pago')

type Maker = Pick<Db, 'one' | 'query'>

/** A customer whose address the clinic knows, with an issued invoice of 100.00 EUR. */
async function anIssuedInvoice(db: Maker, timeZone?: string) {
  const practice = await aPaidPractice(db, {}, timeZone)
  const { clinicId, customer } = practice
  await db.query('select app_private.ensure_clinic_customer($1, c) from app_public.customers c where id = $2', [
    clinicId,
    customer.customerId,
  ])
  const invoiceId = await anInvoice(db, clinicId, customer.customerId, 10_000)
  const { number } = await billing<{ number: string }>(db, 'issue_invoice', clinicId, invoiceId)
  return { ...practice, invoiceId, number }
}

/** How many reminders are queued at noon so many days after the due date of an invoice, by the clinic's clock. */
const remind = async (db: Maker, invoiceId: string, daysAfter = 1, time = '12:00') =>
  (
    await db.one<{ queued: number }>(
      `select billing_private.queue_payment_reminders(c.id, (i.due_on + $2::int + $3::time) at time zone c.time_zone) as queued
       from billing.invoices i join app_public.clinics c on c.id = i.clinic_id where i.id = $1`,
      [invoiceId, daysAfter, time],
    )
  ).queued

const remindersOf = (db: Maker, invoiceId: string) =>
  db.query(
    `select kind, channel, state, dropped_because from app_public.notifications where invoice_id = $1 order by id`,
    [invoiceId],
  )

/** What is sent of a clinic's reminders a year from now, when all are due. */
const claimed = (db: Maker, invoiceId: string) =>
  db.query(`select kind from app_private.claim_notifications(100, now() + interval '400 days') where invoice_id = $1`, [
    invoiceId,
  ])

const message = (db: Maker, invoiceId: string) =>
  db.one<{ recipient: string; subject: string; body: string; calendar: object | null; error: string | null }>(
    `select m.* from app_public.notifications n
     cross join lateral app_private.messages_of(n.clinic_id, array[n.id], 'https://pages.example/') m
     where n.invoice_id = $1`,
    [invoiceId],
  )

describe('the due date of an invoice', () => {
  it('is set when the invoice is issued, by the clinic’s payment term and its own date, and then stays', () =>
    inTransaction(async (db) => {
      const zone = otherDateZone()
      const { clinicId, customer, invoiceId } = await anIssuedInvoice(db, zone)
      const dates = (id: string) =>
        db.one(
          `select i.due_on - (i.issued_at at time zone $2)::date as days
           from billing.invoices i where i.id = $1`,
          [id, zone],
        )
      expect(await dates(invoiceId)).toEqual({ days: 14 })
      await db.query('update app_public.policies set payment_term = 30 where clinic_id = $1', [clinicId])
      expect(await dates(invoiceId)).toEqual({ days: 14 })
      const draft = await anInvoice(db, clinicId, customer.customerId, 500)
      expect(await dates(draft)).toEqual({ days: null })
      await billing(db, 'issue_invoice', clinicId, draft)
      expect(await dates(draft)).toEqual({ days: 30 })
      await expectRefusal(
        db.query('update billing.invoices set due_on = due_on + 1 where id = $1', [invoiceId]),
        'immutable_column',
      )
    }))

  it('is in the content of the PDF, in the export of the person’s data and in that for the bookkeeper', () =>
    inTransaction(async (db) => {
      const { clinicId, customer, invoiceId } = await anIssuedInvoice(db)
      const { due, clinic_day: day } = await db.one(
        `select i.due_on::text as due, (i.issued_at at time zone c.time_zone)::date::text as clinic_day
         from billing.invoices i join app_public.clinics c on c.id = i.clinic_id where i.id = $1`,
        [invoiceId],
      )
      const { document } = await db.one('select billing.invoice_document($1, $2) as document', [clinicId, invoiceId])
      expect(document).toMatchObject({ dueOn: due })
      const { exported } = await db.one('select billing_private.export_money(array[$1::bigint]) as exported', [
        customer.customerId,
      ])
      expect(exported.invoices).toMatchObject([{ id: invoiceId, dueOn: due }])
      expect(
        await db.query(`select invoice_due_on::text as due from billing.bookkeeping($1, $2::date, $2::date)`, [
          clinicId,
          day,
        ]),
      ).toEqual([{ due }])
    }))
})

describe('a payment reminder', () => {
  it('is sent once, on the day after the due date by the clinic’s clock, also when the job runs again', () =>
    inTransaction(async (db) => {
      const { invoiceId, clinicId } = await anIssuedInvoice(db, otherDateZone())
      const isFound = async () =>
        (
          await db.query<{ clinic_id: string }>(
            `select clinic_id from billing_private.clinics_with_overdue_invoices(now() + interval '20 days')`,
          )
        ).some(({ clinic_id: found }) => found === clinicId)
      expect(await isFound()).toBe(true)
      expect(await remind(db, invoiceId, 0, '23:59')).toBe(0)
      expect(await remind(db, invoiceId, 1, '00:00')).toBe(1)
      expect(await remind(db, invoiceId, 1, '00:00')).toBe(0)
      expect(await remind(db, invoiceId, 8)).toBe(0)
      expect(await isFound()).toBe(false)
      expect(await claimed(db, invoiceId)).toEqual([{ kind: 'payment_due' }])
      expect(await remindersOf(db, invoiceId)).toEqual([
        { kind: 'payment_due', channel: 'email', state: 'pending', dropped_because: null },
      ])
      // A second one cannot be written by hand, either.
      await expectRefusal(
        db.query(
          `insert into app_public.notifications (clinic_id, invoice_id, customer_id, kind, booking_sequence, due_at)
           select clinic_id, id, customer_id, 'payment_due', 7, now() from billing.invoices where id = $1`,
          [invoiceId],
        ),
        'unique_violation',
      )
    }))

  it.each([
    ['en', '100.00 EUR', /invoice (\S+) from/, '60.00 EUR'],
    ['de', '100,00 EUR', /die Rechnung (\S+) von/, '60,00 EUR'],
  ])('says in the customer’s language what is due, and leads to the invoice: %s', (language, total, number, due) =>
    inTransaction(async (db) => {
      const { clinicId, customer, invoiceId, number: given } = await anIssuedInvoice(db)
      await db.query('update app_public.customers set preferred_language = $2 where id = $1', [
        customer.customerId,
        language,
      ])
      await billing(db, 'record_payment', clinicId, customer.customerId, 'cash', 4000, [invoiceId])
      await remind(db, invoiceId)
      const { recipient, subject, body, calendar, error } = await message(db, invoiceId)
      expect(error).toBeNull()
      expect(calendar).toBeNull()
      const { email } = await db.one('select email from app_public.customers where id = $1', [customer.customerId])
      expect(recipient).toBe(email)
      expect(subject).toContain(given)
      expect(body.match(number)?.[1]).toBe(given)
      expect(body).toContain(due)
      expect(body).not.toContain(total)
      const { date } = await db.one(
        `select (app_private.format_time(i.due_on::timestamp at time zone 'UTC', 'UTC', $2)).date
         from billing.invoices i where i.id = $1`,
        [invoiceId, language],
      )
      expect(body).toContain(date)
      expect(body).toContain(`https://pages.example/payments/${clinicId}/${invoiceId}`)
    }),
  )

  it('has the clinic’s own text, with words of the invoice, and managers see it beforehand', () =>
    inTransaction(async (db) => {
      const { clinicId, invoiceId, number, manager } = await anIssuedInvoice(db)
      const body = '{{customer}}: {{invoice}}, {{due}} of {{total}}, {{due_date}}{{when}}'
      await db.as(manager.claims, async () => {
        await expectRefusal(
          db.query(
            `insert into app_public.notification_texts (clinic_id, kind, channel, language, subject, body)
             values ($1, 'payment_due', 'email', 'en', 'Pay', '{{invoices}}')`,
            [clinicId],
          ),
          'text_not_understood',
        )
        await db.query(
          `insert into app_public.notification_texts (clinic_id, kind, channel, language, subject, body)
           values ($1, 'payment_due', 'email', 'en', 'Pay {{invoice}}', $2)`,
          [clinicId, body],
        )
        const preview = await db.one(
          `select * from app_public.preview_notification($1, 'payment_due', 'email', 'en')`,
          [clinicId],
        )
        expect(preview.subject).toMatch(/^Pay \d{4}-00012$/)
        expect(preview.body).toMatch(/^Ann Example: \d{4}-00012, 120.00 EUR of 120.00 EUR, \w+day, \d+ \w+ \d{4}/)
      })
      await remind(db, invoiceId)
      const sent = await message(db, invoiceId)
      expect(sent.subject).toBe(`Pay ${number}`)
      expect(sent.body).toMatch(new RegExp(`: ${number}, 100.00 EUR of 100.00 EUR, \\w+day, \\d+ \\w+ \\d{4}$`))
    }))

  it.each([
    [
      'paid',
      (db: Db, clinic: string, customer: string, invoice: string) =>
        billing(db, 'record_payment', clinic, customer, 'cash', 10_000, [invoice]),
    ],
    [
      'made void',
      (db: Db, clinic: string, _customer: string, invoice: string) =>
        billing(db, 'void_invoice', clinic, invoice, 'A mistake'),
    ],
    [
      'paid from credit',
      async (db: Db, clinic: string, customer: string, invoice: string) => {
        await billing(db, 'grant_goodwill', clinic, customer, 10_000, 'Sorry')
        await billing(db, 'spend_credit', clinic, invoice)
      },
    ],
  ] as const)('is neither queued nor sent when the invoice is %s', (_how, end) =>
    inTransaction(async (db) => {
      const { clinicId, customer, invoiceId } = await anIssuedInvoice(db)
      await db.undone(async () => {
        await end(db, clinicId, customer.customerId, invoiceId)
        expect(await remind(db, invoiceId)).toBe(0)
      })
      expect(await remind(db, invoiceId)).toBe(1)
      await end(db, clinicId, customer.customerId, invoiceId)
      expect(await claimed(db, invoiceId)).toEqual([])
      expect(await remindersOf(db, invoiceId)).toMatchObject([{ state: 'dropped', dropped_because: 'nothing_due' }])
    }),
  )

  it.each(['customers', 'clinic_customers'])('is neither queued nor sent after an opt-out in %s', (table) =>
    inTransaction(async (db) => {
      const { customer, invoiceId } = await anIssuedInvoice(db)
      const optOut = () =>
        db.query(
          `update app_public.${table} set wants_reminders = false where ${table === 'customers' ? 'id' : 'customer_id'} = $1`,
          [customer.customerId],
        )
      await db.undone(async () => {
        await optOut()
        expect(await remind(db, invoiceId)).toBe(0)
      })
      expect(await remind(db, invoiceId)).toBe(1)
      await optOut()
      expect(await claimed(db, invoiceId)).toEqual([])
      expect(await remindersOf(db, invoiceId)).toMatchObject([{ state: 'dropped', dropped_because: 'opted_out' }])
    }),
  )

  it('is removed when the person is erased, and none is queued afterwards', () =>
    inTransaction(async (db) => {
      const { customer, invoiceId } = await anIssuedInvoice(db)
      expect(await remind(db, invoiceId)).toBe(1)
      await db.query('select app_public.erase_customer($1)', [customer.customerId])
      expect(await remindersOf(db, invoiceId)).toEqual([])
      expect(await remind(db, invoiceId, 2)).toBe(0)
    }))

  it('is not sent by a clinic that switches this kind off, nor of old debts when it switches it on', () =>
    inTransaction(async (db) => {
      const { clinicId, invoiceId } = await anIssuedInvoice(db)
      await db.query(`delete from app_public.notification_rules where clinic_id = $1 and kind = 'payment_due'`, [
        clinicId,
      ])
      expect(await remind(db, invoiceId)).toBe(0)
      await db.query(`insert into app_public.notification_rules values ($1, 'payment_due', 'email')`, [clinicId])
      expect(await remind(db, invoiceId, 31)).toBe(0)
      expect(await remind(db, invoiceId, 30)).toBe(1)
    }))

  it('waits for the end of the quiet hours', () =>
    inTransaction(async (db) => {
      const { clinicId, invoiceId } = await anIssuedInvoice(db, 'Asia/Dubai')
      await remind(db, invoiceId)
      await db.query(
        `update app_public.policies set quiet_from = '21:00', quiet_until = '07:00' where clinic_id = $1`,
        [clinicId],
      )
      const at = (time: string) =>
        db.query(
          `select n.kind from billing.invoices i
           cross join lateral app_private.claim_notifications(100, (i.due_on + 1 + $2::time) at time zone 'Asia/Dubai') n
           where i.id = $1 and n.invoice_id = i.id`,
          [invoiceId, time],
        )
      expect(await at('22:00')).toEqual([])
      expect(await at('22:05')).toEqual([])
      expect(await remindersOf(db, invoiceId)).toMatchObject([{ state: 'pending' }])
    }))

  it('is shown to the desk as not delivered when the clinic knows no address', () =>
    inTransaction(async (db) => {
      const { clinicId, customer, invoiceId, receptionist } = await anIssuedInvoice(db)
      await db.query('update app_public.clinic_customers set email = null where customer_id = $1', [
        customer.customerId,
      ])
      expect(await remind(db, invoiceId)).toBe(1)
      await db.as(receptionist.claims, async () =>
        expect(
          await db.query(
            'select kind, state, has_address, invoice_id from app_public.late_notifications where clinic_id = $1',
            [clinicId],
          ),
        ).toEqual([{ kind: 'payment_due', state: 'dead', has_address: false, invoice_id: invoiceId }]),
      )
    }))
})

it('two workers that run the job at the same time write one reminder', async () => {
  const database: ClonedDatabase = await cloneDatabase()
  const sessions = await Promise.all([connect(database.url), connect(database.url)])
  try {
    const [one, two] = sessions
    const { invoiceId } = await anIssuedInvoice(one)
    expect((await invoiceOf(one, invoiceId)).state).toBe('open')
    await one.query('begin')
    expect(await remind(one, invoiceId)).toBe(1)
    const second = remind(two, invoiceId)
    await one.query('commit')
    expect(await second).toBe(0)
    expect(await remindersOf(one, invoiceId)).toHaveLength(1)
  } finally {
    for (const session of sessions) await session.close()
    await database.drop()
  }
})
