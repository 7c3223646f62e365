import { createHmac } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import ICAL from 'ical.js'
import nodeIcal from 'node-ical'
import type { Pool } from 'pg'
import { taskList } from '../../src/worker/task_list.ts'
import { closeTransports, createTransports, type Transports } from '../../src/worker/transports/index.ts'
import { DeliveryError } from '../../src/worker/transports/message.ts'
import { webhookTransport } from '../../src/worker/transports/webhook.ts'
import { book, cancel, reschedule, withdraw } from '../helpers/clinic/operations.ts'
import { aCustomer, aPractice, aSlot } from '../helpers/clinic/world.ts'
import type { ClonedDatabase } from '../helpers/database/cluster.ts'
import { ownPool } from '../helpers/database/own_pool.ts'
import { partOf } from '../helpers/external/mail.ts'
import { httpPeer, silentPeer, smtpPeer, twilioRefuses, twilioTakes } from '../helpers/external/peers.ts'
import { work } from '../helpers/programs/work.ts'
import { eventually } from '../helpers/time/eventually.ts'

// Messages over the network, to servers that behave like real ones, including failures.

let database: ClonedDatabase
let pool: Pool
let db: Parameters<typeof aPractice>[0]
let smtp: Awaited<ReturnType<typeof smtpPeer>>
let twilio: Awaited<ReturnType<typeof httpPeer>>
let hook: Awaited<ReturnType<typeof httpPeer>>
let transports: Transports

beforeAll(async () => {
  ;({ database, pool, db } = await ownPool(15))
  ;[smtp, twilio, hook] = await Promise.all([smtpPeer(), httpPeer(), httpPeer()])
  transports = createTransports(
    {
      production: false,
      mail: { smtpUrl: smtp.url, from: 'appointments@medislot.example' },
      twilio: { accountSid: 'AC1', authToken: 'token', from: '+15005550006', apiUrl: twilio.url },
    },
    arePublic,
  )
})

afterAll(async () => {
  closeTransports(transports)
  await pool.end()
  await Promise.all([smtp.close(), twilio.close(), hook.close(), database.drop()])
})

beforeEach(async () => {
  smtp.answer = () => 'accept'
  twilio.answer = () => twilioTakes('SM1')
  hook.answer = () => [200, {}]
  for (const list of [smtp.mails, twilio.requests, hook.requests]) list.length = 0
  await pool.query(`update app_public.notifications set state = 'dropped' where state = 'pending'`)
})

/** Checks addresses of webhooks as the worker does. */
async function arePublic(addresses: string[]): Promise<boolean> {
  const { are } = await db.one<{ are: boolean }>(
    'select bool_and(app_private.is_public_address(address)) as are from unnest($1::inet[]) address',
    [addresses],
  )
  return are
}

/** Sends due messages, as a worker does, until none is left. */
async function send(...tasks: string[]): Promise<void> {
  for (const task of tasks.length > 0 ? tasks : ['send_notifications', 'send_webhooks'])
    expect(await work(pool, taskList(transports, 'https://book.test'), task)).toEqual([])
  if (tasks.length > 0) return
  // Those that failed have a lane of their own.
  expect(await work(pool, taskList(transports, 'https://book.test'), 'send_webhooks', { lane: 'failing' })).toEqual([])
}

/** Moves messages into the past by the time until their next attempt. */
async function later(): Promise<void> {
  await pool.query(`update app_public.notifications set retry_at = now() where state = 'pending' and attempts > 0`)
  await pool.query('update app_private.webhook_health set retry_at = now() where retry_at is not null')
}

/** The installation's id, by which other systems know it. */
const installationId = async () => (await db.one<{ id: string }>('select app_private.installation_id() as id')).id

const confirmation = (bookingId: string, channel = 'email') =>
  db.one<{
    id: string
    state: string
    attempts: number
    last_error: string | null
    clinic_id: string
    dropped_because: string | null
  }>(`select * from app_public.notifications where booking_id = $1 and kind = 'booking_confirmed' and channel = $2`, [
    bookingId,
    channel,
  ])

async function aBooking(change = '') {
  const practice = await aPractice(db)
  if (change) await db.query(change, [practice.clinicId])
  const booking = await book(db, practice.clinicId, practice.slotId, { customerId: practice.customer.customerId })
  return { ...practice, booking }
}

/** The value of a header, unfolded. */
const header = (raw: string, name: string) =>
  new RegExp(`^${name}:(.*(?:\\r\\n[ \\t].*)*)`, 'im')
    .exec(raw)?.[1]
    ?.replace(/\r\n[ \t]/g, ' ')
    .trim()

