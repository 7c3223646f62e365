import { describe, expect, it } from '@jest/globals'
import { book, cancel, reschedule } from '../../helpers/clinic/operations.ts'
import { aService } from '../../helpers/clinic/services.ts'
import { aPractice, aSlot } from '../../helpers/clinic/world.ts'
import { type Db, expectRefusal, inTransaction } from '../../helpers/database/database.ts'

// The rules and preferences of clinics and customers: which messages are sent, when, over which channel and with which
// text.

const notificationsOf = (db: Db, bookingId: string) =>
  db.query(
    `select kind, channel, state, dropped_because, lead_time::text, due_at from app_public.notifications where booking_id = $1 order by id`,
    [bookingId],
  )

const bookFor = async (db: Db, practice: Awaited<ReturnType<typeof aPractice>>, hours?: number) =>
  book(db, practice.clinicId, hours ? await aSlot(db, practice.clinicId, practice.doctorId, hours) : practice.slotId, {
    customerId: practice.customer.customerId,
  })

const missing = (db: Db) => db.query('select * from app_private.bookings_missing_reminders')

describe('channels', () => {
  it.each([
    ['nothing chosen', null, null, '+4915123456789', 'email'],
    ["the customer's choice", 'sms', null, '+4915123456789', 'sms'],
    ['what the patient said at the desk', null, 'sms', '0151 23456789', 'sms'],
    ["the customer's own choice before what they said at the desk", 'email', 'sms', '+4915123456789', 'email'],
    ['a choice gives way where SMS cannot be sent to the number', 'sms', null, '030 123456', 'email'],
    ['a choice without an address gives way', 'sms', null, null, 'email'],
  ])('%s', (_case, own, desk, phone, channel) =>
    inTransaction(async (db) => {
      const practice = await aPractice(db)
      await db.query(
        `insert into app_public.notification_rules select $1, kind, 'sms' from unnest(enum_range(null::app_public.notification_kind)) kind`,
        [practice.clinicId],
      )
      await db.query('update app_public.customers set preferred_channel = $2, phone = $3 where id = $1', [
        practice.customer.customerId,
        own,
        // Patients without a number cannot choose SMS; here the clinic's record has lost the number.
        phone ?? '0151 23456789',
      ])
      await db.query('select app_private.ensure_clinic_customer($1, c) from app_public.customers c where id = $2', [
        practice.clinicId,
        practice.customer.customerId,
      ])
      await db.query(
        'update app_public.clinic_customers set preferred_channel = $2, phone = $3 where customer_id = $1',
        [practice.customer.customerId, desk, phone],
      )
      const booking = await bookFor(db, practice)
      expect((await notificationsOf(db, booking.id)).map((row) => row.channel)).toEqual([channel, channel])
    }),
  )

  it('a kind of message without a rule is not sent', () =>
    inTransaction(async (db) => {
      const practice = await aPractice(db)
      await db.query(`delete from app_public.notification_rules where clinic_id = $1 and kind = 'booking_confirmed'`, [
        practice.clinicId,
      ])
      const booking = await bookFor(db, practice)
      expect((await notificationsOf(db, booking.id)).map(({ kind }) => kind)).toEqual(['booking_reminder'])
    }))
})

