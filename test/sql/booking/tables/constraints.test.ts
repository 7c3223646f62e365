import { expect, it } from '@jest/globals'
import { book, cancel } from '../../../helpers/clinic/operations.ts'
import { aCustomer, aDoctor, aPractice, aSlot } from '../../../helpers/clinic/world.ts'
import { expectViolation } from '../../../helpers/database/constraints.ts'
import { type Db, expectRefusal, inTransaction } from '../../../helpers/database/database.ts'
import { constraintsOf } from '../../../helpers/database/rules.ts'
import { judgeAsCommit, recordBooking } from '../claiming.ts'

// What the tables of bookings, events and notifications refuse by themselves, from the owner too.

/** A practice with a booking in 48 hours and a free slot in 60. */
async function aDesk(db: Db) {
  const practice = await aPractice(db)
  const { clinicId, doctorId, slotId, customer } = practice
  const { id: bookingId } = await book(db, clinicId, slotId, { customerId: customer.customerId })
  return { ...practice, ...customer, db, bookingId, freeId: await aSlot(db, clinicId, doctorId, 60) }
}
type Desk = Awaited<ReturnType<typeof aDesk>>
type Attempt = (desk: Desk) => Promise<unknown>

const insertBooking = ({ db, clinicId }: Desk, slotId: string, customerId: string, id: string | null = null) =>
  db.query(
    `insert into app_public.bookings (clinic_id, ${id ? 'id,' : ''} booking_slot_id, customer_id) overriding system value
     values ($1, ${id ? `${id},` : ''} $2, $3)`,
    [clinicId, slotId, customerId],
  )

const booking =
  (set: string): Attempt =>
  ({ db, bookingId }) =>
    db.query(`update app_public.bookings set ${set} where id = $1`, [bookingId])

const notification =
  (set: string): Attempt =>
  ({ db, bookingId }) =>
    db.query(`update app_public.notifications set ${set} where booking_id = $1 and kind = 'booking_confirmed'`, [
      bookingId,
    ])

const event =
  (set: { id?: string; entity?: string; bookingId?: string; actor?: string; reason?: string }): Attempt =>
  ({ db, clinicId, slotId }) =>
    db.query(
      `insert into app_public.events (clinic_id, id, entity, booking_slot_id, booking_id, to_state, actor, reason) overriding system value
       values ($1, $2, $3, $4, $5, 'open', $6, $7)`,
      [
        clinicId,
        set.id ?? '-1',
        set.entity ?? 'booking_slot',
        slotId,
        set.bookingId ?? null,
        set.actor ?? 'system',
        set.reason,
      ],
    )

const twice =
  (attempt: Attempt): Attempt =>
  async (desk) => {
    await attempt(desk)
    await attempt(desk)
  }