/** iCalendar knows no fractions of a second; only slots of tests have them. */
const seconds = (instant: Date) => Math.floor(instant.getTime() / 1000) * 1000

/** The contents of an .ics file, as two independent libraries read it. */
function readBack(text: string) {
  const calendar = new ICAL.Component(ICAL.parse(text))
  const event = new ICAL.Event(calendar.getFirstSubcomponent('vevent') as ICAL.Component)
  const other = Object.values(nodeIcal.sync.parseICS(text)).find((each) => each?.type === 'VEVENT') as nodeIcal.VEvent
  const ours = {
    method: calendar.getFirstPropertyValue('method'),
    uid: event.uid,
    sequence: Number(event.sequence),
    start: event.startDate.toJSDate().getTime(),
    end: event.endDate.toJSDate().getTime(),
    summary: event.summary,
    status: event.component.getFirstPropertyValue('status'),
  }
  expect({
    method: other.method,
    uid: other.uid,
    sequence: Number(other.sequence),
    start: other.start.getTime(),
    end: other.end?.getTime(),
    summary: other.summary,
    status: other.status,
  }).toEqual(ours)
  return ours
}

describe('a link to choose a new password', () => {
  const ask = async () => {
    const email = `ann-${Date.now()}@test.example`
    await db.query(`select app_public.register_customer($1, 'a fine long password', 'Ann')`, [email])
    await send('send_account_messages')
    smtp.mails.length = 0
    await db.query('select app_public.request_password_reset($1)', [email])
    return email
  }
  const tokenIn = ({ raw }: { raw: string }) => /#token=3D([\w-]+)|#token=([\w-]+)/.exec(raw.replace(/=\r\n/g, ''))

  it('comes by mail to the one who asked, and works', async () => {
    const email = await ask()
    await send('send_account_messages')
    expect(smtp.mails.map(({ to }) => to)).toEqual([[email]])
    const [mail] = smtp.mails
    expect(header(mail?.raw ?? '', 'From')).toBe('medislot <appointments@medislot.example>')
    expect(mail?.raw).toContain('https://book.test/reset-password#')
    const found = mail && tokenIn(mail)
    expect(
      await db.one(`select app_public.reset_password($1, 'another fine password') as done`, [found?.[1] ?? found?.[2]]),
    ).toEqual({ done: true })
  })

  it('comes later when the mail server refuses it temporarily, and not twice', async () => {
    const email = await ask()
    smtp.answer = () => ({ code: 451, text: 'greylisted' })
    await send('send_account_messages')
    expect(smtp.mails).toEqual([])
    smtp.answer = () => 'accept'
    await db.query('update app_private.account_messages set send_after = now() where address = $1', [email])
    await send('send_account_messages')
    await send('send_account_messages')
    expect(smtp.mails.map(({ to }) => to)).toEqual([[email]])
    expect(
      await db.one(
        `select state, attempts, last_error from app_private.account_messages where address = $1 and kind = 'password_reset'`,
        [email],
      ),
    ).toEqual({ state: 'sent', attempts: 2, last_error: null })
  })
})