describe('reminders', () => {
  it('follow a changed policy, also for bookings made before', () =>
    inTransaction(async (db) => {
      const practice = await aPractice(db)
      const booking = await bookFor(db, practice)
      const reminders = async () =>
        (await notificationsOf(db, booking.id))
          .filter(({ kind, state }) => kind === 'booking_reminder' && state === 'pending')
          .map((row) => row.lead_time)
      const want = (leads: string) =>
        db.query('update app_public.policies set reminder_lead_times = $2 where clinic_id = $1', [
          practice.clinicId,
          leads,
        ])
      expect(await reminders()).toEqual(['24:00:00'])
      await want('{47 hours,30 hours}')
      expect(await reminders()).toEqual(['47:00:00', '30:00:00'])
      await want('{24 hours,72 hours}')
      expect(await reminders()).toEqual(['24:00:00'])
      expect(await missing(db)).toEqual([])
      await db.query(`delete from app_public.notification_rules where clinic_id = $1 and kind = 'booking_reminder'`, [
        practice.clinicId,
      ])
      expect(await reminders()).toEqual([])
      await db.query(`insert into app_public.notification_rules values ($1, 'booking_reminder', 'email')`, [
        practice.clinicId,
      ])
      expect(await reminders()).toEqual(['24:00:00'])
      expect(await missing(db)).toEqual([])
    }))

  it('are listed by bookings_missing_reminders when they are missing or not wanted', () =>
    inTransaction(async (db) => {
      const practice = await aPractice(db)
      const booking = await bookFor(db, practice)
      const of = `update app_public.notifications set`
      const where = `where booking_id = ${booking.id} and kind = 'booking_reminder'`
      const problem = async (statement: string) =>
        db.undone(async () => {
          await db.query(statement)
          return (await missing(db)).map((row) => [row.booking_id, row.problem])
        })
      expect(await missing(db)).toEqual([])
      expect(await problem(`delete from app_public.notifications ${where}`)).toEqual([[booking.id, 'missing']])
      expect(await problem(`${of} state = 'dropped' ${where}`)).toEqual([[booking.id, 'missing']])
      expect(await problem(`${of} due_at = due_at + interval '1 minute' ${where}`)).toEqual([
        [booking.id, 'due too late'],
      ])
      expect(
        await problem(`insert into app_public.notifications (clinic_id, booking_id, customer_id, kind, lead_time, booking_sequence, due_at)
        select clinic_id, id, customer_id, 'booking_reminder', '1 hour', 0, now() from app_public.bookings where id = ${booking.id}`),
      ).toEqual([[booking.id, 'not wanted']])
    }))

  it.each(['customers', 'clinic_customers'])('are not sent after an opt-out in %s, and the rest is', (table) =>
    inTransaction(async (db) => {
      const practice = await aPractice(db)
      const booking = await bookFor(db, practice)
      const own = table === 'customers' ? 'id' : 'customer_id'
      await db.query(`update app_public.${table} set wants_reminders = false where ${own} = $1`, [
        practice.customer.customerId,
      ])
      const claimed = await db.query(
        `select kind from app_private.claim_notifications(100, now() + interval '25 hours') where booking_id = $1`,
        [booking.id],
      )
      expect(claimed).toEqual([{ kind: 'booking_confirmed' }])
      expect((await notificationsOf(db, booking.id))[1]).toMatchObject({
        state: 'dropped',
        dropped_because: 'opted_out',
      })
      expect(await missing(db)).toEqual([])
    }),
  )

  it('are not sent when the appointment has begun', () =>
    inTransaction(async (db) => {
      const booking = await bookFor(db, await aPractice(db))
      await db.query(`select from app_private.claim_notifications(100, now() + interval '49 hours')`)
      expect((await notificationsOf(db, booking.id))[1]).toMatchObject({
        state: 'dropped',
        dropped_because: 'too_late',
      })
    }))
})

