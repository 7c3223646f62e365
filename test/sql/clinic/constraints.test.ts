import { expect, it } from '@jest/globals'
import { aClinic, aCustomer, aDoctor, anAccount, anEmployee } from '../../helpers/clinic/world.ts'
import { expectViolation } from '../../helpers/database/constraints.ts'
import { inTransaction } from '../../helpers/database/database.ts'
import { constraintsOf, refusedBy, type Violation } from '../../helpers/database/rules.ts'

const tables = [
  'app_public.clinics',
  'app_public.policies',
  'app_public.specializations',
  'app_public.doctors',
  'app_public.doctor_specializations',
  'app_public.employees',
  'app_private.invitations',
  'app_public.clinic_customers',
]

/** Keys that other tables refer to: a duplicate violates a primary key first. */
const onlyReferredTo = ['active_clinics_can_be_referred_to', 'active_doctors_can_be_referred_to']

const long = 'x'.repeat(250)

it('each constraint of clinics and their people refuses what its name says, even when the owner writes it', () =>
  inTransaction(async (db) => {
    const [clinic, elsewhere, closed] = [await aClinic(db), await aClinic(db), await aClinic(db)]
    const [doctor, foreignDoctor] = [await aDoctor(db, clinic), await aDoctor(db, elsewhere)]
    const employee = await anEmployee(db, clinic, 'receptionist')
    const { accountId } = await anAccount(db)
    const { customerId } = await aCustomer(db)
    const stranger = await aCustomer(db)
    const { id: specialization } = await db.one(
      `insert into app_public.specializations (name) values ('Dermatology') returning id`,
    )
    await db.query('update app_public.clinics set is_active = false where id = $1', [closed])
    await db.query('insert into app_public.doctor_specializations values ($1, $2, $3)', [
      clinic,
      doctor,
      specialization,
    ])
    await db.query(
      `insert into app_public.clinic_customers (clinic_id, customer_id, full_name) values ($1, $2, 'Ann')`,
      [clinic, customerId],
    )
    const { id: invitation } = await db.one(
      `insert into app_private.invitations (clinic_id, email, full_name, role)
       values ($1, 'new@test.example', 'New', 'doctor') returning id`,
      [clinic],
    )

    const policy = (change: string): Violation => [
      `update app_public.policies set ${change} where clinic_id = $1`,
      clinic,
    ]
    const newDoctor = 'insert into app_public.doctors (clinic_id, full_name, is_active) values'
    const newEmployee = 'insert into app_public.employees (clinic_id, account_id, role, doctor_id, full_name) values'
    const newInvitation = 'insert into app_private.invitations (clinic_id, email, full_name, role, doctor_id) values'
    const newRecord = 'insert into app_public.clinic_customers (clinic_id, customer_id, full_name, email) values'

    const violations: Record<string, Violation> = {
      clinics_are_identified_by_id: [
        `insert into app_public.clinics (id, name, time_zone) overriding system value values ($1, 'New', 'UTC')`,
        clinic,
      ],
      clinics_have_a_name: [`insert into app_public.clinics (name, time_zone) values (' ', 'UTC')`],
      clinic_addresses_and_phones_are_short: [
        `insert into app_public.clinics (name, time_zone, address) values ('New', 'UTC', repeat('x', 501))`,
      ],

      a_clinic_has_one_policy: ['insert into app_public.policies (clinic_id) values ($1)', clinic],
      policies_belong_to_a_clinic: ['insert into app_public.policies (clinic_id) values (0)'],
      lead_times_are_not_negative: policy(`lead_time = '-1 second'`),
      horizons_lie_ahead: policy(`horizon = '0'`),
      cancellation_cutoffs_are_not_negative: policy(`cancellation_cutoff = '-1 second'`),
      guests_have_five_minutes_to_a_day: policy(`guest_hold_time = '4 minutes'`),
      clinics_use_a_known_currency: policy(`currency = 'XXX'`),
      payments_have_half_an_hour_to_a_day: policy(`payment_hold_time = '32 minutes'`),
      payment_terms_last_at_most_a_year: policy(`payment_term = -1`),
      invoice_footers_are_short: policy(`invoice_footer = repeat('x', 1001)`),
      head_starts_last_from_five_minutes_to_a_day: policy(`waiting_head_start = '4 minutes'`),
      waiting_notices_are_not_negative: policy(`waiting_notice = '-1 minute'`),
      holds_last_from_a_minute_to_a_day: policy(`hold_time = '59 seconds'`),
      customers_may_book_at_least_once: policy('max_live_bookings = 0'),
      customers_may_hold_a_slot_at_least_once: policy('max_holds_of_a_slot = 0'),
      reminders_are_few_and_before: policy(`reminder_lead_times = '{1h,2h,3h,4h,5h,6h}'`),
      clinics_write_in_a_language_that_is_known: policy(`language = 'tlh'`),
      quiet_hours_have_both_ends: policy(`quiet_from = '22:00'`),
      consultation_providers_are_known: policy(`consultation_provider = 'phone'`),
      rooms_open_at_most_a_day_before: policy(`consultation_opens_before = '25 hours'`),
      rooms_close_at_most_a_day_after: policy(`consultation_closes_after = '0'`),
      recordings_are_kept_from_a_day_to_ten_years: policy(`recordings_kept_for = '3651 days'`),
      sender_names_are_one_short_line: policy(`sender_name = E'Riverside\\nBcc: all'`),
      generation_weekdays_are_iso: policy('generation_weekday = 0'),
      generation_looks_at_most_a_year_ahead: policy('generation_weeks = 53'),

      specializations_are_identified_by_id: [
        `insert into app_public.specializations (id, name) overriding system value values ($1, 'New')`,
        specialization,
      ],
      specializations_are_unique_by_name: [`insert into app_public.specializations (name) values ('DERMATOLOGY')`],
      specializations_have_a_name: [`insert into app_public.specializations (name) values ('')`],
      names_of_specializations_are_texts_by_language: [`update app_public.specializations set names = '{"de": " "}'`],

      doctors_are_identified_by_clinic_and_id: [
        `insert into app_public.doctors (clinic_id, id, full_name) overriding system value values ($1, $2, 'New')`,
        clinic,
        doctor,
      ],
      doctors_belong_to_a_clinic: [`${newDoctor} (0, 'New', false)`],
      active_doctors_belong_to_an_active_clinic: [`${newDoctor} ($1, 'New', true)`, closed],
      doctors_have_a_name: [`${newDoctor} ($1, $2, true)`, clinic, long],

      a_doctor_has_a_specialization_once: [
        'insert into app_public.doctor_specializations values ($1, $2, $3)',
        clinic,
        doctor,
        specialization,
      ],
      doctor_specializations_belong_to_a_doctor: [
        'insert into app_public.doctor_specializations values ($1, $2, $3)',
        clinic,
        foreignDoctor,
        specialization,
      ],
      doctor_specializations_name_a_specialization: [
        'insert into app_public.doctor_specializations values ($1, $2, 0)',
        clinic,
        doctor,
      ],

      employees_are_identified_by_clinic_and_id: [
        `insert into app_public.employees (clinic_id, id, account_id, role, full_name)
         overriding system value values ($1, $2, $3, 'doctor', 'New')`,
        clinic,
        employee.employeeId,
        accountId,
      ],
      an_account_works_once_in_a_clinic: [`${newEmployee} ($1, $2, 'doctor', null, 'New')`, clinic, employee.accountId],
      employees_belong_to_a_clinic: [`${newEmployee} (0, $1, 'doctor', null, 'New')`, accountId],
      employees_have_an_account: [`${newEmployee} ($1, 0, 'doctor', null, 'New')`, clinic],
      doctors_may_be_a_known_human: ['update app_public.doctors set human_id = 0 where clinic_id = $1', clinic],
      employees_may_be_a_known_human: ['update app_public.employees set human_id = 0 where clinic_id = $1', clinic],
      employees_may_be_a_doctor: [`${newEmployee} ($1, $2, 'doctor', $3, 'New')`, clinic, accountId, foreignDoctor],
      employees_have_a_name: [`${newEmployee} ($1, $2, 'doctor', null, '')`, clinic, accountId],

      invitations_are_identified_by_clinic_and_id: [
        `insert into app_private.invitations (clinic_id, id, email, full_name, role)
         overriding system value values ($1, $2, 'new@test.example', 'New', 'doctor')`,
        clinic,
        invitation,
      ],
      invitations_belong_to_a_clinic: [`${newInvitation} (0, 'new@test.example', 'New', 'doctor', null)`],
      invitations_may_be_for_a_doctor: [
        `${newInvitation} ($1, 'new@test.example', 'New', 'doctor', $2)`,
        clinic,
        foreignDoctor,
      ],
      invited_people_have_a_name: [`${newInvitation} ($1, 'new@test.example', ' ', 'doctor', null)`, clinic],

      a_clinic_keeps_one_record_of_a_customer: [`${newRecord} ($1, $2, 'Ann', null)`, clinic, customerId],
      clinic_customers_belong_to_a_clinic: [`${newRecord} (0, $1, 'Ann', null)`, customerId],
      clinic_customers_are_customers: [`${newRecord} ($1, 0, 'Ann', null)`, clinic],
      clinic_customers_have_a_name: [`${newRecord} ($1, $2, ' ', null)`, clinic, stranger.customerId],
      clinic_customers_read_a_language_that_is_known: [
        `update app_public.clinic_customers set preferred_language = 'tlh'`,
      ],
      copies_are_of_columns_of_the_profile: [`update app_public.clinic_customers set copied_from_profile = '{notes}'`],
      clinics_are_in_a_known_country: [`update app_public.clinics set country = 'XX' where id = $1`, clinic],
      international_numbers_are_e164: [
        // The trigger that fills the column prevents every violation.
        `alter table app_public.clinic_customers disable trigger numbers_are_read_as_they_are_written;
         update app_public.clinic_customers set phone_e164 = '+49'`,
      ],
      clinic_customer_phones_are_short: [`update app_public.clinic_customers set phone = repeat('0', 51)`],
      clinic_customer_notes_are_short: [`update app_public.clinic_customers set notes = repeat('x', 5001)`],
      names_of_specializations_can_be_seen: [
        `insert into app_public.specializations (name, names) values ('New', jsonb_build_object('de', U&'\\2066'))`,
      ],
      texts_about_doctors_are_short: [`update app_public.doctors set about = repeat('x', 5001)`],
      clinic_customers_are_told_by_email_or_sms: [
        `update app_public.clinic_customers set preferred_channel = 'webhook'`,
      ],
      preferred_channels_of_records_have_an_address: [
        `update app_public.clinic_customers set preferred_channel = 'sms', phone = null`,
      ],
    }

    const rules = (await constraintsOf(db, tables)).filter((rule) => !onlyReferredTo.includes(rule))
    expect(Object.keys(violations).sort()).toEqual(rules)
    expect(await refusedBy(db, violations)).toEqual(Object.fromEntries(rules.map((rule) => [rule, rule])))
  }))