describe('e-mail', () => {
  it.each(['mueller,hans@x.example', 'a;b@x.example', 'team:hans@x.example', 'Hans <hans@x.example>'])(
    'is sent to the stored mailbox, never to one that a library parses out of it: %s',
    async (recipient) => {
      const message = { channel: 'email', subject: 's', body: 'b', idempotencyKey: 'k', senderName: 'Praxis' }
      const more = { replyTo: 'desk,eve@praxis.example', calendar: null, secret: null }
      // A server may refuse such an address; no other address is tried.
      await transports.email?.send({ ...message, ...more, recipient }).catch(() => undefined)
      // An address with quotes around its local part is the same mailbox.
      const reached = smtp.mails.flatMap(({ to }) => to.map((address) => address.replaceAll('"', '')))
      expect(reached.filter((to) => to !== recipient)).toEqual([])
      for (const { raw } of smtp.mails) expect(header(raw, 'Reply-To')).not.toMatch(/(^|[\s<,])eve@/)
    },
  )

  it('arrives, from the clinic, with a calendar entry that follows the booking', async () => {
    const { clinicId, doctorId, booking, customer } = await aBooking(
      `with c as (update app_public.clinics set name = 'Praxis "Am Ufer" Dr. Ü', email = 'desk@praxis.example' where id = $1)
       update app_public.policies set language = 'de' where clinic_id = $1`,
    )
    await send()
    const { email } = await db.one<{ email: string }>('select email from app_public.customers where id = $1', [
      customer.customerId,
    ])
    expect(smtp.mails.map(({ to }) => to)).toEqual([[email]])
    const raw = smtp.mails[0]?.raw ?? ''
    const { id } = await confirmation(booking.id)
    expect(header(raw, 'Message-ID')).toBe(`<medislot-${await installationId()}-${clinicId}-${id}-1@medislot.example>`)
    expect(header(raw, 'Reply-To')).toMatch(/^\S.* <desk@praxis.example>$/)
    expect(header(raw, 'From')).toContain('<appointments@medislot.example>')
    const first = readBack(partOf(raw, 'text/calendar'))
    expect(first).toMatchObject({
      method: 'REQUEST',
      uid: `booking-${clinicId}-${booking.id}@${await installationId()}.medislot`,
      sequence: 0,
      status: 'CONFIRMED',
      start: seconds(booking.starts_at),
      end: seconds(booking.ends_at),
    })
    expect(first.summary).toContain('Praxis "Am Ufer" Dr. Ü')

    const moved = await reschedule(db, clinicId, booking.id, await aSlot(db, clinicId, doctorId, 72))
    await send()
    const second = readBack(partOf(smtp.mails[1]?.raw ?? '', 'text/calendar'))
    expect(second).toMatchObject({ method: 'REQUEST', uid: first.uid, sequence: 1, start: seconds(moved.starts_at) })

    await cancel(db, clinicId, booking.id)
    await send()
    const third = readBack(partOf(smtp.mails[2]?.raw ?? '', 'text/calendar'))
    expect(third).toMatchObject({ method: 'CANCEL', uid: first.uid, sequence: 2, status: 'CANCELLED' })
    // The API tells the same number to those who write calendar files themselves.
    expect(await db.one('select sequence from app_public.bookings where id = $1', [booking.id])).toEqual({
      sequence: 2,
    })
  })

  it('is refused temporarily by 4xx, and sent with the same id later', async () => {
    const { booking } = await aBooking()
    smtp.answer = () => ({ code: 451, text: 'greylisted' })
    await send()
    expect(await confirmation(booking.id)).toMatchObject({
      state: 'pending',
      attempts: 1,
      last_error: expect.stringContaining('greylisted'),
    })
    smtp.answer = () => 'accept'
    await later()
    await send()
    expect(await confirmation(booking.id)).toMatchObject({ state: 'sent', attempts: 2, last_error: null })
    expect(smtp.mails).toHaveLength(1)
  })

  it('is dead at once by 5xx, the others go on, and the desk sends it again', async () => {
    const refused = await aBooking()
    const fine = await aBooking()
    const { email } = await db.one<{ email: string }>('select email from app_public.customers where id = $1', [
      refused.customer.customerId,
    ])
    smtp.answer = (to) => (to === email ? { code: 550, text: 'no such mailbox' } : 'accept')
    await send()
    const dead = await confirmation(refused.booking.id)
    expect(dead).toMatchObject({ state: 'dead', attempts: 1, last_error: expect.stringContaining('no such mailbox') })
    expect(await confirmation(fine.booking.id)).toMatchObject({ state: 'sent' })
    expect(
      await db.query('select id, state from app_public.late_notifications where clinic_id = $1', [refused.clinicId]),
    ).toEqual([{ id: dead.id, state: 'dead' }])

    smtp.answer = () => 'accept'
    await db.query('select app_public.send_again($1, $2)', [refused.clinicId, dead.id])
    await send()
    expect(await confirmation(refused.booking.id)).toMatchObject({ state: 'sent', attempts: 1 })
    // Receivers that compare ids take it for another message.
    expect(header(smtp.mails.at(-1)?.raw ?? '', 'Message-ID')).toContain(`-${dead.id}-2@`)
  })

  it('whose answer is lost is sent twice with the same id, and never lost', async () => {
    const { booking } = await aBooking()
    smtp.answer = () => 'drop'
    await send()
    expect(await confirmation(booking.id)).toMatchObject({ state: 'pending', attempts: 1 })
    smtp.answer = () => 'accept'
    await later()
    await send()
    expect(await confirmation(booking.id)).toMatchObject({ state: 'sent' })
    expect(new Set(smtp.mails.map(({ raw }) => header(raw, 'Message-ID'))).size).toBe(1)
    expect(smtp.mails).toHaveLength(2)
  })

  it('from a clinic whose name looks like a header has no additional header', async () => {
    const { booking } = await aBooking(
      `update app_public.clinics set name = 'Evil "Bcc: all@test.example"' where id = $1`,
    )
    await send()
    expect(await confirmation(booking.id)).toMatchObject({ state: 'sent' })
    expect(header(smtp.mails[0]?.raw.split('\r\n\r\n')[0] ?? '', 'Bcc')).toBeUndefined()
    expect(smtp.mails[0]?.to).toHaveLength(1)
  })
})