describe('quiet hours', () => {
  /** Quiet hours that include the present time, by the clinic's clock: since an hour ago and for three hours. */
  const quietNow = `update app_public.policies p set
    quiet_from = date_trunc('minute', (now() at time zone c.time_zone) - interval '1 hour')::time,
    quiet_until = date_trunc('minute', (now() at time zone c.time_zone) + interval '3 hours')::time
    from app_public.clinics c where c.id = p.clinic_id and c.id = $1`

  /** In a zone without clock changes, so that the local time a day from now is the same as now. */
  const aQuietPractice = (db: Db) => aPractice(db, 'Asia/Dubai')

  /** The kinds of message about a booking that are sent so long from now. */
  const sent = async (db: Db, bookingId: string, later = '0') =>
    (
      await db.query<{ kind: string; booking_id: string }>(
        'select kind, booking_id from app_private.claim_notifications(100, now() + $1::interval) order by id',
        [later],
      )
    )
      .filter(({ booking_id }) => booking_id === bookingId)
      .map(({ kind }) => kind)
  const leadTimes = (db: Db, clinicId: string, times: string) =>
    db.query('update app_public.policies set reminder_lead_times = $2 where clinic_id = $1', [clinicId, times])
  const endIn = '3 hours 1 minute'

  it('move reminders to ten minutes before them', () =>
    inTransaction(async (db) => {
      const practice = await aQuietPractice(db)
      await db.query(quietNow, [practice.clinicId])
      const booking = await bookFor(db, practice)
      const { due_at } = (await notificationsOf(db, booking.id))[1] as { due_at: Date }
      const early = booking.starts_at.getTime() - 24 * 3600_000 - due_at.getTime()
      expect(early).toBeGreaterThan(68 * 60_000)
      expect(early).toBeLessThan(72 * 60_000)
    }))

  it('move reminders that would be due shortly before them to ten minutes before them', () =>
    inTransaction(async (db) => {
      const at = async (time: string) =>
        (
          await db.one<{ due: string | null }>(
            `select to_char(app_private.before_quiet_hours($1::timestamptz, 'Asia/Dubai', '21:00', '07:00') at time zone 'Asia/Dubai', 'DD HH24:MI') as due`,
            [`2027-03-04T${time}+04`],
          )
        ).due
      expect(await at('20:49:59')).toBeNull()
      for (const time of ['20:50:01', '20:59:59', '21:00:00', '23:30:00']) expect(await at(time)).toBe('04 20:50')
      expect(await at('06:59:59')).toBe('03 20:50')
      expect(await at('07:00:00')).toBeNull()
    }))

  it('delay messages about what the clinic does until they end, and not the answers to what the customer does', () =>
    inTransaction(async (db) => {
      const practice = await aQuietPractice(db)
      const mine = await bookFor(db, practice)
      const theirs = await bookFor(db, practice, 60)
      await sent(db, mine.id)
      await db.query(quietNow, [practice.clinicId])
      await db.as(practice.customer.claims, () => cancel(db, practice.clinicId, mine.id))
      await db.as(practice.receptionist.claims, () => cancel(db, practice.clinicId, theirs.id))
      expect(await sent(db, mine.id)).toEqual(['booking_cancelled'])
      expect(await sent(db, theirs.id, '2 hours 50 minutes')).toEqual([])
      // It waits; no attempt is counted, and it is not reported as late.
      await db.query(`update app_public.notifications set due_at = due_at - interval '2 hours' where state = 'pending'`)
      expect(
        await db.one(`select attempts from app_public.notifications where booking_id = $1 and state = 'pending'`, [
          theirs.id,
        ]),
      ).toEqual({ attempts: 0 })
      expect(await db.query('select from app_public.late_notifications where booking_id = $1', [theirs.id])).toEqual([])
      expect(await sent(db, theirs.id, endIn)).toEqual(['booking_cancelled'])
    }))

  it('delay an answer to the customer, too, when it is still being tried an hour later', () =>
    inTransaction(async (db) => {
      const practice = await aQuietPractice(db)
      await db.query(quietNow, [practice.clinicId])
      const booking = await db.as(practice.customer.claims, () => book(db, practice.clinicId, practice.slotId))
      expect(await sent(db, booking.id)).toEqual(['booking_confirmed'])
      expect(await sent(db, booking.id, '59 minutes')).toEqual(['booking_confirmed'])
      expect(await sent(db, booking.id, '2 hours')).toEqual([])
      expect(await sent(db, booking.id, endIn)).toEqual(['booking_confirmed'])
    }))

  it('do not delay news about an appointment shortly after them', () =>
    inTransaction(async (db) => {
      const practice = await aQuietPractice(db)
      const soon = await bookFor(db, practice, 4)
      await sent(db, soon.id)
      await db.query(quietNow, [practice.clinicId])
      await db.as(practice.receptionist.claims, () => cancel(db, practice.clinicId, soon.id))
      expect(await sent(db, soon.id)).toEqual(['booking_cancelled'])
    }))

  it('do not delay the message that an appointment shortly after them is moved to another day, but delay it if the appointment was on another day', () =>
    inTransaction(async (db) => {
      const practice = await aQuietPractice(db)
      const [soon, far] = [await bookFor(db, practice, 4), await bookFor(db, practice, 60)]
      await sent(db, soon.id)
      await db.query(quietNow, [practice.clinicId])
      for (const [id, hours] of [
        [soon.id, 100],
        [far.id, 110],
      ] as const) {
        const slotId = await aSlot(db, practice.clinicId, practice.doctorId, hours)
        await db.as(practice.receptionist.claims, () => reschedule(db, practice.clinicId, id, slotId))
      }
      expect(await sent(db, far.id)).toEqual([])
      expect(await sent(db, soon.id)).toEqual([])
      const state = (id: string) =>
        db.one<{ attempts: number }>(
          `select attempts from app_public.notifications where booking_id = $1 and kind = 'booking_rescheduled'`,
          [id],
        )
      expect([await state(soon.id), await state(far.id)]).toEqual([{ attempts: 1 }, { attempts: 0 }])
    }))

  it.each([
    ['a lead time is added', ['lead time', 'book']],
    ['the booking is made', ['book', 'lead time']],
  ])('delay a reminder that is due because %s until they end', (_how, order) =>
    inTransaction(async (db) => {
      const practice = await aQuietPractice(db)
      await leadTimes(db, practice.clinicId, '{}')
      await db.query(quietNow, [practice.clinicId])
      // Due in twenty minutes, in the quiet hours, so it moves before them, into the past.
      const steps: Record<string, () => Promise<unknown>> = {
        'lead time': () => leadTimes(db, practice.clinicId, '{47:40:00}'),
        book: () => db.as(practice.customer.claims, () => book(db, practice.clinicId, practice.slotId)),
      }
      for (const step of order) await steps[step]?.()
      const { id } = await db.one<{ id: string }>('select id from app_public.bookings where clinic_id = $1', [
        practice.clinicId,
      ])
      expect(await sent(db, id)).toEqual(['booking_confirmed'])
      await db.query(
        `update app_public.notifications set state = 'sent', sent_at = now() where kind = 'booking_confirmed'`,
      )
      expect(await sent(db, id, '1 hour')).toEqual([])
      expect(await missing(db)).toEqual([])
      expect(await sent(db, id, endIn)).toEqual(['booking_reminder'])
    }),
  )

  it('delay a reminder that is tried again after they have begun', () =>
    inTransaction(async (db) => {
      const practice = await aQuietPractice(db)
      await leadTimes(db, practice.clinicId, '{47:59:59}')
      const booking = await bookFor(db, practice)
      expect(await sent(db, booking.id, '1 minute')).toEqual(['booking_confirmed', 'booking_reminder'])
      await db.query(quietNow, [practice.clinicId])
      expect(await sent(db, booking.id, '10 minutes')).toEqual([])
      expect(await sent(db, booking.id, endIn)).toEqual(['booking_confirmed', 'booking_reminder'])
    }))

  it('change the plan of existing reminders when they are changed', () =>
    inTransaction(async (db) => {
      const practice = await aQuietPractice(db)
      const booking = await bookFor(db, practice)
      const due = async () => ((await notificationsOf(db, booking.id))[1] as { due_at: Date }).due_at.getTime()
      const natural = booking.starts_at.getTime() - 24 * 3600_000
      expect(await due()).toBe(natural)
      await db.query(quietNow, [practice.clinicId])
      expect(natural - (await due())).toBeGreaterThan(68 * 60_000)
      await db.query('update app_public.policies set quiet_from = null, quiet_until = null where clinic_id = $1', [
        practice.clinicId,
      ])
      expect(await due()).toBe(natural)
    }))

  it('drop a reminder that could be sent only after its appointment has begun', () =>
    inTransaction(async (db) => {
      const practice = await aQuietPractice(db)
      await leadTimes(db, practice.clinicId, '{01:55:00}')
      const booking = await bookFor(db, practice, 2)
      await db.query(quietNow, [practice.clinicId])
      expect(await sent(db, booking.id)).toEqual(['booking_confirmed'])
      expect((await notificationsOf(db, booking.id))[1]).toMatchObject({
        state: 'dropped',
        dropped_because: 'quiet_hours',
      })
      expect(await missing(db)).toEqual([])
    }))

  it('do not delay a message that the desk sends again', () =>
    inTransaction(async (db) => {
      const practice = await aQuietPractice(db)
      const booking = await bookFor(db, practice)
      await sent(db, booking.id)
      const { id } = await db.one<{ id: string }>(
        `update app_public.notifications set state = 'sent', sent_at = now() where booking_id = $1 and kind = 'booking_confirmed' returning id`,
        [booking.id],
      )
      await db.query(quietNow, [practice.clinicId])
      await db.as(practice.receptionist.claims, () =>
        db.one('select app_public.send_again($1, $2)', [practice.clinicId, id]),
      )
      expect(await sent(db, booking.id)).toEqual(['booking_confirmed'])
    }))

  it.each(['Pacific/Kiritimati', 'America/Los_Angeles', 'Asia/Kathmandu'])(
    'are in the time zone of the clinic in a session of %s',
    (zone) =>
      inTransaction(async (db) => {
        const practice = await aQuietPractice(db)
        await db.query(quietNow, [practice.clinicId])
        await db.query(`set local timezone = '${zone}'`)
        const booking = await bookFor(db, practice)
        expect(await sent(db, booking.id, '2 hours 50 minutes')).toEqual([])
        expect(await sent(db, booking.id, endIn)).toEqual(['booking_confirmed'])
      }),
  )
})