const violations: Record<string, ['check' | 'exclusion' | 'foreign_key' | 'unique' | 'raised', Attempt]> = {
  state_transitions_are_unique: [
    'unique',
    ({ db }) => db.query(`insert into app_public.state_transitions values ('booking', 'booked', 'cancelled', 'again')`),
  ],
  state_transitions_are_of_slots_and_bookings: [
    'check',
    ({ db }) => db.query(`insert into app_public.state_transitions values ('doctor', 'well', 'ill', 'flu')`),
  ],
  only_steps_of_bookings_have_a_time_limit: [
    'check',
    ({ db }) => db.query(`update app_public.state_transitions set time_limit = '1 hour' where entity = 'booking_slot'`),
  ],
  time_limits_are_hours_and_minutes: [
    'check',
    ({ db }) => db.query(`update app_public.state_transitions set time_limit = '1 day' where from_state = 'no_show'`),
  ],

  bookings_are_identified_by_clinic_and_id: [
    'unique',
    async (desk) => {
      const { id } = await desk.db.one<{ id: string }>('select id from app_public.bookings where id = $1', [
        desk.bookingId,
      ])
      await desk.db.query(`update app_public.booking_slots set status = 'booked', customer_id = $2 where id = $1`, [
        desk.freeId,
        desk.customerId,
      ])
      await insertBooking(desk, desk.freeId, desk.customerId, id)
    },
  ],
  a_slot_has_one_live_booking: ['unique', (desk) => insertBooking(desk, desk.slotId, desk.customerId)],
  bookings_are_of_a_slot: [
    'foreign_key',
    async ({ db, clinicId, slotId, bookingId }) => {
      await cancel(db, clinicId, bookingId)
      await db.query('delete from app_public.booking_slots where id = $1', [slotId])
    },
  ],
  live_bookings_are_of_a_booked_slot: ['foreign_key', (desk) => insertBooking(desk, desk.freeId, desk.customerId)],
  bookings_ahead_are_with_an_active_doctor: [
    'foreign_key',
    async ({ db, doctorId, freeId }) => {
      await db.query(`update app_public.booking_slots set status = 'withdrawn' where id = $1`, [freeId])
      await db.query('update app_public.doctors set is_active = false where id = $1', [doctorId])
    },
  ],
  visits_of_a_series_are_of_a_series_of_their_clinic: [
    'foreign_key',
    async ({ db, clinicId, freeId, customerId }) => {
      const elsewhere = await aPractice(db)
      const { id: bookingId } = await book(db, elsewhere.clinicId, elsewhere.slotId, { customerId })
      const { id } = await db.one(
        `insert into app_public.booking_series (clinic_id, customer_id)
         select clinic_id, customer_id from app_public.bookings where id = $1 returning id`,
        [bookingId],
      )
      await db.query(`update app_public.booking_slots set status = 'booked', customer_id = $2 where id = $1`, [
        freeId,
        customerId,
      ])
      await db.query(
        `insert into app_public.bookings (clinic_id, booking_slot_id, customer_id, series_id) values ($1, $2, $3, $4)`,
        [clinicId, freeId, customerId, id],
      )
    },
  ],
  booking_series_are_of_a_customer_of_the_clinic: [
    'foreign_key',
    async ({ db, clinicId }) =>
      db.query('insert into app_public.booking_series (clinic_id, customer_id) values ($1, $2)', [
        clinicId,
        (await aCustomer(db)).customerId,
      ]),
  ],
  booking_series_are_identified_by_clinic_and_id: [
    'unique',
    async ({ db, clinicId, customerId }) => {
      for (let n = 0; n < 2; n++)
        await db.query(
          `insert into app_public.booking_series (clinic_id, id, customer_id) overriding system value values ($1, -1, $2)`,
          [clinicId, customerId],
        )
    },
  ],
  bookings_are_of_a_customer_of_the_clinic: [
    'foreign_key',
    async (desk) => {
      const { customerId } = await aCustomer(desk.db)
      await desk.db.query(`update app_public.booking_slots set status = 'booked', customer_id = $2 where id = $1`, [
        desk.freeId,
        customerId,
      ])
      await insertBooking(desk, desk.freeId, customerId)
    },
  ],
  live_bookings_of_a_customer_never_overlap: [
    'exclusion',
    async ({ db, clinicId, customerId }) =>
      recordBooking(db, await aSlot(db, clinicId, await aDoctor(db, clinicId), 48), customerId),
  ],
  cancelled_bookings_say_when_and_by_whom: ['check', booking(`status = 'cancelled', cancelled_at = now()`)],
  booking_notes_are_short: ['raised', booking(`note = repeat('x', 2001)`)],
  cancellation_reasons_are_short: ['raised', booking(`cancellation_reason = repeat('x', 501)`)],
  cancellation_reasons_are_visible: ['check', booking(`cancellation_reason = ' '`)],

  events_are_identified_by_clinic_and_id: ['unique', twice(event({}))],
  events_are_of_slots_and_bookings: ['check', event({ entity: 'booking' })],
  actors_are_known: ['check', event({ actor: 'burglar' })],
  reasons_of_events_are_short: ['raised', event({ reason: 'x'.repeat(501) })],

  notifications_are_identified_by_clinic_and_id: [
    'unique',
    ({ db, bookingId }) =>
      db.query(
        `insert into app_public.notifications (clinic_id, id, booking_id, customer_id, kind, booking_sequence, due_at) overriding system value
         select clinic_id, id, booking_id, customer_id, kind, 7, due_at from app_public.notifications where booking_id = $1 limit 1`,
        [bookingId],
      ),
  ],
  a_booking_is_told_each_thing_once: [
    'unique',
    ({ db, bookingId }) =>
      db.query(
        `insert into app_public.notifications (clinic_id, booking_id, customer_id, kind, booking_sequence, due_at)
         select clinic_id, booking_id, customer_id, kind, booking_sequence, due_at from app_public.notifications
         where booking_id = $1 and kind = 'booking_confirmed'`,
        [bookingId],
      ),
  ],
  notifications_are_about_a_booking: [
    'foreign_key',
    ({ db, clinicId, customerId }) =>
      db.query(
        `insert into app_public.notifications (clinic_id, booking_id, customer_id, kind, booking_sequence, due_at)
         values ($1, 0, $2, 'booking_confirmed', 0, now())`,
        [clinicId, customerId],
      ),
  ],
  notification_channels_are_known: ['check', notification(`channel = 'pigeon'`)],
  notifications_are_about_a_booking_an_offer_or_an_invoice: ['check', notification(`kind = 'slot_offered'`)],
  notifications_are_about_an_invoice: [
    'foreign_key',
    ({ db, clinicId, customerId }) =>
      db.query(
        `insert into app_public.notifications (clinic_id, invoice_id, customer_id, kind, booking_sequence, due_at)
         values ($1, 0, $2, 'payment_due', 0, now())`,
        [clinicId, customerId],
      ),
  ],
  notifications_are_about_an_offer: [
    'foreign_key',
    ({ db, clinicId, customerId }) =>
      db.query(
        `insert into app_public.notifications (clinic_id, slot_offer_id, customer_id, kind, booking_sequence, due_at)
         values ($1, 0, $2, 'slot_offered', 0, now())`,
        [clinicId, customerId],
      ),
  ],
  reminders_and_only_they_have_a_lead_time: ['check', notification(`lead_time = '1 hour'`)],
  webhooks_and_only_they_go_to_an_endpoint: ['check', notification(`channel = 'webhook'`)],
  notifications_may_go_to_an_endpoint: ['foreign_key', notification(`channel = 'webhook', endpoint_id = 0`)],
  notifications_are_spread_ahead_never_behind: ['check', notification(`send_after = due_at + interval '1 second'`)],
  reasons_are_for_what_is_dropped: ['check', notification(`dropped_because = 'rules_changed'`)],
  sent_notifications_say_when: ['check', notification(`state = 'sent'`)],
  only_what_was_given_up_is_settled: ['check', notification('settled_at = now()')],
  what_somebody_settled_says_when: ['check', notification('settled_by_account_id = 1')],

  an_idempotency_key_is_used_once: [
    'unique',
    twice(({ db, clinicId }) =>
      db.query(`insert into app_private.idempotency_keys values ($1, 0, 'k', 'book_slot', '[]')`, [clinicId]),
    ),
  ],
  messages_are_identified_by_clinic_and_id: [
    'unique',
    ({ db, clinicId }) =>
      db.query(
        `insert into app_private.messages (id, clinic_id, notification_id, recipient, subject, body) overriding system value
         values (-1, $1, -1, '', '', ''), (-1, $1, -2, '', '', '')`,
        [clinicId],
      ),
  ],
  a_notification_is_delivered_once: [
    'unique',
    ({ db, clinicId }) =>
      db.query(
        `insert into app_private.messages (clinic_id, notification_id, recipient, subject, body)
         values ($1, -1, '', '', ''), ($1, -1, '', '', '')`,
        [clinicId],
      ),
  ],
  there_is_one_publication: [
    'unique',
    ({ db }) => db.query('insert into app_private.event_publication default values'),
  ],
  there_is_only_one_publication: [
    'check',
    ({ db }) => db.query('insert into app_private.event_publication (only_row) values (false)'),
  ],

  // Judged at the commit.
  booked_slots_have_a_booking: [
    'check',
    async ({ db, freeId, customerId }) => {
      await db.query(`update app_public.booking_slots set status = 'booked', customer_id = $2 where id = $1`, [
        freeId,
        customerId,
      ])
      await judgeAsCommit(db)
    },
  ],
  ended_bookings_free_their_slot: [
    'check',
    async (desk) => {
      // The deferred constraints of the booking itself have been checked before this.
      await judgeAsCommit(desk.db)
      await booking(`status = 'cancelled', cancelled_at = now(), cancelled_by = 'clinic'`)(desk)
      await judgeAsCommit(desk.db)
    },
  ],
}

