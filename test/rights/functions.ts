import { people, type World } from '../sql/two_clinics.ts'

// Who may call which function of the API, upon clinic A: the same in SQL (sql/function_rights.test.ts) and GraphQL
// (graphql.test.ts), which is why arguments go by their names.

export interface Call {
  /** By the names they have in SQL. */
  given?(world: World): Record<string, unknown>
  /** What becomes of it: 'done', or the name of the refusal. In the order of `people`. */
  outcomes: string[]
  /** For somebody signed in who is no customer, where that differs from what becomes of Bob's. */
  withoutCustomer?: string
  /** A refusal that is recorded, so that SQL returns it and the API tells it. */
  recorded?: string
}

const no = 'insufficient_privilege'
const all = (outcome: string) => people.map(() => outcome)
/** Not even nobody's statement reaches the function; everybody else gets the same answer. */
const signedIn = (outcome: string) => [no, ...people.slice(1).map(() => outcome)]
//                                anonymous, Ann, Bob, receptionist A, doctor A, manager A, manager B, admin
const managers = (outcome = 'done') => [no, no, no, 'forbidden', 'forbidden', outcome, 'forbidden', outcome]
const desk = (outcome = 'done') => [no, no, no, outcome, 'forbidden', outcome, 'forbidden', outcome]
const staff = (outcome = 'done') => [no, no, no, outcome, outcome, outcome, 'forbidden', outcome]
const annAndTheDesk = (toOthers: string) => [no, 'done', toOthers, 'done', 'forbidden', 'done', toOthers, 'done']
const annAndAdmins = [no, 'done', ...people.slice(2, -1).map(() => 'customer_not_found'), 'done']
/** Staff and administrators are not customers themselves. */
const customers = {
  outcomes: [no, 'done', 'done', ...people.slice(3).map(() => 'invalid_argument')],
  withoutCustomer: 'invalid_argument',
}

const inDays = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10)
const clinic = ({ a }: World) => ({ clinic_id: a.clinicId })

export const functions: Record<string, Call[]> = {
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
      // Nobody was checked in: whoever may call it is told so.
      given: ({ a, bookingNow }) => ({ clinic_id: a.clinicId, booking_id: bookingNow }),
      outcomes: staff('illegal_transition'),
    },
  ],
  mark_no_show: [
    { given: ({ a, bookingNow }) => ({ clinic_id: a.clinicId, booking_id: bookingNow }), outcomes: staff() },
  ],
  // Nothing was recorded yet: whoever may call them is told so.
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

  set_slot_customer: [
    {
      given: ({ a, ann }) => ({ clinic_id: a.clinicId, booking_slot_id: a.openSlotId, customer_id: ann.customerId }),
      outcomes: annAndTheDesk('forbidden'),
    },
    {
      // Frees a slot that Ann holds.
      given: ({ a, heldSlotId }) => ({ clinic_id: a.clinicId, booking_slot_id: heldSlotId, customer_id: null }),
      outcomes: [no, 'done', 'hold_not_found', 'done', 'invalid_argument', 'done', 'invalid_argument', 'done'],
      withoutCustomer: 'invalid_argument',
    },
  ],
  clinic_of_booking_slot: [{ given: ({ heldSlotId }) => ({ booking_slot_id: heldSlotId }), outcomes: all('done') }],

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

  remove_customer: [
    {
      given: ({ ann }) => ({ customer_id: ann.customerId, cascade: true }),
      outcomes: annAndAdmins,
    },
  ],
  export_customer: [{ given: ({ ann }) => ({ customer_id: ann.customerId }), outcomes: annAndAdmins }],
  erase_customer: [{ given: ({ ann }) => ({ customer_id: ann.customerId }), outcomes: annAndAdmins }],
  apply_templates: [{ given: clinic, outcomes: managers() }],
  dismiss_rebooking: [
    { given: ({ a, rebooking }) => ({ clinic_id: a.clinicId, rebooking_id: rebooking }), outcomes: desk() },
  ],
  send_again: [
    { given: ({ a, notification }) => ({ clinic_id: a.clinicId, notification_id: notification }), outcomes: desk() },
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

  calendar_as_of: [{ given: clinic, outcomes: staff() }],
  // The name of a booking, told by its numbers alone: it says nothing about whether there is one.
  calendar_uid: [{ given: ({ a }) => ({ clinic_id: a.clinicId, booking_id: '1' }), outcomes: signedIn('done') }],
  event_head: [{ given: clinic, outcomes: managers() }],
  verify_events: [{ given: clinic, outcomes: managers() }],

  add_clinic_customer: [{ given: ({ a }) => ({ clinic_id: a.clinicId, full_name: 'New' }), outcomes: desk() }],
  // It gives what its caller may see: manager B nothing of clinic A.
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

/** A statement that calls a function with arguments by name, and their values. */
export function statementOf(name: string, given: Record<string, unknown> = {}): [statement: string, values: unknown[]] {
  const named = Object.keys(given).map((argument, i) => `"${argument}" => $${i + 1}`)
  return [`select * from app_public.${name}(${named.join(', ')})`, Object.values(given)]
}
