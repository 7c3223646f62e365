import { expect, it } from '@jest/globals'
import { createSlot, hold } from '../../../helpers/clinic/operations.ts'
import { aClinic, aDoctor, aPractice, aSlot, aTemplate, aTimeSlot } from '../../../helpers/clinic/world.ts'
import { expectViolation } from '../../../helpers/database/constraints.ts'
import { type Db, expectRefusal, inTransaction } from '../../../helpers/database/database.ts'
import { constraintsOf } from '../../../helpers/database/rules.ts'
import { clinicDate } from '../../../helpers/time/dates.ts'

// The rules that the tables of the schedule enforce themselves, also for the owner: a DBA's insert must follow the same
// rules as the API.

async function aCalendar(db: Db) {
  const practice = await aPractice(db)
  const { clinicId, doctorId } = practice
  const timeSlotId = await aTimeSlot(db, clinicId, '12:00', '12:30')
  return {
    ...practice,
    db,
    timeSlotId,
    templateId: await aTemplate(db, clinicId, doctorId, timeSlotId, 3),
    elsewhere: await aClinic(db),
  }
}
type Calendar = Awaited<ReturnType<typeof aCalendar>>

type Attempt = (calendar: Calendar) => Promise<unknown>

const timeSlot =
  (columns: string): Attempt =>
  ({ db, clinicId }) =>
    db.query(
      `insert into app_public.time_slots (clinic_id, name, start_time, end_time)
       select coalesce(v.clinic_id, $1), coalesce(v.name, 'Noon'), coalesce(v.start_time, '12:00'), coalesce(v.end_time, '13:00')
       from (select (j).* from (select jsonb_populate_record(null::app_public.time_slots, $2) j) r) v`,
      [clinicId, columns],
    )

/** A slot in ten days unless `set` says otherwise: an expression per column. */
const slot =
  (set: Record<string, string>): Attempt =>
  ({ db, clinicId, doctorId, timeSlotId, slotId }) => {
    const columns = {
      clinic_id: clinicId,
      doctor_id: doctorId,
      time_slot_id: timeSlotId,
      slot_date: `((now() + interval '10 days') at time zone 'Europe/Berlin')::date`,
      during: `tstzrange(now() + interval '10 days', now() + interval '10 days 30 minutes')`,
      ...set,
    }
    return db.query(
      `insert into app_public.booking_slots (${Object.keys(columns)}) overriding system value
       select ${Object.values(columns)} from app_public.booking_slots there where there.id = ${slotId}`,
    )
  }

const run =
  (set: Record<string, string>): Attempt =>
  ({ db, clinicId }) => {
    const columns = {
      clinic_id: clinicId,
      due_at: 'now()',
      from_date: 'current_date',
      to_date: 'current_date',
      dates: `datemultirange(daterange(current_date, current_date, '[]'))`,
      slots_made: '0',
      templates_passed_over: '0',
      already_existing: '0',
      in_the_past: '0',
      skipped_local_times: '0',
      overlapping: '0',
      doctor_absent: '0',
      examples: `'[]'`,
      ...set,
    }
    return db.query(
      `insert into app_public.slot_generation_runs (${Object.keys(columns)}) overriding system value values (${Object.values(columns)})`,
    )
  }