it('a policy accepts the bounds of each range, refuses values beyond them, and names the constraint', () =>
  inTransaction(async (db) => {
    const clinic = await aClinic(db)
    const tried: Record<string, string> = {
      "lead_time = '366 days'": 'lead_times_are_not_negative',
      "lead_time = '0'": 'nothing',
      "horizon = '801 days'": 'horizons_lie_ahead',
      "cancellation_cutoff = '366 days'": 'cancellation_cutoffs_are_not_negative',
      "payment_hold_time = '33 minutes'": 'nothing',
      "payment_hold_time = '1 day 1 second'": 'payments_have_half_an_hour_to_a_day',
      "invoice_footer = repeat('x', 1000)": 'nothing',
      'payment_term = 0': 'nothing',
      'payment_term = 365': 'nothing',
      'payment_term = 366': 'payment_terms_last_at_most_a_year',
      "hold_time = '1 day 1 second'": 'holds_last_from_a_minute_to_a_day',
      "hold_time = '1 minute'": 'nothing',
      'max_live_bookings = 1001': 'customers_may_book_at_least_once',
      'max_holds_of_a_slot = 1001': 'customers_may_hold_a_slot_at_least_once',
      "reminder_lead_times = '{}'": 'nothing',
      "reminder_lead_times = '{0}'": 'reminders_are_few_and_before',
      "reminder_lead_times = '{1 hour,-1 hour}'": 'reminders_are_few_and_before',
      "reminder_lead_times = '{1 hour,null}'": 'reminders_are_few_and_before',
      "reminder_lead_times = '{366 days}'": 'reminders_are_few_and_before',
      "reminder_lead_times = '{1h,2h,3h,4h,5h}'": 'nothing',
      'generation_weekday = 8': 'generation_weekdays_are_iso',
      'generation_weeks = 0': 'generation_looks_at_most_a_year_ahead',
    }
    const outcome = await refusedBy(
      db,
      Object.fromEntries(
        Object.keys(tried).map((change) => [
          change,
          [`update app_public.policies set ${change} where clinic_id = $1`, clinic],
        ]),
      ),
    )
    expect(outcome).toEqual(tried)
  }))