it('tests every constraint of the domain', () =>
  inTransaction(async (db) => {
    const all = await constraintsOf(db, [
      'app_public.state_transitions',
      'app_public.bookings',
      'app_public.booking_series',
      'app_public.events',
      'app_public.notifications',
      'app_private.idempotency_keys',
      'app_private.messages',
      'app_private.event_publication',
    ])
    // Constraints of slots that concern bookings.
    const triedInVisits = [
      'a_booking_fills_its_slots_without_a_gap',
      'bookings_are_for_a_service_of_their_clinic',
      'visits_lie_within_their_slots',
    ]
    expect([...all, 'booked_slots_have_a_booking'].sort()).toEqual(
      [...Object.keys(violations), ...triedInVisits].sort(),
    )
  }))

it.each(Object.entries(violations))('%s', (constraint, [kind, attempt]) =>
  inTransaction(async (db) => {
    const refused = attempt(await aDesk(db))
    // A check that raises its refusal itself, so that no row gets into PostgreSQL's log, does not report the
    // constraint's name.
    if (kind === 'raised') await expectRefusal(refused, 'text_too_long')
    else await expectViolation(refused, `${kind}_violation`, constraint)
  }),
)

it.each([
  ['half cancelled: by nobody', `status = 'cancelled', cancelled_at = now()`],
  ['half cancelled: at no time', `status = 'cancelled', cancelled_by = 'clinic'`],
  ['live, but cancelled by somebody', `cancelled_by = 'clinic'`],
  ['live, but cancelled some time', 'cancelled_at = now()'],
])('no booking is %s', (_, set) =>
  inTransaction(async (db) => {
    await expectViolation(booking(set)(await aDesk(db)), 'check_violation', 'cancelled_bookings_say_when_and_by_whom')
  }),
)