describe('a batch', () => {
  /** A clinic's bookings by so many customers, whose confirmations are due. */
  async function aBatch(size: number) {
    const { clinicId, doctorId } = await aPractice(db)
    const patients: { id: string; customerId: string; email: string }[] = []
    for (let i = 0; i < size; i++) {
      const { customerId } = await aCustomer(db)
      const { id } = await book(db, clinicId, await aSlot(db, clinicId, doctorId, 50 + i), { customerId })
      const { email } = await db.one<{ email: string }>('select email from app_public.customers where id = $1', [
        customerId,
      ])
      patients.push({ id, customerId, email })
    }
    type Patient = (typeof patients)[number]
    return { clinicId, patients: patients as [Patient, Patient, Patient] }
  }
  const attemptsAt = (bookingId: string) =>
    db.query(
      `select da.attempt, da.outcome, da.error_code from app_private.delivery_attempts da
       join app_public.notifications n on n.clinic_id = da.clinic_id and n.id = da.notification_id
       where n.booking_id = $1 and n.kind = 'booking_confirmed' order by da.attempt`,
      [bookingId],
    )

  it('is sent, except a message without a text and one without an address, each of which has its own error', async () => {
    const { clinicId, patients } = await aBatch(3)
    const [fine, wordless, nowhere] = patients
    await db.query(`update app_public.customers set preferred_language = 'de' where id = $1`, [wordless.customerId])
    await db.query('update app_public.clinic_customers set email = null where clinic_id = $1 and customer_id = $2', [
      clinicId,
      nowhere.customerId,
    ])
    const [text] = await db.query<{ row: string }>(
      `with gone as (
         delete from app_public.default_notification_texts t
         where kind = 'booking_confirmed' and channel = 'email' and language = 'de' returning t)
       select t::text as row from gone`,
    )
    await send()
    expect(smtp.mails.map(({ to }) => to)).toEqual([[fine.email]])
    expect(await confirmation(fine.id)).toMatchObject({ state: 'sent', attempts: 1, last_error: null })
    for (const [{ id }, state, code, error] of [
      [wordless, 'pending', null, 'there is no text for booking_confirmed by email in de'],
      // Another attempt would not find an address, so the desk sees it at once.
      [nowhere, 'dead', 'no_address', 'the clinic knows no address for email'],
    ] as const) {
      expect(await confirmation(id)).toMatchObject({ state, attempts: 1, last_error: error })
      expect(await attemptsAt(id)).toEqual([{ attempt: 1, outcome: 'failed', error_code: code }])
    }

    await db.query(
      'insert into app_public.default_notification_texts select ($1::app_public.default_notification_texts).*',
      [text?.row],
    )
    await db.query(`update app_public.clinic_customers set email = 'found@test.example' where customer_id = $1`, [
      nowhere.customerId,
    ])
    await db.query(
      `select app_public.send_again(clinic_id, id) from app_public.notifications where booking_id = $1 and state = 'dead'`,
      [nowhere.id],
    )
    await later()
    await send()
    expect(smtp.mails.map(({ to }) => to[0]).sort()).toEqual([fine.email, wordless.email, 'found@test.example'].sort())
    expect(await confirmation(wordless.id)).toMatchObject({ state: 'sent', attempts: 2, last_error: null })
    expect(await attemptsAt(wordless.id)).toEqual([
      { attempt: 1, outcome: 'failed', error_code: null },
      { attempt: 2, outcome: 'sent', error_code: null },
    ])
    // When it is sent again, it is another message with its own attempts.
    expect(await confirmation(nowhere.id)).toMatchObject({ state: 'sent', attempts: 1, last_error: null })
  })

  it('is recorded as each of its messages ends, even while a slow recipient keeps the others waiting', async () => {
    const [slow, refused, fine] = (await aBatch(3)).patients
    const { promise: answered, resolve: answer } = Promise.withResolvers<void>()
    smtp.answer = async (to) => {
      if (to === slow.email) await answered
      return to === refused.email ? { code: 550, text: 'no such mailbox' } : 'accept'
    }
    const sending = send()
    try {
      await eventually(async () => (await confirmation(fine.id)).state === 'sent', 'one that was sent')
      await eventually(async () => (await confirmation(refused.id)).state === 'dead', 'one that was refused')
      expect(await confirmation(slow.id)).toMatchObject({ state: 'pending', attempts: 1 })
      expect(await attemptsAt(slow.id)).toEqual([{ attempt: 1, outcome: null, error_code: null }])
    } finally {
      answer()
      await sending
    }
    expect(await confirmation(slow.id)).toMatchObject({ state: 'sent', attempts: 1 })
  })

  it('is recorded without waiting for one that another transaction has locked, which is recorded when that ends', async () => {
    const [locked, ...others] = (await aBatch(3)).patients
    const { id } = await confirmation(locked.id)
    const other = await pool.connect()
    const sent: string[] = []
    const { promise: answered, resolve: answer } = Promise.withResolvers<void>()
    const together: Transports = {
      email: {
        async send({ recipient }) {
          sent.push(recipient)
          if (sent.length === 3) {
            await other.query('begin')
            await other.query('select from app_public.notifications where id = $1 for no key update', [id])
            answer()
          }
          await answered
          return undefined
        },
      },
    }
    const working = work(pool, taskList(together, 'https://book.test'), 'send_notifications')
    try {
      for (const each of others)
        await eventually(async () => (await confirmation(each.id)).state === 'sent', 'one that is not locked')
      expect(await confirmation(locked.id)).toMatchObject({ state: 'pending', attempts: 1 })
    } finally {
      await other.query('commit')
      other.release()
    }
    expect(await working).toEqual([])
    expect(await confirmation(locked.id)).toMatchObject({ state: 'sent', attempts: 1 })
  })

  it('that becomes due while others are sent is sent by the next run', async () => {
    const [waiting, ...others] = (await aBatch(3)).patients
    const { id } = await confirmation(waiting.id)
    const dueAt = (time: string) => db.query(`update app_public.notifications set due_at = ${time} where id = $1`, [id])
    await dueAt(`now() + interval '1 hour'`)
    const transports: Transports = {
      email: {
        async send() {
          await dueAt('clock_timestamp()')
          return undefined
        },
      },
    }
    const run = () => work(pool, taskList(transports, 'https://book.test'), 'send_notifications')
    expect(await run()).toEqual([])
    for (const each of others) expect(await confirmation(each.id)).toMatchObject({ state: 'sent' })
    expect(await confirmation(waiting.id)).toMatchObject({ state: 'pending', attempts: 0 })
    expect(await run()).toEqual([])
    expect(await confirmation(waiting.id)).toMatchObject({ state: 'sent', attempts: 1 })
  })

  it('is recorded with any bytes that the other side sends', async () => {
    const [one, two] = (await aBatch(3)).patients
    const spiteful: Transports = {
      email: {
        async send({ recipient }) {
          if (recipient === one.email) throw new DeliveryError('no\0 \ud800mailbox', 550)
          return recipient === two.email ? 'id\0 \udfff' : undefined
        },
      },
    }
    expect(await work(pool, taskList(spiteful, 'https://book.test'), 'send_notifications')).toEqual([])
    expect(await confirmation(one.id)).toMatchObject({ state: 'dead', last_error: 'no \ufffdmailbox' })
    expect(await confirmation(two.id)).toMatchObject({ state: 'sent' })
  })

  it('is recorded, except an outcome that cannot be stored, whose attempt stays without one', async () => {
    const [stuck, ...others] = (await aBatch(3)).patients
    const { id } = await confirmation(stuck.id)
    await db.query(
      `create function app_private.refuse_for_test() returns trigger language plpgsql as $$ begin raise exception 'stuck'; end $$;
       create trigger refuse_for_test before update of state on app_public.notifications for each row
         when (OLD.id = ${Number(id)}) execute function app_private.refuse_for_test()`,
    )
    try {
      const failures = await work(pool, taskList(transports, 'https://book.test'), 'send_notifications')
      expect(failures).toEqual(['send_notifications: stuck'])
    } finally {
      await db.query('drop function app_private.refuse_for_test cascade')
    }
    expect(await confirmation(stuck.id)).toMatchObject({ state: 'pending', attempts: 1, last_error: null })
    expect(await attemptsAt(stuck.id)).toEqual([{ attempt: 1, outcome: null, error_code: null }])
    for (const { id } of others) expect(await confirmation(id)).toMatchObject({ state: 'sent', attempts: 1 })
    // No outcome was recorded, so it is sent again with the same id.
    await later()
    await send()
    expect(await confirmation(stuck.id)).toMatchObject({ state: 'sent', attempts: 2 })
    const ids = smtp.mails.filter(({ to }) => to[0] === stuck.email).map(({ raw }) => header(raw, 'Message-ID'))
    expect(ids).toHaveLength(2)
    expect(new Set(ids).size).toBe(1)
  })
})