it('a row that others refer to cannot be deleted', () =>
  inTransaction(async (db) => {
    const clinic = await aClinic(db)
    const doctor = await aDoctor(db, clinic)
    const employee = await anEmployee(db, clinic, 'doctor', doctor)
    const { customerId } = await aCustomer(db)
    const { id: specialization } = await db.one(
      `insert into app_public.specializations (name) values ('Dermatology') returning id`,
    )
    await db.query('insert into app_public.doctor_specializations values ($1, $2, $3)', [
      clinic,
      doctor,
      specialization,
    ])
    await db.query(
      `insert into app_public.clinic_customers (clinic_id, customer_id, full_name) values ($1, $2, 'Ann')`,
      [clinic, customerId],
    )
    const outcome = await refusedBy(db, {
      clinic: ['delete from app_public.clinics where id = $1', clinic],
      doctor: ['delete from app_public.doctors where id = $1', doctor],
      account: ['delete from app_private.accounts where id = $1', employee.accountId],
      customer: ['delete from app_public.customers where id = $1', customerId],
      specialization: ['delete from app_public.specializations where id = $1', specialization],
    })
    expect(outcome).toEqual({
      clinic: 'doctors_belong_to_a_clinic',
      doctor: 'employees_may_be_a_doctor',
      account: 'employees_have_an_account',
      customer: 'clinic_customers_are_customers',
      specialization: 'doctor_specializations_name_a_specialization',
    })
  }))

it.each([
  ['[]'],
  ['"Neurologie"'],
  ['{"German": "Neurologie"}'],
  ['{"de": null}'],
  ['{"de": ["Neurologie"]}'],
  ['{"de": ""}'],
  ['{"de": "Neurologie "}'],
  [`{"de": "${'x'.repeat(101)}"}`],
  ['{"fr": "Neurologie", "de": 1}'],
])('the names of a specialization may not be %s', (names) =>
  inTransaction((db) =>
    expectViolation(
      db.query(`insert into app_public.specializations (name, names) values ('Neurology', $1)`, [names]),
      'check_violation',
      'names_of_specializations_are_texts_by_language',
    ),
  ),
)

it('a specialization can have a name in any number of languages', () =>
  inTransaction(async (db) => {
    const names = { de: 'Hals-Nasen-Ohren-Heilkunde', fr: 'ORL', is: 'x'.repeat(100) }
    await db.query(`insert into app_public.specializations (name, names) values ('ENT', $1)`, [names])
    expect(await db.one(`select names from app_public.specializations where name = 'ENT'`)).toEqual({ names })
  }))