it.each([
  ['deleted', 'delete from app_public.bookings where id = $1'],
  ['pointed to another slot', 'update app_public.bookings set booking_slot_id = $2 where id = $1'],
])('a slot is not left booked when its booking is %s by hand', (_, statement) =>
  inTransaction(async (db) => {
    const { slotId, freeId, customerId, clinicId } = await aDesk(db)
    const id = await recordBooking(db, freeId, customerId)
    const next = await aSlot(db, clinicId, await aDoctor(db, clinicId), 90)
    await db.query(`update app_public.booking_slots set status = 'booked', customer_id = $2 where id = $1`, [
      next,
      customerId,
    ])
    await db.query(statement, statement.includes('$2') ? [id, next] : [id])
    await expectRefusal(judgeAsCommit(db), 'check_violation')
    expect(slotId).not.toBe(freeId)
  }),
)

it('a slot is not booked by one customer with the booking of another', () =>
  inTransaction(async (db) => {
    const { slotId } = await aDesk(db)
    const { customerId } = await aCustomer(db)
    await db.query('update app_public.booking_slots set customer_id = $2 where id = $1', [slotId, customerId])
    await expectViolation(judgeAsCommit(db), 'check_violation', 'booked_slots_have_a_booking')
  }))

it('a slot booked, cancelled and booked for another customer in one transaction is checked at commit', () =>
  inTransaction(async (db) => {
    const { clinicId, slotId, bookingId } = await aDesk(db)
    await cancel(db, clinicId, bookingId)
    const { customerId } = await aCustomer(db)
    await book(db, clinicId, slotId, { customerId })
    await judgeAsCommit(db)
  }))

it('a booking takes doctor, date and time from its slot, not from the statement', () =>
  inTransaction(async (db) => {
    const desk = await aDesk(db)
    const other = await aDoctor(db, desk.clinicId)
    expect(
      await db.one(
        `update app_public.bookings b set doctor_id = $2, slot_date = '2000-01-01', during = 'empty' where id = $1
         returning doctor_id, slot_date = (select slot_date from app_public.booking_slots where id = b.booking_slot_id) as same_date,
                   during = (select during from app_public.booking_slots where id = b.booking_slot_id) as same_time`,
        [desk.bookingId, other],
      ),
    ).toEqual({ doctor_id: desk.doctorId, same_date: true, same_time: true })
    await expectRefusal(insertBooking(desk, '0', desk.customerId), 'slot_not_found')
  }))

it.each(['clinic_id', 'customer_id'])('the %s of a booking never changes', (column) =>
  inTransaction(async (db) => {
    await expectRefusal(booking(`${column} = ${column} + 1`)(await aDesk(db)), 'immutable_column')
  }),
)

it('a booking counts its changes and refuses one made to an older version', () =>
  inTransaction(async (db) => {
    const desk = await aDesk(db)
    await booking(`note = 'a'`)(desk)
    await expectRefusal(booking(`note = 'b', row_version = 1`)(desk), 'stale_row_version')
    await booking(`note = 'b', row_version = 2`)(desk)
  }))