describe('SMS', () => {
  const bySms = `with rules as (delete from app_public.notification_rules where clinic_id = $1 and kind = 'booking_confirmed')
    insert into app_public.notification_rules values ($1, 'booking_confirmed', 'sms')`
  const aTextedBooking = async () => {
    const practice = await aPractice(db)
    await db.query(bySms, [practice.clinicId]).catch(async () => {
      await db.query(`insert into app_public.notification_rules values ($1, 'booking_confirmed', 'sms')`, [
        practice.clinicId,
      ])
    })
    await db.query(`update app_public.customers set phone = '0151 23456789', preferred_channel = 'sms' where id = $1`, [
      practice.customer.customerId,
    ])
    const booking = await book(db, practice.clinicId, practice.slotId, { customerId: practice.customer.customerId })
    return { ...practice, booking }
  }

  it('goes to Twilio with the key of its notification', async () => {
    const { clinicId, booking } = await aTextedBooking()
    await send()
    const sms = await confirmation(booking.id, 'sms')
    expect(sms).toMatchObject({ state: 'sent' })
    const [request] = twilio.requests
    expect(request?.path).toBe('/2010-04-01/Accounts/AC1/Messages.json')
    expect(request?.headers).toMatchObject({
      authorization: `Basic ${Buffer.from('AC1:token').toString('base64')}`,
      'i-twilio-idempotency-token': `${await installationId()}-${clinicId}-${sms.id}-1`,
    })
    const form = new URLSearchParams(request?.body)
    expect([form.get('To'), form.get('From')]).toEqual(['+4915123456789', '+15005550006'])
    expect(form.get('Body')).toContain(`Booking ${booking.id}`)
    const attempt = await db.one(
      'select outcome, provider_reference from app_private.delivery_attempts where notification_id = $1',
      [sms.id],
    )
    expect(attempt).toEqual({ outcome: 'sent', provider_reference: 'SM1' })
  })

  it('is tried again when Twilio limits the rate or closes the connection, and given up when the number is not valid', async () => {
    const { booking } = await aTextedBooking()
    const state = async () => (await confirmation(booking.id, 'sms')).state
    for (const answer of [
      twilioRefuses(429, 20429, 'Too Many Requests'),
      twilioRefuses(503, 20500, 'Service unavailable'),
      'drop',
    ] as const) {
      twilio.answer = () => answer
      await send()
      expect(await state()).toBe('pending')
      await later()
    }
    twilio.answer = () => twilioRefuses(400, 21211, "Invalid 'To' Phone Number")
    await send()
    expect(await confirmation(booking.id, 'sms')).toMatchObject({
      state: 'dead',
      attempts: 4,
      last_error: expect.stringContaining("Invalid 'To'"),
    })
  })
})

