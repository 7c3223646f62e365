import { sealed } from '../helpers/external/external_calendars.ts'
import { inDays } from '../helpers/time/dates.ts'
import { people, type World } from '../sql/rights/two_clinics.ts'
import { billingFunctions } from './billing_functions.ts'
import type { Call } from './call.ts'

// Who may call which function of the API, for clinic A. SQL (sql/rights/function_rights.test.ts) and GraphQL
// (graphql.test.ts) must agree, so arguments are given by name.

const no = 'insufficient_privilege'
const all = (outcome: string) => people.map(() => outcome)
/** Anonymous callers have no right to execute the function; everybody else gets the same outcome. */
const signedIn = (outcome: string) => [no, ...people.slice(1).map(() => outcome)]
//                                anonymous, Ann, Bob, receptionist A, doctor A, manager A, manager B, admin
const managers = (outcome = 'done') => [no, no, no, 'forbidden', 'forbidden', outcome, 'forbidden', outcome]
const desk = (outcome = 'done') => [no, no, no, outcome, 'forbidden', outcome, 'forbidden', outcome]
const staff = (outcome = 'done') => [no, no, no, outcome, outcome, outcome, 'forbidden', outcome]
const annAndTheDesk = (toOthers: string) => [no, 'done', toOthers, 'done', 'forbidden', 'done', toOthers, 'done']
const annAndAdmins = [no, 'done', ...people.slice(2, -1).map(() => 'customer_not_found'), 'done']
/** Of Ann's visit with the doctor of clinic A; administrators have no right either. */
const patientAndDoctor = (toOthers: string) => [
  no,
  'done',
  toOthers,
  toOthers,
  'done',
  ...people.slice(5).map(() => toOthers),
]
/** Employees and administrators are not customers themselves. */
const customers = {
  outcomes: [no, 'done', 'done', ...people.slice(3).map(() => 'invalid_argument')],
  withoutCustomer: 'invalid_argument',
}

const calendarOfClinic = [
  no,
  ...desk()
    .slice(1, -1)
    .map((outcome) => (outcome === no ? 'forbidden' : outcome)),
  'forbidden',
]
const calendarOfDoctor = calendarOfClinic.with(4, 'done')
const doctorOfAnotherClinic = calendarOfClinic.map((outcome) => (outcome === 'done' ? 'doctor_not_found' : outcome))

const calendarsOfDoctor = managers().with(3, 'external_calendar_not_found').with(4, 'done')
const externalCalendar = { kind: 'ics', url: 'https://calendar.example.org/new.ics' } as const

const identityDocument = { kind: 'passport', country: 'DE', number: 'C01X00T47' }
const sealedDocument = JSON.stringify({
  kind: 'passport',
  country: 'DE',
  keyId: 'k',
  knownAs: ['00'.repeat(32)],
  blindIndex: '00'.repeat(32),
  nonce: '00'.repeat(12),
  ciphertext: '00'.repeat(30),
})
const clinic = ({ a }: World) => ({ clinic_id: a.clinicId })