const violations: Record<string, ['check' | 'exclusion' | 'foreign_key' | 'unique' | 'raised', Attempt]> = {
  time_slots_are_identified_by_clinic_and_id: [
    'unique',
    ({ db, clinicId, timeSlotId }) =>
      db.query(
        `insert into app_public.time_slots (clinic_id, id, name, start_time, end_time) overriding system value
         values ($1, $2, 'Twin', '12:00', '12:30')`,
        [clinicId, timeSlotId],
      ),
  ],
  time_slots_of_a_clinic_are_unique_by_name: [
    'unique',
    async (calendar) => {
      await timeSlot('{}')(calendar)
      await timeSlot('{}')(calendar)
    },
  ],
  time_slots_belong_to_a_clinic: ['foreign_key', timeSlot('{"clinic_id": 0}')],
  time_slots_have_a_length: ['check', timeSlot('{"end_time": "12:00"}')],
  time_slots_start_within_their_day: ['check', timeSlot('{"start_time": "24:00"}')],
  time_slots_begin_and_end_on_the_minute: ['check', timeSlot('{"end_time": "12:30:30"}')],
  time_slots_have_a_name: ['raised', timeSlot('{"name": " "}')],

  templates_are_identified_by_clinic_and_id: [
    'unique',
    ({ db, clinicId, doctorId, timeSlotId, templateId }) =>
      db.query(
        `insert into app_public.doctor_slot_templates (clinic_id, id, doctor_id, time_slot_id, weekday) overriding system value
         values ($1, $2, $3, $4, 5)`,
        [clinicId, templateId, doctorId, timeSlotId],
      ),
  ],
  templates_belong_to_a_doctor: [
    'foreign_key',
    async ({ db, clinicId, timeSlotId, elsewhere }) =>
      aTemplate(db, clinicId, await aDoctor(db, elsewhere), timeSlotId, 5),
  ],
  templates_name_a_time_slot: [
    'foreign_key',
    ({ db, timeSlotId }) => db.query('delete from app_public.time_slots where id = $1', [timeSlotId]),
  ],
  template_weekdays_are_iso: [
    'check',
    ({ db, clinicId, doctorId, timeSlotId }) => aTemplate(db, clinicId, doctorId, timeSlotId, 0),
  ],
  templates_are_valid_for_a_day_at_least: [
    'check',
    ({ db, clinicId, doctorId, timeSlotId }) =>
      aTemplate(db, clinicId, doctorId, timeSlotId, 5, '2027-02-01', '2027-01-31'),
  ],
  templates_of_a_doctor_never_overlap: [
    'exclusion',
    ({ db, clinicId, doctorId, timeSlotId }) => aTemplate(db, clinicId, doctorId, timeSlotId, 3),
  ],

  booking_slots_are_identified_by_clinic_and_id: ['unique', slot({ id: 'there.id' })],
  booking_slots_are_unique_by_doctor_time_slot_and_date: [
    'unique',
    slot({ time_slot_id: 'there.time_slot_id', slot_date: 'there.slot_date', status: `'withdrawn'` }),
  ],
  booking_slots_of_a_doctor_never_overlap: [
    'exclusion',
    slot({ during: `tstzrange(there.ends_at - interval '1 microsecond', there.ends_at + interval '1 hour')` }),
  ],
  booking_slots_belong_to_a_doctor: ['foreign_key', slot({ doctor_id: '0', status: `'withdrawn'` })],
  open_slots_belong_to_an_active_doctor: [
    'foreign_key',
    ({ db, doctorId }) => db.query('update app_public.doctors set is_active = false where id = $1', [doctorId]),
  ],
  booking_slots_fill_a_time_slot: [
    'foreign_key',
    async (calendar) => slot({ time_slot_id: await aTimeSlot(calendar.db, calendar.elsewhere) })(calendar),
  ],
  booking_slots_have_one_customer_or_none: [
    'foreign_key',
    slot({ status: `'held'`, held_until: 'now()', customer_id: '0' }),
  ],
  held_and_booked_slots_have_their_customer: ['check', slot({ status: `'booked'` })],
  holds_have_an_end: [
    'check',
    async (calendar) => slot({ status: `'held'`, customer_id: calendar.customer.customerId })(calendar),
  ],
  only_withdrawn_slots_wait_for_the_end_of_an_absence: ['check', slot({ withdrawn_for_absence_id: '1' })],
  superseded_slots_are_withdrawn: ['check', slot({ superseded: 'true' })],
  booking_slots_have_a_beginning_and_an_end: [
    'check',
    slot({ during: `tstzrange(now() + interval '10 days', now() + interval '11 days', '[]')` }),
  ],

  generation_runs_are_identified_by_clinic_and_id: [
    'unique',
    async (calendar) => {
      await run({ id: '1' })(calendar)
      await run({ id: '1', due_at: 'null' })(calendar)
    },
  ],
  a_due_generation_runs_once: [
    'unique',
    async (calendar) => {
      await run({})(calendar)
      await run({})(calendar)
    },
  ],
  generation_runs_belong_to_a_clinic: ['foreign_key', run({ clinic_id: '0' })],
  generation_runs_are_of_dates_between_from_and_to: ['check', run({ to_date: 'current_date + 1' })],
  every_template_passed_over_has_a_reason: ['check', run({ templates_passed_over: '2', overlapping: '1' })],
}