describe('texts', () => {
  const messageOf = (db: Db, bookingId: string, kind = 'booking_confirmed') =>
    db.one<{ subject: string; body: string }>(
      `select m.* from app_public.notifications n cross join lateral app_private.messages_of(n.clinic_id, array[n.id]) m where n.booking_id = $1 and n.kind = $2 order by n.id desc limit 1`,
      [bookingId, kind],
    )

  it("are in the customer's language, else the clinic's", () =>
    inTransaction(async (db) => {
      const practice = await aPractice(db)
      const booking = await bookFor(db, practice)
      expect((await messageOf(db, booking.id)).body).toContain('Dear ')
      await db.query(`update app_public.policies set language = 'de' where clinic_id = $1`, [practice.clinicId])
      expect((await messageOf(db, booking.id)).body).toMatch(/(Mon|Diens|Donners|Frei|Sonn)tag|Mittwoch|Samstag/)
      await db.query(`update app_public.customers set preferred_language = 'en' where id = $1`, [
        practice.customer.customerId,
      ])
      expect((await messageOf(db, booking.id)).body).toContain('Dear ')
    }))

  it("are the clinic's own if it has one, with each word replaced once", () =>
    inTransaction(async (db) => {
      const practice = await aPractice(db)
      await db.as(practice.manager.claims, () =>
        db.query(
          `insert into app_public.notification_texts (clinic_id, kind, channel, language, subject, body)
           values ($1, 'booking_confirmed', 'email', 'en', '{{time}}', 'Hi {{customer}}{{#phone}}, call {{phone}}{{/phone}}{{#reason}} because {{reason}}{{/reason}}.')`,
          [practice.clinicId],
        ),
      )
      await db.query(`update app_public.clinics set phone = '030 1' where id = $1`, [practice.clinicId])
      await db.query(`update app_public.customers set full_name = '{{doctor}} \\1' where id = $1`, [
        practice.customer.customerId,
      ])
      const booking = await bookFor(db, practice)
      const { subject, body } = await messageOf(db, booking.id)
      expect(body).toBe('Hi {{doctor}} \\1, call 030 1.')
      expect(subject).toMatch(/^\d\d:\d\d$/)
    }))

  it.each([
    '{{docter}}',
    'Hi {{',
    '{{#phone}} call',
    'call {{/phone}}',
    '{{#phone}}{{#reason}}{{/phone}}{{/reason}}',
    '{{ phone }}',
  ])('that are not valid are refused: %s', (body) =>
    inTransaction(async (db) => {
      const { clinicId, manager } = await aPractice(db)
      await db.as(manager.claims)
      await expectRefusal(
        db.query(
          `insert into app_public.notification_texts (clinic_id, kind, channel, language, body) values ($1, 'booking_confirmed', 'sms', 'en', $2)`,
          [clinicId, body],
        ),
        'text_not_understood',
      )
    }),
  )

  /** The number of the invoice or the booking. An offered time is not a booking yet. */
  const numberIn = (kind: string) => (kind === 'payment_due' ? /\d{4}-00012/ : kind === 'slot_offered' ? /\S/ : /12345/)

  it('exist for every kind, channel and language, and are valid', () =>
    inTransaction(async (db) => {
      const { clinicId } = await aPractice(db)
      const rows = await db.query(
        `select k.kind, c.channel, l.language, p.* from unnest(enum_range(null::app_public.notification_kind)) k(kind), unnest('{email,sms}'::text[]) c(channel),
           unnest('{en,de}'::text[]) l(language), lateral app_public.preview_notification($1, k.kind, c.channel, l.language) p`,
        [clinicId],
      )
      expect(rows).toHaveLength(28)
      for (const { kind, channel, subject, body } of rows) {
        expect(body).not.toMatch(/[{}]/)
        expect(body).toMatch(numberIn(kind))
        if (channel === 'email') expect(subject).toMatch(/\S/)
        else expect(body.length).toBeLessThan(320)
      }
      // A manager could store the default texts as the clinic's own: they are valid.
      await db.query(
        `insert into app_public.notification_texts (clinic_id, kind, channel, language, subject, body) select $1, kind, channel, language, subject, body from app_public.default_notification_texts`,
        [clinicId],
      )
    }))

  it('can be previewed before they are stored', () =>
    inTransaction(async (db) => {
      const { clinicId, manager } = await aPractice(db)
      await db.as(manager.claims)
      const preview = (...rest: unknown[]) =>
        db.one('select * from app_public.preview_notification($1, $2, $3, $4, $5, $6)', [clinicId, ...rest])
      expect(await preview('booking_reminder', 'email', 'en', 'See you', 'Hello {{customer}}')).toEqual({
        subject: 'See you',
        body: 'Hello Ann Example',
      })
      await db.undone(() => expectRefusal(preview('booking_reminder', 'fax', 'en', null, null), 'invalid_argument'))
      // The preview refuses what storing the text would refuse, and names the argument.
      const refused = preview('booking_reminder', 'email', 'en', 'See you', 'Hello {{custommer}}')
      const { detail } = await expectRefusal(refused, 'text_not_understood')
      expect(JSON.parse(String(detail))).toEqual({ argument: 'body', word: 'custommer' })
    }))

  it('are previewed with the first active service of the clinic, if it has one', () =>
    inTransaction(async (db) => {
      const { clinicId, manager } = await aPractice(db)
      const preview = async (language: string) =>
        (
          await db.as(manager.claims, () =>
            db.one('select * from app_public.preview_notification($1, $2, $3, $4, $5, $6)', [
              clinicId,
              'booking_reminder',
              'email',
              language,
              null,
              '{{#service}}For {{service}}. {{/service}}Come!',
            ]),
          )
        ).body
      expect(await preview('en')).toBe('Come!')
      await aService(db, clinicId, { name: 'Former', is_active: false })
      await aService(db, clinicId, { name: 'Check', names: { de: 'Kontrolle' } })
      await aService(db, clinicId, { name: 'Later' })
      expect(await preview('en')).toBe('For Check. Come!')
      expect(await preview('de')).toBe('For Kontrolle. Come!')
    }))
})