export const functions: Record<string, Call[]> = {
  ...billingFunctions,
  register_customer: [
    {
      given: () => ({ email: 'new@test.example', password: 'a fine long password', full_name: 'New' }),
      outcomes: all('done'),
    },
  ],
  sign_in: [
    {
      given: () => ({ email: 'new@test.example', password: 'x' }),
      outcomes: all('done'),
      recorded: 'wrong_credentials',
    },
  ],
  refresh_session: [{ given: () => ({ refresh_token: 'x' }), outcomes: all('refresh_token_invalid') }],
  accept_invitation: [{ given: () => ({ token: 'x', password: 'y' }), outcomes: all('invitation_invalid') }],
  current_person: [{ outcomes: all('done') }],
  sign_out: [
    { outcomes: ['unauthenticated', ...signedIn('done').slice(1)] },
    { given: () => ({ refresh_token: 'x' }), outcomes: all('done') },
  ],
  change_password: [
    {
      given: () => ({ current_password: 'x', new_password: 'y' }),
      outcomes: signedIn('done'),
      recorded: 'wrong_credentials',
    },
  ],
  claimable_records: [{ outcomes: signedIn('done') }],
  clinics_with_records: [{ outcomes: signedIn('done') }],
  confirm_email: [{ given: () => ({ token: 'x' }), outcomes: signedIn('email_link_invalid') }],
  request_email_confirmation: [{ outcomes: signedIn('done') }],
  change_email: [
    {
      // The people of these tests have no password.
      given: () => ({ new_email: 'new@test.example', current_password: 'x' }),
      outcomes: signedIn('done'),
    },
  ],
  request_password_reset: [{ given: () => ({ email: 'new@test.example' }), outcomes: all('done') }],
  reset_password: [{ given: () => ({ token: 'x', new_password: 'y' }), outcomes: all('reset_token_invalid') }],
  find_clinics: [{ given: () => ({ wanted: 'A' }), outcomes: all('done') }],
  find_doctors: [{ given: () => ({ wanted: 'A' }), outcomes: all('done') }],
  available_slots: [{ given: clinic, outcomes: all('done') }],
  days_with_free_slots: [{ given: clinic, outcomes: all('done') }],
  slot_bookability: [
    { given: ({ a, heldSlotId }) => ({ clinic_id: a.clinicId, booking_slot_id: heldSlotId }), outcomes: all('done') },
  ],
  utc_offsets: [{ given: () => ({ time_zones: ['Europe/Berlin'] }), outcomes: all('done') }],

  hold_slot: [
    { given: ({ a }) => ({ clinic_id: a.clinicId, booking_slot_id: a.openSlotId }), ...customers },
    {
      given: ({ a, ann }) => ({ clinic_id: a.clinicId, booking_slot_id: a.openSlotId, customer_id: ann.customerId }),
      outcomes: annAndTheDesk('forbidden'),
    },
  ],
  release_hold: [
    {
      given: ({ a, heldSlotId, ann }) => ({
        clinic_id: a.clinicId,
        booking_slot_id: heldSlotId,
        customer_id: ann.customerId,
      }),
      outcomes: annAndTheDesk('forbidden'),
    },
  ],
  book_slot: [
    { given: ({ a }) => ({ clinic_id: a.clinicId, booking_slot_id: a.openSlotId }), ...customers },
    {
      given: ({ a, ann }) => ({ clinic_id: a.clinicId, booking_slot_id: a.openSlotId, customer_id: ann.customerId }),
      outcomes: annAndTheDesk('forbidden'),
    },
  ],
  cancel_booking: [
    {
      given: ({ a, booking }) => ({ clinic_id: a.clinicId, booking_id: booking }),
      outcomes: annAndTheDesk('booking_not_found'),
    },
  ],
  reschedule_booking: [
    {
      given: ({ a, booking }) => ({ clinic_id: a.clinicId, booking_id: booking, booking_slot_id: a.openSlotId }),
      outcomes: annAndTheDesk('booking_not_found'),
    },
  ],
  check_in: [{ given: ({ a, bookingNow }) => ({ clinic_id: a.clinicId, booking_id: bookingNow }), outcomes: staff() }],
  complete_booking: [
    {
      // Nobody was checked in, so callers with the right get this refusal.
      given: ({ a, bookingNow }) => ({ clinic_id: a.clinicId, booking_id: bookingNow }),
      outcomes: staff('illegal_transition'),
    },
  ],
  mark_no_show: [
    { given: ({ a, bookingNow }) => ({ clinic_id: a.clinicId, booking_id: bookingNow }), outcomes: staff() },
  ],
  // Nothing was recorded yet, so callers with the right get this refusal.
  undo_check_in: [
    {
      given: ({ a, bookingNow }) => ({ clinic_id: a.clinicId, booking_id: bookingNow }),
      outcomes: staff('illegal_transition'),
    },
  ],
  undo_completion: [
    {
      given: ({ a, bookingNow }) => ({ clinic_id: a.clinicId, booking_id: bookingNow }),
      outcomes: staff('illegal_transition'),
    },
  ],
  undo_no_show: [
    {
      given: ({ a, bookingNow }) => ({ clinic_id: a.clinicId, booking_id: bookingNow }),
      outcomes: staff('illegal_transition'),
    },
  ],

  network_alerts: [{ given: clinic, outcomes: staff() }],
  dismiss_network_alert: [
    { given: ({ a }) => ({ clinic_id: a.clinicId, slot_date: inDays(3) }), outcomes: desk('alert_not_found') },
  ],

  set_slot_customer: [
    {
      given: ({ a, ann }) => ({ clinic_id: a.clinicId, booking_slot_id: a.openSlotId, customer_id: ann.customerId }),
      outcomes: annAndTheDesk('forbidden'),
    },
    {
      // Frees a slot that Ann holds. Her guardian would name her.
      guardian: 'hold_not_found',
      given: ({ a, heldSlotId }) => ({ clinic_id: a.clinicId, booking_slot_id: heldSlotId, customer_id: null }),
      outcomes: [no, 'done', 'hold_not_found', 'done', 'invalid_argument', 'done', 'invalid_argument', 'done'],
      withoutCustomer: 'invalid_argument',
    },
  ],
  clinic_of_booking_slot: [{ given: ({ heldSlotId }) => ({ booking_slot_id: heldSlotId }), outcomes: all('done') }],

  plan_series: [
    {
      given: ({ a }) => ({
        clinic_id: a.clinicId,
        doctor_id: a.doctorId,
        time_slot_id: a.timeSlotId,
        first_date: inDays(3),
        visits: 2,
      }),
      outcomes: desk(),
    },
  ],
  generate_series_slots: [{ given: ({ a }) => ({ clinic_id: a.clinicId, slot_dates: [inDays(3)] }), outcomes: desk() }],
  book_series: [
    // Both slots are at the same time, with two doctors.
    {
      given: ({ a, ann }) => ({
        clinic_id: a.clinicId,
        customer_id: ann.customerId,
        booking_slot_ids: [a.openSlotId, a.colleaguesSlotId],
      }),
      outcomes: desk('customer_busy'),
    },
  ],
  series_bookings: [
    { given: ({ a, seriesId }) => ({ clinic_id: a.clinicId, series_id: seriesId }), outcomes: staff() },
  ],
  plan_series_move: [
    {
      given: ({ a, seriesId }) => ({ clinic_id: a.clinicId, series_id: seriesId, from_date: '2020-01-01' }),
      outcomes: desk(),
    },
  ],
  move_series: [
    {
      given: ({ a, seriesId, booking }) => ({
        clinic_id: a.clinicId,
        series_id: seriesId,
        booking_ids: [booking],
        booking_slot_ids: [a.openSlotId],
      }),
      outcomes: desk('booking_not_found'),
    },
  ],
  cancel_series: [
    {
      given: ({ a, seriesId }) => ({ clinic_id: a.clinicId, series_id: seriesId, from_date: '2020-01-01' }),
      outcomes: desk(),
    },
  ],

  withdraw_day: [
    {
      given: ({ a }) => ({ clinic_id: a.clinicId, doctor_id: a.doctorId, slot_date: inDays(3), cascade: true }),
      outcomes: staff(),
    },
  ],
  withdraw_slot: [
    { given: ({ a }) => ({ clinic_id: a.clinicId, booking_slot_id: a.openSlotId }), outcomes: staff() },
    // A colleague's.
    { given: ({ a }) => ({ clinic_id: a.clinicId, booking_slot_id: a.colleaguesSlotId }), outcomes: desk() },
  ],
  add_absence: [
    {
      given: ({ a }) => ({
        clinic_id: a.clinicId,
        kind: 'training',
        first_date: inDays(50),
        last_date: inDays(50),
        doctor_id: a.doctorId,
      }),
      outcomes: staff(),
    },
    // Of everyone.
    {
      given: ({ a }) => ({ clinic_id: a.clinicId, kind: 'closure', first_date: inDays(50), last_date: inDays(50) }),
      outcomes: desk(),
    },
  ],
  change_absence: [
    {
      given: ({ a }) => ({
        clinic_id: a.clinicId,
        absence_id: a.absenceId,
        kind: 'training',
        first_date: inDays(51),
        last_date: inDays(51),
      }),
      outcomes: staff(),
    },
    {
      given: ({ a }) => ({
        clinic_id: a.clinicId,
        absence_id: a.colleaguesAbsenceId,
        kind: 'training',
        first_date: inDays(51),
        last_date: inDays(51),
      }),
      outcomes: [no, no, no, 'done', 'absence_not_found', 'done', 'forbidden', 'done'],
    },
  ],
  remove_absence: [
    { given: ({ a }) => ({ clinic_id: a.clinicId, absence_id: a.absenceId }), outcomes: staff() },
    { given: ({ a }) => ({ clinic_id: a.clinicId, absence_id: a.absenceOfAllId }), outcomes: desk() },
    {
      given: ({ a }) => ({ clinic_id: a.clinicId, absence_id: a.colleaguesAbsenceId }),
      outcomes: [no, no, no, 'done', 'absence_not_found', 'done', 'forbidden', 'done'],
    },
  ],
  connect_external_calendar: [
    {
      given: ({ a }) => ({ clinic_id: a.clinicId, doctor_id: a.doctorId, calendar: sealed(externalCalendar) }),
      inGraphQL: ({ a }) => ({ clinic_id: a.clinicId, doctor_id: a.doctorId, calendar: externalCalendar }),
      outcomes: managers().with(4, 'done'),
    },
    {
      given: ({ a }) => ({ clinic_id: a.clinicId, doctor_id: a.colleagueId, calendar: sealed(externalCalendar) }),
      inGraphQL: ({ a }) => ({ clinic_id: a.clinicId, doctor_id: a.colleagueId, calendar: externalCalendar }),
      outcomes: managers(),
    },
  ],
  change_external_calendar: [
    {
      given: ({ a }) => ({ clinic_id: a.clinicId, calendar_id: a.calendarId, calendar: sealed(externalCalendar) }),
      inGraphQL: ({ a }) => ({ clinic_id: a.clinicId, calendar_id: a.calendarId, calendar: externalCalendar }),
      outcomes: calendarsOfDoctor,
    },
    {
      given: ({ a }) => ({
        clinic_id: a.clinicId,
        calendar_id: a.colleaguesCalendarId,
        calendar: sealed(externalCalendar),
      }),
      inGraphQL: ({ a }) => ({
        clinic_id: a.clinicId,
        calendar_id: a.colleaguesCalendarId,
        calendar: externalCalendar,
      }),
      outcomes: calendarsOfDoctor.with(4, 'external_calendar_not_found'),
    },
  ],
  disconnect_external_calendar: [
    {
      given: ({ a }) => ({ clinic_id: a.clinicId, calendar_id: a.calendarId }),
      outcomes: calendarsOfDoctor,
    },
    {
      given: ({ a }) => ({ clinic_id: a.clinicId, calendar_id: a.colleaguesCalendarId }),
      outcomes: calendarsOfDoctor.with(4, 'external_calendar_not_found'),
    },
  ],
  add_holidays: [
    {
      given: ({ a }) => ({
        clinic_id: a.clinicId,
        region: 'DE-BE',
        holidays: [],
      }),
      outcomes: managers(),
    },
  ],
  holiday_calendar: [{ given: clinic, outcomes: managers() }],
  absence_effect: [
    {
      given: ({ a }) => ({
        clinic_id: a.clinicId,
        first_date: inDays(1),
        last_date: inDays(9),
        doctor_id: a.doctorId,
      }),
      outcomes: staff(),
    },
    { given: ({ a }) => ({ clinic_id: a.clinicId, first_date: inDays(1), last_date: inDays(9) }), outcomes: desk() },
  ],
  bookings_in_absence: [
    {
      given: ({ a }) => ({
        clinic_id: a.clinicId,
        first_date: inDays(1),
        last_date: inDays(9),
        doctor_id: a.doctorId,
      }),
      outcomes: staff(),
    },
    { given: ({ a }) => ({ clinic_id: a.clinicId, first_date: inDays(1), last_date: inDays(9) }), outcomes: desk() },
  ],
  create_booking_slot: [
    {
      given: ({ a }) => ({
        clinic_id: a.clinicId,
        doctor_id: a.doctorId,
        time_slot_id: a.timeSlotId,
        slot_date: inDays(10),
      }),
      outcomes: desk(),
    },
  ],
  generate_booking_slots: [
    {
      given: ({ a }) => ({ clinic_id: a.clinicId, from_date: inDays(0), to_date: inDays(1) }),
      outcomes: managers(),
    },
  ],

  remove_time_slot: [
    { given: ({ a }) => ({ clinic_id: a.clinicId, time_slot_id: a.formerTimeSlotId }), outcomes: managers() },
  ],
  remove_doctor_slot_template: [
    { given: ({ a }) => ({ clinic_id: a.clinicId, template_id: a.templateId }), outcomes: managers() },
  ],
  set_doctor_specializations: [
    {
      given: ({ a }) => ({ clinic_id: a.clinicId, doctor_id: a.doctorId, specialization_ids: [] }),
      outcomes: managers(),
    },
  ],
  remove_service: [
    { given: ({ a }) => ({ clinic_id: a.clinicId, service_id: a.formerServiceId }), outcomes: managers() },
  ],
  reorder_services: [{ given: ({ a }) => ({ clinic_id: a.clinicId, service_ids: [] }), outcomes: managers() }],
  set_service_doctors: [
    { given: ({ a }) => ({ clinic_id: a.clinicId, service_id: a.serviceId, doctor_ids: [] }), outcomes: managers() },
  ],
  set_service_needs: [
    {
      given: ({ a }) => ({ clinic_id: a.clinicId, service_id: a.serviceId, needs: '[]' }),
      inGraphQL: ({ a }) => ({ clinic_id: a.clinicId, service_id: a.serviceId, needs: [] }),
      outcomes: managers(),
    },
  ],
  remove_resource: [{ given: ({ a }) => ({ clinic_id: a.clinicId, resource_id: a.resourceId }), outcomes: managers() }],
  resources_for_booking: [
    { given: ({ a, booking }) => ({ clinic_id: a.clinicId, booking_id: booking }), outcomes: staff() },
  ],
  change_booking_resource: [
    {
      given: ({ a, bookingNow }) => ({ clinic_id: a.clinicId, booking_id: bookingNow, resource_id: a.resourceId }),
      outcomes: desk(),
    },
    {
      given: ({ a, b, booking }) => ({ clinic_id: a.clinicId, booking_id: booking, resource_id: b.resourceId }),
      outcomes: desk('resource_not_found'),
    },
  ],
  remove_service_question: [
    { given: ({ a }) => ({ clinic_id: a.clinicId, question_id: a.questionId }), outcomes: managers() },
  ],
  reorder_service_questions: [
    { given: ({ a }) => ({ clinic_id: a.clinicId, service_id: a.serviceId, question_ids: [] }), outcomes: managers() },
  ],

  remove_customer: [
    {
      given: ({ ann }) => ({ customer_id: ann.customerId, cascade: true }),
      outcomes: annAndAdmins,
    },
  ],
  export_customer: [{ given: ({ ann }) => ({ customer_id: ann.customerId }), outcomes: annAndAdmins }],
  erase_customer: [{ given: ({ ann }) => ({ customer_id: ann.customerId }), outcomes: annAndAdmins }],
  change_weekly_plan: [
    {
      given: ({ a }) => ({
        clinic_id: a.clinicId,
        doctor_id: a.doctorId,
        weekday: 7,
        time_slot_ids: [a.formerTimeSlotId],
        sees_patients: true,
      }),
      outcomes: managers(),
    },
  ],
  apply_templates: [{ given: clinic, outcomes: managers() }],
  dismiss_rebooking: [
    { given: ({ a, rebooking }) => ({ clinic_id: a.clinicId, rebooking_id: rebooking }), outcomes: desk() },
  ],
  send_again: [
    { given: ({ a, notification }) => ({ clinic_id: a.clinicId, notification_id: notification }), outcomes: desk() },
  ],
  settle_notification: [
    {
      given: ({ a, notification }) => ({ clinic_id: a.clinicId, notification_id: notification }),
      // This one was sent.
      outcomes: desk('illegal_transition'),
    },
  ],
  next_generation: [
    {
      given: ({ a }) => ({ clinic_id: a.clinicId }),
      outcomes: [no, no, no, 'done', 'done', 'done', 'forbidden', 'done'],
    },
  ],
  preview_notification: [
    {
      given: ({ a }) => ({ clinic_id: a.clinicId, kind: 'booking_confirmed', channel: 'email', language: 'de' }),
      outcomes: managers(),
    },
  ],
  create_webhook_endpoint: [
    { given: ({ a }) => ({ clinic_id: a.clinicId, url: 'https://clinic.example/other' }), outcomes: managers() },
  ],

  // Anyone who has the link may use it, whatever else they are; tokens that are not valid get the same answer.
  booking_by_link: [
    { given: ({ link }) => ({ token: link }), outcomes: all('done') },
    { given: () => ({ token: 'x' }), outcomes: all('done'), recorded: 'link_invalid' },
  ],
  cancel_by_link: [
    { given: ({ link }) => ({ token: link }), outcomes: all('done') },
    { given: () => ({ token: 'x' }), outcomes: all('done'), recorded: 'link_invalid' },
  ],
  reschedule_by_link: [
    { given: ({ a, link }) => ({ token: link, booking_slot_id: a.openSlotId }), outcomes: all('done') },
    // Rules for patients, and slots of the booking's clinic only.
    { given: ({ b, link }) => ({ token: link, booking_slot_id: b.openSlotId }), outcomes: all('slot_not_found') },
    {
      given: ({ a }) => ({ token: 'x', booking_slot_id: a.openSlotId }),
      outcomes: all('done'),
      recorded: 'link_invalid',
    },
  ],
  consultation_by_link: [
    { given: ({ joinLink }) => ({ token: joinLink }), outcomes: all('done') },
    { given: () => ({ token: 'x' }), outcomes: all('done'), recorded: 'link_invalid' },
  ],
  join_by_link: [
    { given: ({ joinLink }) => ({ token: joinLink }), outcomes: all('done') },
    { given: () => ({ token: 'x' }), outcomes: all('done'), recorded: 'link_invalid' },
  ],
  agree_to_recording: [
    {
      given: ({ a, bookingNow }) => ({ clinic_id: a.clinicId, booking_id: bookingNow, agrees: false }),
      outcomes: patientAndDoctor('booking_not_found'),
    },
  ],
  agree_to_recording_by_link: [
    { given: ({ joinLink }) => ({ token: joinLink }), outcomes: all('done') },
    { given: () => ({ token: 'x' }), outcomes: all('done'), recorded: 'link_invalid' },
  ],
  begin_recording: [
    {
      given: ({ a, bookingNow }) => ({
        clinic_id: a.clinicId,
        booking_id: bookingNow,
        content_type: 'video/mp4',
        bytes: '5',
      }),
      outcomes: [no, no, no, 'forbidden', 'done', 'forbidden', 'forbidden', 'forbidden'],
    },
  ],
  open_recording: [
    {
      given: ({ a, recording }) => ({ clinic_id: a.clinicId, recording_id: recording }),
      outcomes: patientAndDoctor('recording_not_found'),
    },
  ],
  remove_recording: [
    {
      given: ({ a, recording }) => ({ clinic_id: a.clinicId, recording_id: recording }),
      outcomes: patientAndDoctor('recording_not_found'),
    },
  ],
  enter_consultation: [
    { given: ({ a, bookingNow }) => ({ clinic_id: a.clinicId, booking_id: bookingNow }), outcomes: staff() },
  ],
  // Null for those who do not see the booking.
  join_path: [
    { given: ({ a, booking }) => ({ clinic_id: a.clinicId, booking_id: booking }), outcomes: signedIn('done') },
  ],
  calendar_by_link: [{ given: () => ({ token: 'x' }), outcomes: all('done'), recorded: 'link_invalid' }],
  // A link ends with an employment, and the administrator has none.
  create_calendar_link: [
    { ...customers },
    { given: clinic, outcomes: calendarOfClinic },
    { given: ({ a }) => ({ clinic_id: a.clinicId, doctor_id: a.doctorId }), outcomes: calendarOfDoctor },
    { given: ({ a, b }) => ({ clinic_id: a.clinicId, doctor_id: b.doctorId }), outcomes: doctorOfAnotherClinic },
  ],
  revoke_calendar_link: [
    { ...customers },
    { given: clinic, outcomes: calendarOfClinic },
    { given: ({ a }) => ({ clinic_id: a.clinicId, doctor_id: a.doctorId }), outcomes: calendarOfDoctor },
  ],
  join_waiting_list: [
    { given: ({ a }) => ({ clinic_id: a.clinicId }), ...customers },
    {
      given: ({ a, ann }) => ({ clinic_id: a.clinicId, customer_id: ann.customerId }),
      outcomes: annAndTheDesk('forbidden'),
    },
    {
      given: ({ a, booking, ann }) => ({ clinic_id: a.clinicId, customer_id: ann.customerId, booking_id: booking }),
      outcomes: annAndTheDesk('forbidden'),
    },
  ],
  leave_waiting_list: [
    {
      given: ({ a, waiting }) => ({ clinic_id: a.clinicId, waiting_id: waiting }),
      outcomes: annAndTheDesk('waiting_entry_not_found'),
    },
  ],
  set_waiting_priority: [
    { given: ({ a, waiting }) => ({ clinic_id: a.clinicId, waiting_id: waiting, priority: 1 }), outcomes: desk() },
  ],
  current_offers: [{ outcomes: signedIn('done') }],
  accept_offer: [
    {
      given: ({ a, offer }) => ({ clinic_id: a.clinicId, offer_id: offer }),
      outcomes: annAndTheDesk('offer_not_found'),
    },
  ],
  decline_offer: [
    {
      given: ({ a, offer }) => ({ clinic_id: a.clinicId, offer_id: offer }),
      outcomes: annAndTheDesk('offer_not_found'),
    },
  ],
  open_offered_slot: [
    { given: ({ a }) => ({ clinic_id: a.clinicId, booking_slot_id: a.openSlotId }), outcomes: desk() },
  ],
  offer_by_link: [
    { given: ({ offerLink }) => ({ token: offerLink }), outcomes: all('done') },
    { given: () => ({ token: 'x' }), outcomes: all('done'), recorded: 'link_invalid' },
  ],
  accept_offer_by_link: [
    { given: ({ offerLink }) => ({ token: offerLink }), outcomes: all('done') },
    { given: () => ({ token: 'x' }), outcomes: all('done'), recorded: 'link_invalid' },
  ],
  decline_offer_by_link: [
    { given: ({ offerLink }) => ({ token: offerLink }), outcomes: all('done') },
    { given: () => ({ token: 'x' }), outcomes: all('done'), recorded: 'link_invalid' },
  ],
  wait_by_link: [
    { given: ({ link }) => ({ token: link }), outcomes: all('done') },
    { given: () => ({ token: 'x' }), outcomes: all('done'), recorded: 'link_invalid' },
  ],
  book_as_guest: [
    // The policy of a new clinic does not accept guests.
    {
      given: ({ a }) => ({
        clinic_id: a.clinicId,
        booking_slot_id: a.openSlotId,
        full_name: 'Gil',
        email: 'gil@test.example',
      }),
      outcomes: all('guests_not_accepted'),
    },
  ],
  confirm_guest_booking: [{ given: () => ({ token: 'x' }), outcomes: all('done'), recorded: 'link_invalid' }],
  send_new_link: [{ given: ({ a, booking }) => ({ clinic_id: a.clinicId, booking_id: booking }), outcomes: desk() }],

  calendar_as_of: [{ given: clinic, outcomes: staff() }],
  // The UID is computed from the ids alone, so it reveals nothing about whether the booking exists.
  calendar_uid: [{ given: ({ a }) => ({ clinic_id: a.clinicId, booking_id: '1' }), outcomes: signedIn('done') }],
  event_head: [{ given: clinic, outcomes: managers() }],
  verify_events: [{ given: clinic, outcomes: managers() }],

  // Rob was merged into Bob.
  merge_customers: [
    {
      given: ({ ann, gina }) => ({ from_customer_id: gina.customerId, into_customer_id: ann.customerId }),
      outcomes: [no, ...people.slice(1, -1).map(() => 'forbidden'), 'done'],
    },
  ],
  request_account_merge: [
    {
      given: () => ({ email: 'new@test.example', current_password: 'x' }),
      outcomes: [no, 'done', 'done', ...people.slice(3).map(() => 'customer_not_found')],
      withoutCustomer: 'customer_not_found',
      unconfirmed: 'email_not_confirmed',
    },
  ],
  request_record_by_link: [
    {
      given: ({ link }) => ({ token: link }),
      outcomes: [no, 'done', 'done', ...people.slice(3).map(() => 'customer_not_found')],
      withoutCustomer: 'customer_not_found',
      unconfirmed: 'email_not_confirmed',
    },
    {
      given: () => ({ token: 'x' }),
      outcomes: [no, 'done', 'done', ...people.slice(3).map(() => 'customer_not_found')],
      withoutCustomer: 'customer_not_found',
      unconfirmed: 'email_not_confirmed',
      recorded: 'link_invalid',
    },
  ],
  confirm_merge: [
    {
      given: () => ({ token: 'x' }),
      outcomes: [no, 'merge_link_invalid', 'merge_link_invalid', ...people.slice(3).map(() => 'customer_not_found')],
      withoutCustomer: 'customer_not_found',
      unconfirmed: 'email_not_confirmed',
    },
  ],
  undo_merge: [
    {
      given: ({ rob }) => ({ customer_id: rob.customerId }),
      outcomes: [no, 'merge_not_found', 'done', ...people.slice(3, -1).map(() => 'merge_not_found'), 'done'],
      withoutCustomer: 'merge_not_found',
      stranger: 'merge_not_found',
    },
  ],
  merged_clinic_customers: [{ given: clinic, outcomes: staff() }],
  add_dependant: [
    {
      given: () => ({ full_name: 'Tim', birth_date: '2024-01-01', relation: 'parent' }),
      outcomes: [no, 'done', 'done', ...people.slice(3).map(() => 'customer_not_found')],
      withoutCustomer: 'customer_not_found',
      unconfirmed: 'email_not_confirmed',
    },
  ],
  // Gina is Ann's guardian.
  end_guardianship: [
    {
      given: ({ ann, gina }) => ({ dependant_customer_id: ann.customerId, guardian_customer_id: gina.customerId }),
      outcomes: [no, 'done', ...people.slice(2, -1).map(() => 'guardianship_not_found'), 'done'],
    },
  ],
  claim_customer: [
    {
      given: ({ ann }) => ({ customer_id: ann.customerId }),
      guardian: 'customer_not_claimable',
      outcomes: [no, 'done', 'customer_not_claimable', ...people.slice(3).map(() => 'customer_not_found')],
      withoutCustomer: 'customer_not_found',
    },
  ],
  store_identity_document: [
    {
      given: ({ ann }) => ({ document: sealedDocument, customer_id: ann.customerId }),
      inGraphQL: ({ ann }) => ({ document: identityDocument, customer_id: ann.customerId }),
      outcomes: [...people.slice(1).map(() => no), 'done'],
    },
  ],
  find_human_by_document: [
    {
      given: () => ({ document: sealedDocument }),
      inGraphQL: () => ({ document: identityDocument }),
      outcomes: [...people.slice(1).map(() => no), 'done'],
    },
  ],
  guardians_of_customers: [
    { given: ({ a, ann }) => ({ clinic_id: a.clinicId, customer_ids: [ann.customerId] }), outcomes: staff() },
  ],

  add_clinic_customer: [{ given: ({ a }) => ({ clinic_id: a.clinicId, full_name: 'New' }), outcomes: desk() }],
  // It returns only what its caller may see: manager B gets nothing of clinic A.
  find_clinic_customers: [
    {
      given: ({ a }) => ({ clinic_id: a.clinicId, wanted: 'Bob' }),
      outcomes: [no, no, no, 'done', 'done', 'done', 'done', 'done'],
    },
  ],
  invite_employee: [
    {
      given: ({ a }) => ({ clinic_id: a.clinicId, email: 'new@test.example', full_name: 'New', role: 'manager' }),
      outcomes: managers(),
    },
  ],
  open_invitations: [{ given: clinic, outcomes: managers() }],
  revoke_invitation: [
    { given: ({ a }) => ({ clinic_id: a.clinicId, invitation_id: a.invitationId }), outcomes: managers() },
  ],
  deactivate_doctor: [
    { given: ({ a }) => ({ clinic_id: a.clinicId, doctor_id: a.doctorId, cascade: true }), outcomes: managers() },
  ],
  deactivate_clinic: [{ given: ({ a }) => ({ clinic_id: a.clinicId, cascade: true }), outcomes: managers() }],
  bookings_to_phone: [{ given: ({ a }) => ({ clinic_id: a.clinicId, doctor_id: a.doctorId }), outcomes: staff() }],
  customers_without_address: [
    {
      given: ({ a, ann }) => ({ clinic_id: a.clinicId, customer_ids: [ann.customerId], kind: 'slot_withdrawn' }),
      outcomes: staff(),
    },
  ],
}

/** A statement that calls a function with named arguments, and their values. */
export function statementOf(name: string, given: Record<string, unknown> = {}): [statement: string, values: unknown[]] {
  const named = Object.keys(given).map((argument, i) => `"${argument}" => $${i + 1}`)
  const schema = name in billingFunctions ? 'billing' : 'app_public'
  return [`select * from ${schema}.${name}(${named.join(', ')})`, Object.values(given)]
}