it('tests every constraint of the domain', () =>
  inTransaction(async (db) => {
    const tables = ['time_slots', 'doctor_slot_templates', 'booking_slots', 'slot_generation_runs']
    const all = await constraintsOf(
      db,
      tables.map((table) => `app_public.${table}`),
    )
    const triedElsewhere = [
      // It cannot be violated without violating the primary key; foreign keys refer to it.
      'booked_slots_can_be_referred_to',
      // About bookings; tested with their constraints.
      'booked_slots_have_a_booking',
      // About visits; tested in test/sql/booking/tables/visits.test.ts.
      'a_booking_fills_its_new_slots_without_a_gap',
      'a_booking_fills_its_slots_without_a_gap',
      'only_booked_slots_continue_another',
      'slots_are_reserved_for_a_service_of_their_clinic',
      'templates_are_reserved_for_a_service_of_their_clinic',
      'the_rest_of_a_run_is_booked_with_its_head',
      'visits_take_no_slot_reserved_for_another_service',
      // Tried in test/sql/booking/waiting/join_waiting_list.test.ts.
      'slots_held_for_nobody_are_offered',
    ]
    expect([...Object.keys(violations), ...triedElsewhere].sort()).toEqual(all)
  }))

it.each(Object.entries(violations))('%s', (constraint, [kind, attempt]) =>
  inTransaction(async (db) => {
    const refused = attempt(await aCalendar(db))
    // A check that raises its refusal itself, so that no row gets into PostgreSQL's log, does not report the
    // constraint's name.
    if (kind === 'raised') await expectRefusal(refused, 'text_not_accepted')
    else await expectViolation(refused, `${kind}_violation`, constraint)
  }),
)

it.each([
  ['no beginning', `tstzrange(null, now())`, 'starts_at'],
  ['no end', `tstzrange(now(), null)`, 'ends_at'],
  ['no time at all', `'empty'`, 'starts_at'],
])('a slot with %s is refused', (_, during, column) =>
  inTransaction(async (db) => {
    const error = await expectRefusal(slot({ during })(await aCalendar(db)), 'not_null_violation')
    expect(error.column).toBe(column)
  }),
)

it.each([
  [
    'an open slot with a customer',
    (customer: string) => ({ customer_id: customer }),
    'held_and_booked_slots_have_their_customer',
  ],
  ['a booked slot without one', () => ({ status: `'booked'` }), 'held_and_booked_slots_have_their_customer'],
  [
    'a withdrawn slot with one',
    (customer: string) => ({ status: `'withdrawn'`, customer_id: customer }),
    'held_and_booked_slots_have_their_customer',
  ],
  ['an open slot with the end of a hold', () => ({ held_until: 'now()' }), 'holds_have_an_end'],
  [
    'a booked slot with the end of a hold',
    (customer: string) => ({ status: `'booked'`, customer_id: customer, held_until: 'now()' }),
    'holds_have_an_end',
  ],
] as [string, (customer: string) => Record<string, string>, string][])(
  'an inconsistent state is refused: %s',
  (_, set, constraint) =>
    inTransaction(async (db) => {
      const calendar = await aCalendar(db)
      await expectViolation(slot(set(calendar.customer.customerId))(calendar), 'check_violation', constraint)
    }),
)

it('slots of one doctor may touch, slots of two doctors may overlap, and a withdrawn slot blocks no other', () =>
  inTransaction(async (db) => {
    const calendar = await aCalendar(db)
    const same = { during: 'there.during', slot_date: 'there.slot_date' }
    await slot({
      during: `tstzrange(there.ends_at, there.ends_at + interval '1 hour')`,
      slot_date: `(there.ends_at at time zone 'Europe/Berlin')::date`,
    })(calendar)
    await slot({ ...same, doctor_id: await aDoctor(db, calendar.clinicId) })(calendar)
    await slot({ ...same, status: `'withdrawn'`, time_slot_id: await aTimeSlot(db, calendar.clinicId) })(calendar)
  }))

