import { people, type Who, type World } from './two_clinics.ts'

// Who may do what with the rows of each table of the API, tested by row_level_security.test.ts. A row is named after
// its clinic and person: 'A Bob' belongs to clinic A and is about Bob.

/** The roles of requests. Each has the rights of those before it. */
export const roles = ['app_anonymous', 'app_customer', 'app_staff', 'app_admin'] as const
export type Role = (typeof roles)[number]

/**
 * The rows that each caller may read or change, by their names in the tests; callers who are not listed may read and
 * change none.
 */
export type Rights = Partial<Record<Who | Relative, string[]>>

/**
 * Callers of test/rights who have the rights of somebody else, unless they are named: Ann's guardian has Ann's, her former
 * guardian those of an anonymous caller, and the account that was merged into Bob's has Bob's. The account that registered
 * with Ann's address and did not confirm it has none of Ann's.
 */
const relatives = {
  guardian: 'Ann',
  'former guardian': 'anonymous',
  'merged account': 'Bob',
  'unconfirmed account': 'anonymous',
} as const
export type Relative = keyof typeof relatives

/** What a caller of test/rights may access, of what is defined for `people`. */
export const rightsOf = (rights: Rights | undefined, who: Who | Relative): string[] =>
  rights?.[who] ?? (who in relatives ? rights?.[relatives[who as Relative]] : undefined) ?? []
type Row = Record<string, unknown>

/**
 * The expected rights for a table. To roles below the lowest one named for an action, the statement itself is refused.
 */
export interface Expectation {
  /** What a row is called. */
  name(row: Row, world: World): string
  readBy: Role
  sees: Rights
  /** The columns that may be updated, by the lowest role that may. */
  updatable?: Partial<Record<Role, string[]>>
  updates?: Rights
  deletableBy?: Role
  deletes?: Rights
  insertable?: Partial<Record<Role, string[]>>
  /** Statements that add a row, by the name of the row. */
  additions?(world: World): Record<string, [string, unknown[]]>
  adds?: Rights
  /** Columns that not everybody who reads the table reads, by the lowest role that does; null is nobody. */
  unread?: Record<string, Role | null>
}

const everybody = (rows: string[]): Rights => Object.fromEntries(people.map((who) => [who, rows]))
const staffOfA = (rows: string[]): Rights => ({ 'receptionist A': rows, 'doctor A': rows, 'manager A': rows })

const clinic = (id: unknown, world: World) => (id === world.a.clinicId ? 'A' : id === world.b.clinicId ? 'B' : 'closed')
const patient = (id: unknown, world: World) =>
  Object.entries({
    Ann: world.ann,
    Bob: world.bob,
    Gina: world.gina,
    Fritz: world.fritz,
    Rob: world.rob,
    Uma: world.uma,
  })
    .filter(([, { customerId }]) => customerId === id)
    .map(([name]) => ` ${name}`)
    .join('')
const ofClinic = (row: Row, world: World) => clinic(row.clinic_id, world)
const ofPatient = (row: Row, world: World) => ofClinic(row, world) + patient(row.customer_id, world)
const whose = (doctorId: unknown, { a, b }: World) =>
  [a.doctorId, b.doctorId].some((id) => id === doctorId) ? ' doctor' : ' colleague'
const activeOrNot = (row: Row, world: World) => ofClinic(row, world) + (row.is_active ? '' : ' former')

const newText = 'insert into app_public.notification_texts (clinic_id, kind, channel, language, subject, body) values'

const newPrice = `insert into billing.prices (clinic_id, service_id, amount, currency) values ($1, $2, 100, 'EUR')`
const newCoupon = `insert into billing.coupons (clinic_id, code, percent, currency) values ($1, 'WINTER', 5, 'EUR')`