describe('a webhook', () => {
  it('is signed, names ids only, and is tried again until it is taken', async () => {
    const practice = await aPractice(db)
    const { clinicId, slotId, customer } = practice
    const { id, secret } = await db.one<{ id: string; secret: string }>(
      'select * from app_public.create_webhook_endpoint($1, $2)',
      [clinicId, `${hook.url}/bookings?clinic=1`],
    )
    const booking = await book(db, clinicId, slotId, { customerId: customer.customerId })
    const answers = [[500, {}], 'drop', [302, {}, { location: `${hook.url}/elsewhere` }], [200, {}]] as ReturnType<
      typeof hook.answer
    >[]
    hook.answer = () => answers.shift() ?? [200, {}]
    for (let i = 0; i < 4; i++) {
      await send()
      await later()
    }
    const row = await confirmation(booking.id, 'webhook')
    expect(row).toMatchObject({ state: 'sent', attempts: 4 })
    expect(hook.requests).toHaveLength(4)
    const key = `${await installationId()}-${clinicId}-${row.id}-1`
    for (const { path, headers, body } of hook.requests) {
      expect(path).toBe('/bookings?clinic=1')
      expect(headers['idempotency-key']).toBe(key)
      const [, seconds, hex] = /^t=(\d+),v1=([0-9a-f]{64})$/.exec(headers['medislot-signature'] as string) ?? []
      expect(Math.abs(Number(seconds) - Date.now() / 1000)).toBeLessThan(60)
      expect(createHmac('sha256', secret).update(`${seconds}.${body}`).digest('hex')).toBe(hex)
      expect(JSON.parse(body)).toMatchObject({
        id: key,
        type: 'booking_confirmed',
        booking: { id: booking.id, clinicId, status: 'booked' },
      })
      expect(body).not.toMatch(/Customer|@/)
    }
    // No role of a request can read the secret.
    expect(await db.query('select from app_private.webhook_secrets where endpoint_id = $1', [id])).toHaveLength(1)
  })

  it('posts the same bytes at each attempt, even if the booking has changed', async () => {
    const { clinicId, doctorId, slotId, customer } = await aPractice(db)
    await db.query('select app_public.create_webhook_endpoint($1, $2)', [clinicId, hook.url])
    const booking = await book(db, clinicId, slotId, { customerId: customer.customerId })
    hook.answer = () => [500, {}]
    await send()
    await reschedule(db, clinicId, booking.id, await aSlot(db, clinicId, doctorId, 72))
    await later()
    hook.answer = () => [200, {}]
    await send()
    await later()
    await send()
    const key = `${await installationId()}-${clinicId}-${(await confirmation(booking.id, 'webhook')).id}-1`
    const posted = hook.requests.filter(({ headers }) => headers['idempotency-key'] === key)
    expect(posted).toHaveLength(2)
    expect(posted[1]?.body).toBe(posted[0]?.body)
    expect(JSON.parse(posted[0]?.body ?? '')).toMatchObject({ booking: { sequence: 0, bookingSlotId: slotId } })
    // Sent again by hand, it is another message, with the current state of the booking.
    const { id } = await confirmation(booking.id, 'webhook')
    await db.query('select app_public.send_again($1, $2)', [clinicId, id])
    await send()
    expect(JSON.parse(hook.requests.at(-1)?.body ?? '')).toMatchObject({
      id: key.replace(/1$/, '2'),
      booking: { sequence: 1 },
    })
    expect(await db.query('select from app_private.webhook_bodies where clinic_id = $1', [clinicId])).toEqual([])
  })

  it('that is gone (410) is not tried again: its endpoint is switched off and the managers get an e-mail', async () => {
    const { clinicId, doctorId, slotId, customer, manager } = await aPractice(db)
    const { id } = await db.one<{ id: string }>('select * from app_public.create_webhook_endpoint($1, $2)', [
      clinicId,
      hook.url,
    ])
    hook.answer = () => [410, {}]
    const booking = await book(db, clinicId, slotId, { customerId: customer.customerId })
    await send('send_webhooks')
    expect(await confirmation(booking.id, 'webhook')).toMatchObject({ state: 'dead', attempts: 1 })
    const endpoint = () =>
      db.one('select is_active, disabled_because from app_public.webhook_endpoints where id = $1', [id])
    expect(await endpoint()).toEqual({ is_active: false, disabled_because: 'gone' })
    await cancel(db, clinicId, booking.id)
    await book(db, clinicId, await aSlot(db, clinicId, doctorId, 60), { customerId: customer.customerId })
    await send()
    expect(hook.requests).toHaveLength(1)

    smtp.mails.length = 0
    await send('send_manager_messages')
    const { email } = await db.one<{ email: string }>(
      `select a.email from app_private.accounts a where a.id = ${manager.accountId}`,
    )
    expect(smtp.mails.map(({ to }) => to)).toEqual([[email]])
    const text = smtp.mails[0]?.raw.replace(/=\r\n/g, '') ?? ''
    expect(text).toContain(hook.url)
    expect(text).toContain('410')
    await send('send_manager_messages')
    expect(smtp.mails).toHaveLength(1)

    // After it is repaired and switched on again it works, and earlier failures do not delay it.
    await db.query('update app_public.webhook_endpoints set is_active = true where id = $1', [id])
    expect(await endpoint()).toEqual({ is_active: true, disabled_because: null })
    hook.answer = () => [200, {}]
    await book(db, clinicId, await aSlot(db, clinicId, doctorId, 64), { customerId: customer.customerId })
    await send()
    expect(hook.requests).toHaveLength(2)
  })

  it('that is switched off gets no pending messages', async () => {
    const { clinicId, slotId, customer } = await aPractice(db)
    await db.query('select app_public.create_webhook_endpoint($1, $2)', [clinicId, hook.url])
    const booking = await book(db, clinicId, slotId, { customerId: customer.customerId })
    await db.query('update app_public.webhook_endpoints set is_active = false where clinic_id = $1', [clinicId])
    await send()
    expect(hook.requests).toEqual([])
    expect(await confirmation(booking.id, 'webhook')).toMatchObject({
      state: 'dropped',
      dropped_because: 'endpoint_inactive',
    })
  })

  it('that never answers does not hold up those of another clinic', async () => {
    const silent = await silentPeer()
    const { clinicId, doctorId } = await aPractice(db)
    await db.query('select app_public.create_webhook_endpoint($1, $2)', [clinicId, silent.url])
    for (let i = 0; i < 12; i++) {
      const { customerId } = await aCustomer(db)
      await book(db, clinicId, await aSlot(db, clinicId, doctorId, 50 + i), { customerId })
    }
    const elsewhere = await aPractice(db)
    await db.query('select app_public.create_webhook_endpoint($1, $2)', [elsewhere.clinicId, hook.url])
    const attempts = () =>
      db.query(
        `select da.ended_at from app_private.delivery_attempts da where da.clinic_id = $1 and da.channel = 'webhook'`,
        [clinicId],
      )
    const sending = send('send_webhooks')
    try {
      await eventually(() => silent.waiting() === 4, 'four requests that are not answered')
      // Booked while the receivers do not answer.
      const { customer, slotId } = elsewhere
      const booking = await book(db, elsewhere.clinicId, slotId, { customerId: customer.customerId })
      await eventually(async () => (await confirmation(booking.id, 'webhook')).state === 'sent', 'one that was sent')
      // The silent endpoint got no more than its share of attempts, and none of them has ended. So the other message
      // was sent while these were still waiting.
      expect((await attempts()).map(({ ended_at }) => ended_at)).toEqual([null, null, null, null])
    } finally {
      await silent.close()
      await sending
    }
    // The silent endpoint has failed, so its next attempt sends one message, after a pause, and in the lane for
    // endpoints that have failed.
    expect(
      await db.one(
        'select failures > 0 as failed, retry_at > now() as pauses from app_private.webhook_health where clinic_id = $1',
        [clinicId],
      ),
    ).toEqual({ failed: true, pauses: true })
    const before = (await attempts()).length
    await send()
    expect(await attempts()).toHaveLength(before)
    await db.query('update app_private.webhook_health set retry_at = now() where clinic_id = $1', [clinicId])
    await send()
    expect(await attempts()).toHaveLength(before + 1)
  })

  it('in production goes to public https addresses only', async () => {
    const transport = webhookTransport({ arePublic })
    const to = (recipient: string) =>
      transport.send({
        channel: 'webhook',
        recipient,
        subject: '',
        body: '{}',
        idempotencyKey: 'k',
        senderName: null,
        replyTo: null,
        calendar: null,
        secret: 's',
      })
    await expect(to(hook.url)).rejects.toThrow('https')
    for (const host of [
      'localhost',
      '127.0.0.1',
      '[::1]',
      '[::ffff:127.0.0.1]',
      '2130706433',
      '0x7f.1',
      '[64:ff9b::7f00:1]',
    ])
      await expect(to(`https://${host}:1/`)).rejects.toMatchObject({
        message: expect.stringContaining('not a public address'),
        code: 'not_public',
      })
    expect(hook.requests).toEqual([])
  })

  it('whose name resolves to an internal address is switched off at its first use', async () => {
    const { clinicId, slotId, customer } = await aPractice(db)
    await db.query('select app_public.create_webhook_endpoint($1, $2)', [clinicId, 'https://localhost:1/'])
    await book(db, clinicId, slotId, { customerId: customer.customerId })
    const guarded: Transports = { webhook: webhookTransport({ arePublic }) }
    expect(await work(pool, taskList(guarded, 'https://book.test'), 'send_webhooks')).toEqual([])
    expect(
      await db.one('select is_active, disabled_because from app_public.webhook_endpoints where clinic_id = $1', [
        clinicId,
      ]),
    ).toEqual({ is_active: false, disabled_because: 'not_public' })
  })
})

it('a patient who loses an appointment to a withdrawn slot gets a message', async () => {
  const { clinicId, slotId, booking } = await aBooking()
  await withdraw(db, clinicId, slotId, { cascade: true, reason: 'The doctor is ill' })
  await send()
  const [mail] = smtp.mails
  expect(header(mail?.raw ?? '', 'Subject')).toMatch(/cannot take place/)
  expect(readBack(partOf(mail?.raw ?? '', 'text/calendar'))).toMatchObject({ method: 'CANCEL', sequence: 1 })
  expect(await confirmation(booking.id)).toMatchObject({ state: 'dropped' })
})