it('the date of a slot is the local date on which it begins, even if it ends on the next', () =>
  inTransaction(async (db) => {
    const calendar = await aCalendar(db)
    // A minute before midnight in Berlin, and the midnight itself.
    const nextYear = new Date().getUTCFullYear() + 1
    for (const [begins, date, other] of [
      [`${nextYear}-05-14T21:59Z`, `${nextYear}-05-14`, `${nextYear}-05-15`],
      [`${nextYear}-05-14T22:00Z`, `${nextYear}-05-15`, `${nextYear}-05-14`],
    ] as const) {
      const during = `tstzrange('${begins}'::timestamptz, '${begins}'::timestamptz + interval '1 minute')`
      const dated = (day: string) => slot({ during, slot_date: `'${day}'` })(calendar)
      const rule = 'booking_slots_have_the_local_date_of_their_beginning'
      await db.undone(() => expectViolation(dated(other), 'check_violation', rule))
      await db.undone(() => dated(date))
    }
  }))

it.each([
  ['app_public.time_slots', 'clinic_id', 'timeSlotId'],
  ['app_public.doctor_slot_templates', 'doctor_id', 'templateId'],
  ['app_public.booking_slots', 'clinic_id', 'slotId'],
  ['app_public.booking_slots', 'doctor_id', 'slotId'],
  ['app_public.booking_slots', 'time_slot_id', 'slotId'],
] as const)('what a row of %s is by its %s, it stays', (table, column, key) =>
  inTransaction(async (db) => {
    const calendar = await aCalendar(db)
    await expectRefusal(
      db.query(`update ${table} set ${column} = ${column} + 1 where id = $1`, [calendar[key]]),
      'immutable_column',
    )
  }),
)

it('a slot never moves: neither its date nor its time changes', () =>
  inTransaction(async (db) => {
    const { slotId } = await aCalendar(db)
    const set = (change: string) => db.query(`update app_public.booking_slots set ${change} where id = $1`, [slotId])
    await expectRefusal(set('slot_date = slot_date + 1'), 'immutable_column')
    await expectRefusal(set(`during = tstzrange(starts_at, ends_at + interval '1 minute')`), 'immutable_column')
  }))

it.each(['time_slots', 'doctor_slot_templates', 'booking_slots'])(
  '%s count their changes and refuse one made to an older version',
  (table) =>
    inTransaction(async (db) => {
      const { slotId, timeSlotId, templateId } = await aCalendar(db)
      const [id, change] = {
        time_slots: [timeSlotId, `name = 'Noon'`],
        doctor_slot_templates: [templateId, 'weekday = 4'],
        booking_slots: [slotId, `status = 'withdrawn'`],
      }[table] as [string, string]
      expect(
        await db.one(`update app_public.${table} set ${change} where id = $1 returning row_version`, [id]),
      ).toEqual({
        row_version: 2,
      })
      await expectRefusal(
        db.query(`update app_public.${table} set ${change}, row_version = 1 where id = $1`, [id]),
        'stale_row_version',
      )
    }),
)

it('a doctor with open or held slots ahead stays active', () =>
  inTransaction(async (db) => {
    const { clinicId, doctorId, timeSlotId, slotId: other, customer } = await aCalendar(db)
    const date = clinicDate(14)
    const { id: slotId } = await createSlot(db, clinicId, doctorId, timeSlotId, date)
    await db.query('select app_public.withdraw_slot($1, $2)', [clinicId, other])
    const deactivate = () => db.query('update app_public.doctors set is_active = false where id = $1', [doctorId])
    await db.as(customer.claims, () => hold(db, clinicId, slotId))
    await expectViolation(deactivate(), 'foreign_key_violation', 'open_slots_belong_to_an_active_doctor')
    await db.query('select app_public.withdraw_slot($1, $2)', [clinicId, slotId])
    await deactivate()
    // And no slot of an inactive one can be opened.
    await expectViolation(
      db.query(`update app_public.booking_slots set status = 'open' where id = $1`, [slotId]),
      'foreign_key_violation',
      'open_slots_belong_to_an_active_doctor',
    )
    await expectViolation(
      aSlot(db, clinicId, doctorId, 72),
      'foreign_key_violation',
      'open_slots_belong_to_an_active_doctor',
    )
    await expectRefusal(
      createSlot(db, clinicId, doctorId, await aTimeSlot(db, clinicId), `${new Date().getUTCFullYear() + 1}-12-31`),
      'doctor_not_found',
    )
  }))