const newQuestion = `insert into app_public.service_questions (clinic_id, service_id, question) values ($1, $2, 'Why?')`
const serviceColumns = [
  'name',
  'names',
  'preparation',
  'preparations',
  'duration',
  'buffer_before',
  'buffer_after',
  'start_every',
  'mode',
  'specialization_id',
  'bookable_by',
  'patients',
  'lead_time',
  'horizon',
  'cancellation_cutoff',
]
const questionColumns = ['question', 'questions', 'kind', 'choices', 'choices_by_language', 'is_required', 'max_length']

/** Of the patients and the clinic, nobody else's; nobody writes: functions do. */
const bookingsAndTheirKin: Expectation = {
  name: ofPatient,
  readBy: 'app_customer',
  sees: {
    Ann: ['A Ann'],
    Bob: ['A Bob', 'B Bob'],
    ...staffOfA(['A Ann', 'A Bob']),
    'manager B': ['B Bob'],
    admin: ['A Ann', 'A Bob', 'B Bob'],
  },
}

/** Of the patient and the doctor of a visit: not even managers and administrators see it. */
const ofPatientAndDoctor: Expectation = {
  name: ofPatient,
  readBy: 'app_customer',
  sees: { Ann: ['A Ann'], Bob: ['A Bob', 'B Bob'], 'doctor A': ['A Ann', 'A Bob'] },
}

/** Money of the patients and the clinic's desk; doctors do not see it. */
const money: Expectation = {
  ...bookingsAndTheirKin,
  sees: { ...bookingsAndTheirKin.sees, 'doctor A': [] },
}

/** Columns that customers cannot read in rows that they can see. */
const booked = {
  ...bookingsAndTheirKin,
  unread: { booked_by_account_id: 'app_staff', link_generation: null, takes_resources: null } as const,
}