describe('send_again', () => {
  it('sends messages again that were sent or are dead, and no others', () =>
    inTransaction(async (db) => {
      const practice = await aPractice(db)
      const booking = await bookFor(db, practice)
      const { id } = await db.one<{ id: string }>(
        `select id from app_public.notifications where booking_id = $1 and kind = 'booking_confirmed'`,
        [booking.id],
      )
      const again = () =>
        db.as(practice.receptionist.claims, () =>
          db.one('select * from app_public.send_again($1, $2)', [practice.clinicId, id]),
        )
      await expectRefusal(again(), 'illegal_transition')
      await db.query(`select app_private.claim_notifications()`)
      await db.query(
        'select app_private.record_deliveries(jsonb_build_array(jsonb_build_object($1::text, $2::bigint, $3::text, $4::bigint)))',
        ['clinic_id', practice.clinicId, 'id', id],
      )
      expect(await again()).toMatchObject({ state: 'pending', generation: 2, attempts: 0, sent_at: null })
      await reschedule(db, practice.clinicId, booking.id, await aSlot(db, practice.clinicId, practice.doctorId, 70))
      await expectRefusal(again(), 'illegal_transition')
      await expectRefusal(
        db.query('select app_public.send_again($1, 0)', [practice.clinicId]),
        'notification_not_found',
      )
    }))
})