export const tables: Record<string, Expectation> = {
  'app_hidden.error_codes': { name: () => 'all', readBy: 'app_anonymous', sees: everybody(['all']) },
  'app_public.state_transitions': { name: () => 'all', readBy: 'app_anonymous', sees: everybody(['all']) },

  'app_public.clinics': {
    name: (row, world) => clinic(row.id, world),
    readBy: 'app_anonymous',
    sees: { ...everybody(['A', 'B']), admin: ['A', 'B', 'closed'] },
    updatable: { app_staff: ['name', 'time_zone', 'country', 'address', 'email', 'phone', 'is_active', 'row_version'] },
    updates: { 'manager A': ['A'], 'manager B': ['B'], admin: ['A', 'B', 'closed'] },
    insertable: { app_admin: ['name', 'time_zone', 'country', 'address', 'email', 'phone'] },
    additions: () => ({ new: [`insert into app_public.clinics (name, time_zone) values ('New', 'UTC')`, []] }),
    adds: { admin: ['new'] },
    unread: { closed_by_operator: 'app_staff', search_key: null },
  },

  'app_public.policies': {
    name: ofClinic,
    readBy: 'app_anonymous',
    sees: everybody(['A', 'B', 'closed']),
    updatable: {
      app_staff: [
        'lead_time',
        'horizon',
        'cancellation_cutoff',
        'hold_time',
        'max_live_bookings',
        'max_holds_of_a_slot',
        'reminder_lead_times',
        'generation_weekday',
        'generation_time',
        'generation_weeks',
        'row_version',
        'language',
        'sender_name',
        'quiet_from',
        'quiet_until',
        'mails_event_head',
        'accepts_guests',
        'guest_hold_time',
        'feeds_show_names',
        'currency',
        'payment_hold_time',
        'payment_term',
        'invoice_footer',
        'consultation_provider',
        'consultation_opens_before',
        'consultation_closes_after',
        'waiting_head_start',
        'waiting_notice',
        'records_visits',
        'recordings_kept_for',
      ],
    },
    updates: { 'manager A': ['A'], 'manager B': ['B'], admin: ['A', 'B', 'closed'] },
  },

  'app_public.specializations': {
    name: () => 'all',
    readBy: 'app_anonymous',
    sees: everybody(['all']),
    updatable: { app_admin: ['name', 'names'] },
    updates: { admin: ['all'] },
    deletableBy: 'app_admin',
    deletes: { admin: ['all'] },
    insertable: { app_admin: ['name', 'names'] },
    additions: () => ({ new: [`insert into app_public.specializations (name) values ('Neurology')`, []] }),
    adds: { admin: ['new'] },
  },

  'app_public.doctors': {
    name: activeOrNot,
    readBy: 'app_anonymous',
    unread: { human_id: null },
    sees: {
      ...everybody(['A', 'B']),
      ...staffOfA(['A', 'A former', 'B']),
      'manager B': ['A', 'B', 'B former'],
      admin: ['A', 'A former', 'B', 'B former'],
    },
    updatable: { app_staff: ['full_name', 'about', 'is_active', 'row_version'] },
    updates: {
      'manager A': ['A', 'A former'],
      'manager B': ['B', 'B former'],
      admin: ['A', 'A former', 'B', 'B former'],
    },
    insertable: { app_staff: ['clinic_id', 'full_name', 'about'] },
    additions: ({ a, b }) => ({
      A: [`insert into app_public.doctors (clinic_id, full_name) values ($1, 'New')`, [a.clinicId]],
      B: [`insert into app_public.doctors (clinic_id, full_name) values ($1, 'New')`, [b.clinicId]],
    }),
    adds: { 'manager A': ['A'], 'manager B': ['B'], admin: ['A', 'B'] },
  },

  'app_public.doctor_specializations': {
    name: ofClinic,
    readBy: 'app_anonymous',
    sees: everybody(['A', 'B']),
    deletableBy: 'app_staff',
    deletes: { 'manager A': ['A'], 'manager B': ['B'], admin: ['A', 'B'] },
    insertable: { app_staff: ['clinic_id', 'doctor_id', 'specialization_id'] },
    additions: ({ a, b, specializationId }) => ({
      A: [
        'insert into app_public.doctor_specializations values ($1, $2, $3)',
        [a.clinicId, a.formerDoctorId, specializationId],
      ],
      B: [
        'insert into app_public.doctor_specializations values ($1, $2, $3)',
        [b.clinicId, b.formerDoctorId, specializationId],
      ],
    }),
    adds: { 'manager A': ['A'], 'manager B': ['B'], admin: ['A', 'B'] },
  },

  'app_public.employees': {
    name: ofClinic,
    readBy: 'app_customer',
    unread: { human_id: null },
    sees: { ...staffOfA(['A']), 'manager B': ['B'], admin: ['A', 'B'] },
    updatable: { app_staff: ['role', 'doctor_id', 'full_name', 'is_active', 'row_version'] },
    updates: { 'manager A': ['A'], 'manager B': ['B'], admin: ['A', 'B'] },
  },

  'app_public.customers': {
    name: ({ id }, world) => patient(id, world).trim(),
    readBy: 'app_customer',
    unread: { human_id: null },
    sees: {
      Ann: ['Ann'],
      Bob: ['Bob', 'Rob'],
      guardian: ['Ann', 'Gina'],
      'former guardian': ['Fritz'],
      'unconfirmed account': ['Uma'],
      admin: ['Ann', 'Bob', 'Fritz', 'Gina', 'Rob', 'Uma'],
    },
    updatable: {
      app_customer: [
        'full_name',
        'email',
        'phone',
        'row_version',
        'preferred_language',
        'preferred_channel',
        'wants_reminders',
        'birth_date',
      ],
      app_admin: ['is_active'],
    },
    updates: {
      Ann: ['Ann'],
      Bob: ['Bob', 'Rob'],
      guardian: ['Ann', 'Gina'],
      'former guardian': ['Fritz'],
      'unconfirmed account': ['Uma'],
      admin: ['Ann', 'Bob', 'Fritz', 'Gina', 'Rob', 'Uma'],
    },
    insertable: { app_admin: ['full_name', 'email', 'phone'] },
    additions: () => ({ new: [`insert into app_public.customers (full_name) values ('New')`, []] }),
    adds: { admin: ['new'] },
  },

  'app_public.guardianships': {
    name: ({ guardian_customer_id, dependant_customer_id }, world) =>
      (patient(guardian_customer_id, world) + patient(dependant_customer_id, world)).trim(),
    readBy: 'app_customer',
    sees: {
      Ann: ['Gina Ann', 'Fritz Ann'],
      'former guardian': ['Fritz Ann'],
      admin: ['Gina Ann', 'Fritz Ann'],
    },
  },

  'app_public.customer_merges': {
    name: ({ from_customer_id, into_customer_id }, world) =>
      (patient(from_customer_id, world) + patient(into_customer_id, world)).trim(),
    readBy: 'app_customer',
    sees: { Bob: ['Rob Bob'], admin: ['Rob Bob'] },
    unread: { merged_by_account_id: 'app_admin', undone_by_account_id: 'app_admin' },
  },

  'app_public.clinic_customers': {
    name: ofPatient,
    readBy: 'app_staff',
    sees: {
      ...staffOfA(['A Ann', 'A Bob']),
      'manager B': ['B Bob'],
      admin: ['A Ann', 'A Bob', 'B Bob'],
    },
    updatable: {
      app_staff: [
        'full_name',
        'email',
        'phone',
        'notes',
        'row_version',
        'preferred_language',
        'preferred_channel',
        'wants_reminders',
      ],
    },
    updates: {
      'receptionist A': ['A Ann', 'A Bob'],
      'manager A': ['A Ann', 'A Bob'],
      'manager B': ['B Bob'],
      admin: ['A Ann', 'A Bob', 'B Bob'],
    },
  },

  'app_public.services': {
    name: activeOrNot,
    readBy: 'app_anonymous',
    sees: everybody(['A', 'A former', 'B', 'B former']),
    updatable: { app_staff: [...serviceColumns, 'is_active', 'row_version'] },
    updates: {
      'manager A': ['A', 'A former'],
      'manager B': ['B', 'B former'],
      admin: ['A', 'A former', 'B', 'B former'],
    },
    insertable: { app_staff: ['clinic_id', ...serviceColumns] },
    additions: ({ a, b }) => ({
      A: [`insert into app_public.services (clinic_id, name) values ($1, 'New')`, [a.clinicId]],
      B: [`insert into app_public.services (clinic_id, name) values ($1, 'New')`, [b.clinicId]],
    }),
    adds: { 'manager A': ['A'], 'manager B': ['B'], admin: ['A', 'B'] },
  },

  'app_public.doctor_services': {
    name: ofClinic,
    readBy: 'app_anonymous',
    sees: everybody(['A', 'B']),
    updatable: { app_staff: ['duration'] },
    updates: { 'manager A': ['A'], 'manager B': ['B'], admin: ['A', 'B'] },
    deletableBy: 'app_staff',
    deletes: { 'manager A': ['A'], 'manager B': ['B'], admin: ['A', 'B'] },
    insertable: { app_staff: ['clinic_id', 'doctor_id', 'service_id', 'duration'] },
    additions: ({ a, b }) => ({
      A: ['insert into app_public.doctor_services values ($1, $2, $3)', [a.clinicId, a.formerDoctorId, a.serviceId]],
      B: ['insert into app_public.doctor_services values ($1, $2, $3)', [b.clinicId, b.formerDoctorId, b.serviceId]],
    }),
    adds: { 'manager A': ['A'], 'manager B': ['B'], admin: ['A', 'B'] },
  },

  'app_public.service_questions': {
    name: ofClinic,
    readBy: 'app_anonymous',
    sees: everybody(['A', 'B']),
    updatable: { app_staff: [...questionColumns, 'is_active', 'row_version'] },
    updates: { 'manager A': ['A'], 'manager B': ['B'], admin: ['A', 'B'] },
    insertable: { app_staff: ['clinic_id', 'service_id', ...questionColumns] },
    additions: ({ a, b }) => ({
      A: [newQuestion, [a.clinicId, a.serviceId]],
      B: [newQuestion, [b.clinicId, b.serviceId]],
    }),
    adds: { 'manager A': ['A'], 'manager B': ['B'], admin: ['A', 'B'] },
  },

  'app_public.time_slots': {
    name: activeOrNot,
    readBy: 'app_anonymous',
    sees: {
      ...everybody(['A', 'B']),
      ...staffOfA(['A', 'A former', 'B']),
      'manager B': ['A', 'B', 'B former'],
      admin: ['A', 'A former', 'B', 'B former'],
    },
    updatable: { app_staff: ['name', 'start_time', 'end_time', 'is_active', 'row_version'] },
    updates: {
      'manager A': ['A', 'A former'],
      'manager B': ['B', 'B former'],
      admin: ['A', 'A former', 'B', 'B former'],
    },
    deletableBy: 'app_staff',
    deletes: {
      'manager A': ['A', 'A former'],
      'manager B': ['B', 'B former'],
      admin: ['A', 'A former', 'B', 'B former'],
    },
    insertable: { app_staff: ['clinic_id', 'name', 'start_time', 'end_time'] },
    additions: ({ a, b }) => ({
      A: [
        `insert into app_public.time_slots (clinic_id, name, start_time, end_time) values ($1, 'New', '1:00', '2:00')`,
        [a.clinicId],
      ],
      B: [
        `insert into app_public.time_slots (clinic_id, name, start_time, end_time) values ($1, 'New', '1:00', '2:00')`,
        [b.clinicId],
      ],
    }),
    adds: { 'manager A': ['A'], 'manager B': ['B'], admin: ['A', 'B'] },
  },

  'app_public.doctor_slot_templates': {
    name: ofClinic,
    readBy: 'app_staff',
    sees: { ...staffOfA(['A']), 'manager B': ['B'], admin: ['A', 'B'] },
    updatable: { app_staff: ['time_slot_id', 'weekday', 'valid_from', 'valid_until', 'service_id', 'row_version'] },
    updates: { 'manager A': ['A'], 'manager B': ['B'], admin: ['A', 'B'] },
    deletableBy: 'app_staff',
    deletes: { 'manager A': ['A'], 'manager B': ['B'], admin: ['A', 'B'] },
    insertable: {
      app_staff: ['clinic_id', 'doctor_id', 'time_slot_id', 'weekday', 'valid_from', 'valid_until', 'service_id'],
    },
    additions: ({ a, b }) => ({
      A: [
        'insert into app_public.doctor_slot_templates (clinic_id, doctor_id, time_slot_id, weekday) values ($1, $2, $3, 7)',
        [a.clinicId, a.doctorId, a.timeSlotId],
      ],
      B: [
        'insert into app_public.doctor_slot_templates (clinic_id, doctor_id, time_slot_id, weekday) values ($1, $2, $3, 7)',
        [b.clinicId, b.doctorId, b.timeSlotId],
      ],
    }),
    adds: { 'manager A': ['A'], 'manager B': ['B'], admin: ['A', 'B'] },
  },

  'app_public.booking_slots': {
    name: (row, world) => `${ofPatient(row, world)} ${row.status}`,
    readBy: 'app_anonymous',
    sees: {
      anonymous: ['A open', 'B open'],
      Ann: ['A open', 'A Ann held', 'A Ann booked', 'B open'],
      Bob: ['A open', 'A Bob booked', 'B open', 'B Bob booked'],
      ...staffOfA(['A open', 'A Ann held', 'A Ann booked', 'A Bob booked', 'A withdrawn', 'B open']),
      'manager B': ['A open', 'B open', 'B Bob booked', 'B withdrawn'],
      admin: [
        'A open',
        'A Ann held',
        'A Ann booked',
        'A Bob booked',
        'A withdrawn',
        'B open',
        'B Bob booked',
        'B withdrawn',
      ],
    },
  },

  // Doctors do not learn why a colleague is absent.
  'app_public.absences': {
    name: (row, world) => `${ofClinic(row, world)}${row.doctor_id ? whose(row.doctor_id, world) : ' all'}`,
    readBy: 'app_staff',
    sees: {
      'receptionist A': ['A all', 'A doctor', 'A colleague'],
      'doctor A': ['A all', 'A doctor'],
      'manager A': ['A all', 'A doctor', 'A colleague'],
      'manager B': ['B all', 'B doctor', 'B colleague'],
      admin: ['A all', 'A doctor', 'A colleague', 'B all', 'B doctor', 'B colleague'],
    },
  },

  // Colleagues and the desk do not learn who has connected which calendar.
  'app_public.external_calendars': {
    name: (row, world) => `${ofClinic(row, world)}${whose(row.doctor_id, world)}`,
    readBy: 'app_staff',
    sees: {
      'doctor A': ['A doctor'],
      'manager A': ['A doctor', 'A colleague'],
      'manager B': ['B doctor', 'B colleague'],
      admin: ['A doctor', 'A colleague', 'B doctor', 'B colleague'],
    },
  },

  'app_public.slot_generation_runs': {
    name: ofClinic,
    readBy: 'app_staff',
    sees: { ...staffOfA(['A']), 'manager B': ['B'], admin: ['A', 'B'] },
  },

  'app_public.bookings': booked,
  // Rows for a clinic's own system are about the same patients, but they are not messages to the patients.
  'app_public.notifications': {
    ...bookingsAndTheirKin,
    name: (row, world) => `${ofPatient(row, world)}${row.channel === 'webhook' ? ' webhook' : ''}`,
    sees: {
      ...bookingsAndTheirKin.sees,
      ...staffOfA(['A Ann', 'A Bob', 'A Ann webhook', 'A Bob webhook']),
      'manager B': ['B Bob', 'B Bob webhook'],
      admin: ['A Ann', 'A Bob', 'A Ann webhook', 'A Bob webhook', 'B Bob', 'B Bob webhook'],
    },
    unread: {
      last_error: 'app_staff',
      settled_at: 'app_staff',
      settled_by_account_id: 'app_staff',
      answers_until: null,
      earlier_start: null,
      series_booking_ids: null,
    },
  },
  'app_public.booking_series': { ...bookingsAndTheirKin, unread: { booked_by_account_id: 'app_staff' } },
  'app_public.booking_answers': bookingsAndTheirKin,
  'app_public.consultations': {
    ...bookingsAndTheirKin,
    unread: {
      last_error: 'app_staff',
      provider: null,
      room: null,
      provider_reference: null,
      attempts: null,
      retry_at: null,
    },
  },
  'app_public.recording_consents': ofPatientAndDoctor,
  'app_public.recordings': {
    ...ofPatientAndDoctor,
    unread: { upload_until: null, state_since: null, retry_at: null, last_error: null, object_key: null },
  },
  'app_public.doctor_rooms': {
    name: ofClinic,
    readBy: 'app_staff',
    sees: { ...staffOfA(['A']), 'manager B': ['B'], admin: ['A', 'B'] },
    updatable: { app_staff: ['url'] },
    updates: { 'manager A': ['A'], 'manager B': ['B'], admin: ['A', 'B'] },
    deletableBy: 'app_staff',
    deletes: { 'manager A': ['A'], 'manager B': ['B'], admin: ['A', 'B'] },
    insertable: { app_staff: ['clinic_id', 'doctor_id', 'url'] },
    additions: ({ a, b }) => ({
      A: [`insert into app_public.doctor_rooms values ($1, $2, 'https://rooms.test')`, [a.clinicId, a.formerDoctorId]],
      B: [`insert into app_public.doctor_rooms values ($1, $2, 'https://rooms.test')`, [b.clinicId, b.formerDoctorId]],
    }),
    adds: { 'manager A': ['A'], 'manager B': ['B'], admin: ['A', 'B'] },
  },
  'app_public.resources': {
    name: ofClinic,
    readBy: 'app_customer',
    sees: { ...everybody(['A', 'B']), ...staffOfA(['A', 'B']) },
    updatable: { app_staff: ['type', 'name', 'turnover', 'is_active', 'row_version'] },
    updates: { 'manager A': ['A'], 'manager B': ['B'], admin: ['A', 'B'] },
    insertable: { app_staff: ['clinic_id', 'type', 'name', 'turnover'] },
    additions: ({ a, b }) => ({
      A: [`insert into app_public.resources (clinic_id, type, name) values ($1, 'room', 'New')`, [a.clinicId]],
      B: [`insert into app_public.resources (clinic_id, type, name) values ($1, 'room', 'New')`, [b.clinicId]],
    }),
    adds: { 'manager A': ['A'], 'manager B': ['B'], admin: ['A', 'B'] },
  },
  'app_public.service_needs': {
    name: ofClinic,
    readBy: 'app_staff',
    sees: { ...staffOfA(['A']), 'manager B': ['B'], admin: ['A', 'B'] },
  },
  'app_public.resource_claims': {
    ...bookingsAndTheirKin,
    unread: { held_slot_id: null, held_until: null },
  },
  'app_public.waiting_list': { ...bookingsAndTheirKin, unread: { priority: 'app_staff' } },
  'app_public.slot_offers': bookingsAndTheirKin,
  'app_public.late_notifications': {
    name: ofPatient,
    readBy: 'app_staff',
    sees: { ...staffOfA(['A Ann', 'A Bob']), 'manager B': ['B Bob'], admin: ['A Ann', 'A Bob', 'B Bob'] },
  },
  'app_public.archived_bookings': booked,
  'app_public.archived_booking_slots': bookingsAndTheirKin,
  'app_public.rebooking_list': {
    name: ofClinic,
    readBy: 'app_staff',
    sees: { ...staffOfA(['A']), 'manager B': ['B'], admin: ['A', 'B'] },
  },

  'app_public.default_notification_texts': {
    name: () => 'all',
    readBy: 'app_staff',
    sees: { ...staffOfA(['all']), 'manager B': ['all'], admin: ['all'] },
  },
  'app_public.notification_texts': {
    name: ofClinic,
    readBy: 'app_staff',
    sees: { ...staffOfA(['A']), 'manager B': ['B'], admin: ['A', 'B'] },
    updatable: { app_staff: ['subject', 'body', 'row_version'] },
    updates: { 'manager A': ['A'], 'manager B': ['B'], admin: ['A', 'B'] },
    deletableBy: 'app_staff',
    deletes: { 'manager A': ['A'], 'manager B': ['B'], admin: ['A', 'B'] },
    insertable: { app_staff: ['clinic_id', 'kind', 'channel', 'language', 'subject', 'body'] },
    additions: ({ a, b }) => ({
      A: [`${newText} ($1, 'slot_withdrawn', 'sms', 'de', '', 'Leider.')`, [a.clinicId]],
      B: [`${newText} ($1, 'slot_withdrawn', 'sms', 'de', '', 'Leider.')`, [b.clinicId]],
    }),
    adds: { 'manager A': ['A'], 'manager B': ['B'], admin: ['A', 'B'] },
  },
  'app_public.notification_rules': {
    name: ofClinic,
    readBy: 'app_staff',
    sees: { ...staffOfA(['A']), 'manager B': ['B'], admin: ['A', 'B', 'closed'] },
    deletableBy: 'app_staff',
    deletes: { 'manager A': ['A'], 'manager B': ['B'], admin: ['A', 'B', 'closed'] },
    insertable: { app_staff: ['clinic_id', 'kind', 'channel'] },
    additions: ({ a, b }) => ({
      A: [`insert into app_public.notification_rules values ($1, 'booking_confirmed', 'sms')`, [a.clinicId]],
      B: [`insert into app_public.notification_rules values ($1, 'booking_confirmed', 'sms')`, [b.clinicId]],
    }),
    adds: { 'manager A': ['A'], 'manager B': ['B'], admin: ['A', 'B'] },
  },
  'app_public.webhook_endpoints': {
    name: ofClinic,
    readBy: 'app_staff',
    sees: { 'manager A': ['A'], 'manager B': ['B'], admin: ['A', 'B'] },
    updatable: { app_staff: ['url', 'kinds', 'is_active', 'row_version', 'wants_event_head'] },
    updates: { 'manager A': ['A'], 'manager B': ['B'], admin: ['A', 'B'] },
  },
  'app_public.events': {
    name: ofPatient,
    readBy: 'app_customer',
    sees: {
      ...bookingsAndTheirKin.sees,
      ...staffOfA(['A', 'A Ann', 'A Bob']),
      'manager B': ['B', 'B Bob'],
      admin: ['A', 'A Ann', 'A Bob', 'B', 'B Bob'],
    },
    unread: { actor_account_id: 'app_staff', transaction_id: null },
  },

  'billing.currencies': { name: () => 'all', readBy: 'app_anonymous', sees: everybody(['all']) },

  'billing.prices': {
    name: ofClinic,
    readBy: 'app_anonymous',
    sees: everybody(['A', 'B']),
    updatable: { app_staff: ['valid_from', 'valid_until'] },
    updates: { 'manager A': ['A'], 'manager B': ['B'], admin: ['A', 'B'] },
    deletableBy: 'app_staff',
    deletes: { 'manager A': ['A'], 'manager B': ['B'], admin: ['A', 'B'] },
    insertable: {
      app_staff: [
        'clinic_id',
        'service_id',
        'doctor_id',
        'amount',
        'currency',
        'tax_rate',
        'payment_rule',
        'deposit',
        'valid_from',
        'valid_until',
      ],
    },
    additions: ({ a, b }) => ({ A: [newPrice, [a.clinicId, a.serviceId]], B: [newPrice, [b.clinicId, b.serviceId]] }),
    adds: { 'manager A': ['A'], 'manager B': ['B'], admin: ['A', 'B'] },
  },

  'billing.coupons': {
    name: ofClinic,
    readBy: 'app_staff',
    sees: { 'receptionist A': ['A'], 'doctor A': [], 'manager A': ['A'], 'manager B': ['B'], admin: ['A', 'B'] },
    updatable: { app_staff: ['most', 'valid_from', 'valid_until'] },
    updates: { 'manager A': ['A'], 'manager B': ['B'], admin: ['A', 'B'] },
    deletableBy: 'app_staff',
    deletes: { 'manager A': ['A'], 'manager B': ['B'], admin: ['A', 'B'] },
    insertable: {
      app_staff: ['clinic_id', 'code', 'percent', 'amount', 'currency', 'most', 'valid_from', 'valid_until'],
    },
    additions: ({ a, b }) => ({ A: [newCoupon, [a.clinicId]], B: [newCoupon, [b.clinicId]] }),
    adds: { 'manager A': ['A'], 'manager B': ['B'], admin: ['A', 'B'] },
  },

  'billing.coupon_uses': money,
  'billing.invoices': money,
  'billing.invoice_lines': money,
  'billing.payments': {
    ...money,
    unread: { provider_payment: 'app_staff', recorded_by_account_id: 'app_staff' },
  },
  'billing.refunds': {
    ...money,
    unread: { provider_refund: 'app_staff', reason: 'app_staff', recorded_by_account_id: 'app_staff' },
  },
  'billing.credits': money,
  'billing.movements': { ...money, unread: { reason: 'app_staff', account_id: 'app_staff' } },
  'billing.checkout_parts': money,

  'billing.checkouts': {
    name: (row, world) => patient(row.customer_id, world).trim(),
    readBy: 'app_customer',
    sees: { Ann: ['Ann'], Bob: ['Bob'], admin: ['Ann', 'Bob'] },
    unread: {
      provider_session: null,
      provider_account: null,
      clinics: null,
      is_share: null,
      received: null,
      account_id: null,
      reconciled_at: null,
    },
  },
}
