import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { routes } from '../../src/rest/routes/index.ts'
import { aResource } from '../helpers/clinic/rooms.ts'
import { aQuestion, aService } from '../helpers/clinic/services.ts'
import { aCustomer, aDoctor, aSlot, aTemplate, aTimeSlot, unique } from '../helpers/clinic/world.ts'
import { connectCalendar } from '../helpers/external/external_calendars.ts'
import { inDays } from '../helpers/time/dates.ts'
import { digestOf } from '../rights/everybody.ts'
import { people, twoClinics, type World } from '../sql/rights/two_clinics.ts'
import { type Client, type RestServer, serveRest } from './api.ts'
import { billingCases, type Case } from './billing/billing_cases.ts'

// Each endpoint as each role, with requests that are otherwise valid. Every request has rows of its own, because a
// successful one cannot be repeated. The order is that of `people`: anonymous, Ann, Bob, receptionist A, doctor A,
// manager A, manager B, admin.
type Outcome = number | string
const forbidden = 'forbidden'
const noRight = 'insufficient_privilege'
const anonymous = 'unauthenticated'
const noCalendar = 'external_calendar_not_found'
const icsCalendar = { kind: 'ics', url: 'https://calendar.example.org/new.ics' }
const nextYear = new Date().getUTCFullYear() + 1

let server: RestServer
let world: World
const clients: Client[] = []
let hours = 100
let days = 0
let alertDays = 0

beforeAll(async () => {
  server = await serveRest()
  world = await twoClinics(server.owner)
  for (const who of people) clients.push(await server.as(world.claims[who]))
})
afterAll(() => server?.stop())

const all = (outcome: Outcome) => people.map(() => outcome)
const managers = (outcome: Outcome) => [anonymous, noRight, noRight, forbidden, forbidden, outcome, forbidden, outcome]
const signedIn = (outcome: Outcome) => [anonymous, ...people.slice(1).map(() => outcome)]
const managersOfRows = (outcome: Outcome) => [anonymous, noRight, noRight, noRight, noRight, outcome, noRight, outcome]
const annsOrDesk = (toOthers: string) => [anonymous, 200, toOthers, 200, forbidden, 200, toOthers, 200]
/** Of Ann's visit with the doctor of clinic A. */
const patientAndDoctor = (outcome: Outcome, toOthers: Outcome) => [
  anonymous,
  outcome,
  toOthers,
  toOthers,
  outcome,
  ...people.slice(5).map(() => toOthers),
]
const newRecording = async () => {
  // Without those of the cases before: a visit has ten at most.
  await server.owner.query('delete from app_public.recordings where booking_id = $1 and id <> $2', [
    world.bookingNow,
    world.recording,
  ])
  const { id } = await server.owner.one(
    `insert into app_public.recordings (clinic_id, booking_id, content_type, bytes)
     values ($1, $2, 'video/mp4', 5) returning id`,
    [world.a.clinicId, world.bookingNow],
  )
  return id as string
}
const newCalendar = async () => {
  // Without those of the cases before: a doctor has five at most.
  await server.owner.query('delete from app_public.external_calendars where doctor_id = $1 and id <> $2', [
    world.a.doctorId,
    world.a.calendarId,
  ])
  return (await connectCalendar(server.owner, world.a.clinicId, world.a.doctorId)).id
}
const newSlot = () => aSlot(server.owner, world.a.clinicId, world.a.doctorId, hours++)
const newDoctor = () => aDoctor(server.owner, world.a.clinicId)
const newService = () => aService(server.owner, world.a.clinicId)
const newTimeSlot = () => aTimeSlot(server.owner, world.a.clinicId)
const newBooking = async (customerId = world.ann.customerId) => {
  const { id } = await server.owner.one('select id from app_public.book_slot($1, $2, $3)', [
    world.a.clinicId,
    await newSlot(),
    customerId,
  ])
  return id as string
}
/** One visit of a series of two. */
const newVisitOfSeries = async () =>
  server.owner.one<{ id: string; series_id: string }>(
    'select id, series_id from app_public.book_series($1, $2, array[$3, $4]::bigint[]) limit 1',
    [world.a.clinicId, world.ann.customerId, await newSlot(), await newSlot()],
  )
/** A message that was given up, to a customer with an address. */
const newDeadNotification = async () => {
  const { id } = await server.owner.one<{ id: string }>(
    `update app_public.notifications n set state = 'dead' where n.booking_id = $1 and n.kind = 'booking_confirmed' and n.channel = 'email' returning id`,
    [await newBooking((await aCustomer(server.owner)).customerId)],
  )
  return id
}
const newTemplate = async () => aTemplate(server.owner, world.a.clinicId, await newDoctor(), await newTimeSlot(), 2)
/** A date on which doctor A has a free slot and nothing else. */
const newDay = async () => {
  const date = `${new Date().getUTCFullYear() + 1}-06-${String(10 + days++)}`
  await server.owner.query(
    `insert into app_public.booking_slots (clinic_id, doctor_id, time_slot_id, slot_date, during)
     values ($1, $2, $3, $4::date, tstzrange($4::date + interval '9 hours', $4::date + interval '10 hours'))`,
    [world.a.clinicId, world.a.doctorId, world.a.timeSlotId, date],
  )
  return date
}
const newAbsence = async () => {
  const { id } = await server.owner.one(
    `insert into app_public.absences (clinic_id, doctor_id, kind, first_date, last_date)
     values ($1, $2, 'training', current_date + 50, current_date + 50) returning id`,
    [world.a.clinicId, world.a.doctorId],
  )
  return id as string
}
/** The date of an alert about a network. */
const newNetworkAlert = async () => {
  const { date } = await server.owner.one<{ date: string }>(
    `insert into app_private.network_alerts (clinic_id, slot_date, slots_taken, slots_of_day)
     values ($1, date '2030-01-01' + $2::int, 12, 20) returning slot_date::text as date`,
    [world.a.clinicId, alertDays++],
  )
  return date
}
/** A time that was offered to Ann, and that is open to all by now. */
const newOffer = async () => {
  const { id } = await server.owner.one(
    `insert into app_public.slot_offers (clinic_id, waiting_id, customer_id, booking_slot_id, slot_ids, head_start, lasts_until, state, ended_at)
     select w.clinic_id, w.id, w.customer_id, $2, array[$2::bigint], tstzrange(now() - interval '1 hour', now()), now(), 'opened', now()
     from app_public.waiting_list w where w.id = $1 returning id`,
    [world.waiting, await newSlot()],
  )
  return id as string
}
const newInvitation = async () => {
  const { id } = await server.owner.one(`select id from app_public.invite_employee($1, $2, 'New', 'receptionist')`, [
    world.a.clinicId,
    email(),
  ])
  return id as string
}

const email = () => `${unique('new').replace(' ', '-')}@test.example`
const registration = () => ({ email: email(), password: 'a fine long password', fullName: 'New' })

const cases: Case[] = [
  ...billingCases(() => ({ server, world })),
  { id: 'register', outcomes: all(201), request: async () => ['/auth/register', registration()] },
  {
    id: 'signIn',
    outcomes: all('wrong_credentials'),
    request: async () => ['/auth/token', { email: email(), password: 'x' }],
  },
  {
    id: 'refreshSession',
    outcomes: all('refresh_token_invalid'),
    request: async () => ['/auth/refresh', { refreshToken: 'x' }],
  },
  {
    id: 'changeEmail',
    outcomes: signedIn(200),
    request: async () => ['/me/email', { newEmail: email(), currentPassword: 'x' }],
  },
  { id: 'requestEmailConfirmation', outcomes: signedIn(204), request: async () => ['/me/email-confirmation-request'] },
  {
    id: 'confirmEmail',
    outcomes: signedIn('email_link_invalid'),
    request: async () => ['/me/email-confirmation', { token: 'x' }],
  },
  {
    id: 'requestPasswordReset',
    outcomes: all(204),
    request: async () => ['/auth/password-reset-request', { email: email() }],
  },
  {
    id: 'resetPassword',
    outcomes: all('reset_token_invalid'),
    request: async () => ['/auth/password-reset', { token: 'x', newPassword: 'a fine long password' }],
  },
  {
    id: 'bookAsGuest',
    // The policy of a new clinic does not accept guests.
    outcomes: all('guests_not_accepted'),
    request: async () => [
      '/guests/book',
      { clinicId: world.a.clinicId, bookingSlotId: await newSlot(), fullName: 'Gil', email: email() },
    ],
  },
  // test/sql/link has links that are valid.
  {
    id: 'confirmGuestBooking',
    outcomes: all('link_invalid'),
    request: async () => ['/guests/confirm', { token: 'x' }],
  },
  { id: 'bookingByLink', outcomes: all('link_invalid'), request: async () => ['/links/booking', { token: 'x' }] },
  {
    id: 'createOwnCalendarLink',
    outcomes: [anonymous, 200, 200, ...people.slice(3).map(() => 'invalid_argument')],
    request: async () => ['/me/calendarLink'],
  },
  {
    id: 'createClinicCalendarLink',
    outcomes: [anonymous, forbidden, forbidden, 200, forbidden, 200, forbidden, forbidden],
    request: async () => [`/clinics/${world.a.clinicId}/calendarLink`],
  },
  {
    id: 'createDoctorCalendarLink',
    outcomes: [anonymous, forbidden, forbidden, 200, 200, 200, forbidden, forbidden],
    request: async () => [`/clinics/${world.a.clinicId}/doctors/${world.a.doctorId}/calendarLink`],
  },
  {
    id: 'revokeOwnCalendarLink',
    outcomes: [anonymous, 204, 204, ...people.slice(3).map(() => 'invalid_argument')],
    request: async () => ['/me/calendarLink'],
  },
  {
    id: 'revokeClinicCalendarLink',
    outcomes: [anonymous, forbidden, forbidden, 204, forbidden, 204, forbidden, forbidden],
    request: async () => [`/clinics/${world.a.clinicId}/calendarLink`],
  },
  {
    id: 'revokeDoctorCalendarLink',
    outcomes: [anonymous, forbidden, forbidden, 204, 204, 204, forbidden, forbidden],
    request: async () => [`/clinics/${world.a.clinicId}/doctors/${world.a.doctorId}/calendarLink`],
  },
  {
    id: 'consultationByLink',
    outcomes: all('link_invalid'),
    request: async () => ['/links/consultation', { token: 'x' }],
  },
  { id: 'joinByLink', outcomes: all('link_invalid'), request: async () => ['/links/join', { token: 'x' }] },
  {
    id: 'getConsultation',
    outcomes: [anonymous, 200, 'booking_not_found', 200, 200, 200, 'booking_not_found', 200],
    request: async () => [`/bookings/${world.bookingNow}/consultation`],
  },
  {
    id: 'enterConsultation',
    outcomes: [anonymous, noRight, noRight, 200, 200, 200, forbidden, 200],
    request: async () => [`/clinics/${world.a.clinicId}/bookings/${world.bookingNow}/enter`],
  },
  {
    id: 'listRecordings',
    outcomes: signedIn(200),
    request: async () => [`/recordings?clinicId=${world.a.clinicId}`],
  },
  {
    id: 'getRecording',
    outcomes: patientAndDoctor(200, 'recording_not_found'),
    request: async () => [`/recordings/${world.recording}`],
  },
  {
    id: 'openRecording',
    outcomes: patientAndDoctor(200, 'recording_not_found'),
    request: async () => [`/clinics/${world.a.clinicId}/recordings/${world.recording}/open`],
  },
  {
    id: 'removeRecording',
    outcomes: patientAndDoctor(204, 'recording_not_found'),
    request: async () => [`/recordings/${await newRecording()}`],
  },
  {
    id: 'listBookingRecordings',
    outcomes: [anonymous, 200, 'booking_not_found', 200, 200, 200, 'booking_not_found', 200],
    request: async () => [`/bookings/${world.bookingNow}/recordings`],
  },
  {
    id: 'beginRecording',
    outcomes: [anonymous, noRight, noRight, forbidden, 201, forbidden, forbidden, forbidden],
    request: async () => [
      `/clinics/${world.a.clinicId}/bookings/${world.bookingNow}/recordings`,
      { contentType: 'video/mp4', bytes: '5' },
    ],
  },
  {
    id: 'getRecordingConsent',
    outcomes: patientAndDoctor(200, 'booking_not_found'),
    request: async () => [`/bookings/${world.bookingNow}/recordingConsent`],
  },
  {
    id: 'agreeToRecording',
    outcomes: patientAndDoctor(200, 'booking_not_found'),
    request: async () => [`/bookings/${world.bookingNow}/recordingConsent`, { agrees: true }],
  },
  {
    id: 'agreeToRecordingByLink',
    outcomes: all('link_invalid'),
    request: async () => ['/links/recordingConsent', { token: 'x' }],
  },
  { id: 'cancelByLink', outcomes: all('link_invalid'), request: async () => ['/links/cancel', { token: 'x' }] },
  {
    id: 'rescheduleByLink',
    outcomes: all('link_invalid'),
    request: async () => ['/links/reschedule', { token: 'x', bookingSlotId: await newSlot() }],
  },
  { id: 'waitByLink', outcomes: all('link_invalid'), request: async () => ['/links/wait', { token: 'x' }] },
  { id: 'offerByLink', outcomes: all('link_invalid'), request: async () => ['/links/offer', { token: 'x' }] },
  {
    id: 'acceptOfferByLink',
    outcomes: all('link_invalid'),
    request: async () => ['/links/acceptOffer', { token: 'x' }],
  },
  {
    id: 'declineOfferByLink',
    outcomes: all('link_invalid'),
    request: async () => ['/links/declineOffer', { token: 'x' }],
  },
  { id: 'getMe', outcomes: signedIn(200), request: async () => ['/me'] },

  {
    id: 'listWaitingList',
    outcomes: signedIn(200),
    request: async () => [`/clinics/${world.a.clinicId}/waitingList`],
  },
  {
    id: 'joinWaitingList',
    outcomes: annsOrDesk('forbidden'),
    request: async () => [`/clinics/${world.a.clinicId}/waitingList`, { customerId: world.ann.customerId }],
  },
  {
    id: 'leaveWaitingList',
    outcomes: annsOrDesk('waiting_entry_not_found'),
    request: async () => [`/clinics/${world.a.clinicId}/waitingList/${world.waiting}/leave`],
  },
  {
    id: 'setWaitingPriority',
    outcomes: [anonymous, noRight, noRight, 200, forbidden, 200, forbidden, 200],
    request: async () => [`/clinics/${world.a.clinicId}/waitingList/${world.waiting}/priority`, { priority: 1 }],
  },
  { id: 'listSlotOffers', outcomes: signedIn(200), request: async () => [`/clinics/${world.a.clinicId}/slotOffers`] },
  {
    id: 'acceptOffer',
    outcomes: annsOrDesk('offer_not_found'),
    request: async () => [`/clinics/${world.a.clinicId}/slotOffers/${await newOffer()}/accept`],
  },
  {
    id: 'declineOffer',
    outcomes: annsOrDesk('offer_not_found'),
    request: async () => [`/clinics/${world.a.clinicId}/slotOffers/${world.offer}/decline`],
  },
  {
    id: 'openOfferedSlot',
    outcomes: [anonymous, noRight, noRight, 200, forbidden, 200, forbidden, 200],
    request: async () => [`/clinics/${world.a.clinicId}/bookingSlots/${world.a.openSlotId}/open`],
  },

  { id: 'listClinics', outcomes: all(200), request: async () => ['/clinics'] },
  { id: 'getClinic', outcomes: all(200), request: async () => [`/clinics/${world.a.clinicId}`] },
  {
    id: 'createClinic',
    outcomes: [anonymous, noRight, noRight, noRight, noRight, noRight, noRight, 201],
    request: async () => ['/clinics', { name: unique('New'), timeZone: 'Europe/Berlin' }],
  },
  {
    id: 'replaceClinic',
    outcomes: managers(200),
    request: async () => [`/clinics/${world.a.clinicId}`, { name: unique('A'), timeZone: 'Europe/Berlin' }],
  },
  { id: 'patchClinic', outcomes: managers(200), request: async () => [`/clinics/${world.a.clinicId}`, { phone: '1' }] },
  { id: 'deactivateClinic', outcomes: managers('still_in_use'), request: async () => [`/clinics/${world.a.clinicId}`] },

  {
    id: 'listInvitations',
    outcomes: managers(200),
    request: async () => [`/clinics/${world.a.clinicId}/invitations`],
  },
  {
    id: 'revokeInvitation',
    outcomes: managers(204),
    request: async () => [`/clinics/${world.a.clinicId}/invitations/${await newInvitation()}`],
  },

  {
    id: 'listNetworkAlerts',
    outcomes: [anonymous, noRight, noRight, 200, 200, 200, forbidden, 200],
    request: async () => [`/clinics/${world.a.clinicId}/networkAlerts`],
  },
  {
    id: 'dismissNetworkAlert',
    outcomes: [anonymous, noRight, noRight, 200, forbidden, 200, forbidden, 200],
    request: async () => [`/clinics/${world.a.clinicId}/networkAlerts/dismiss`, { slotDate: await newNetworkAlert() }],
  },

  { id: 'listDoctors', outcomes: all(200), request: async () => [`/clinics/${world.a.clinicId}/doctors`] },
  { id: 'getDoctor', outcomes: all(200), request: async () => [`/doctors/${world.a.doctorId}`] },
  {
    id: 'createDoctor',
    outcomes: managersOfRows(201),
    request: async () => [`/clinics/${world.a.clinicId}/doctors`, { fullName: 'New' }],
  },
  {
    id: 'replaceDoctor',
    outcomes: managers(200),
    request: async () => [`/doctors/${await newDoctor()}`, { fullName: 'Changed' }],
  },
  {
    id: 'patchDoctor',
    outcomes: managers(200),
    request: async () => [`/doctors/${await newDoctor()}`, { about: 'Changed' }],
  },
  {
    id: 'replaceDoctorSpecializations',
    outcomes: managers(200),
    request: async () => [
      `/doctors/${await newDoctor()}/specializations`,
      { specializationIds: [world.specializationId] },
    ],
  },
  { id: 'deactivateDoctor', outcomes: managers(200), request: async () => [`/doctors/${await newDoctor()}`] },
  { id: 'listSpecializations', outcomes: all(200), request: async () => ['/specializations'] },

  { id: 'listCustomers', outcomes: signedIn(200), request: async () => ['/customers'] },
  {
    id: 'getCustomer',
    outcomes: [
      anonymous,
      200,
      'customer_not_found',
      'customer_not_found',
      'customer_not_found',
      'customer_not_found',
      'customer_not_found',
      200,
    ],
    request: async () => [`/customers/${world.ann.customerId}`],
  },
  { id: 'registerCustomer', outcomes: all(201), request: async () => ['/customers', registration()] },
  {
    id: 'listClinicCustomers',
    outcomes: [anonymous, noRight, noRight, 200, 200, 200, 200, 200],
    request: async () => [`/clinics/${world.a.clinicId}/customers?name=bob`],
  },
  {
    id: 'listCustomersWithoutAddress',
    outcomes: [anonymous, noRight, noRight, 200, 200, 200, forbidden, 200],
    request: async () => [
      `/clinics/${world.a.clinicId}/customersWithoutAddress?kind=BOOKING_CONFIRMED&customerIds=${world.ann.customerId},${world.bob.customerId}`,
    ],
  },
  {
    id: 'addClinicCustomer',
    outcomes: [anonymous, noRight, noRight, 201, forbidden, 201, forbidden, 201],
    request: async () => [`/clinics/${world.a.clinicId}/customers`, { fullName: unique('New') }],
  },
  {
    id: 'replaceCustomer',
    outcomes: [
      anonymous,
      200,
      'customer_not_found',
      'customer_not_found',
      'customer_not_found',
      'customer_not_found',
      'customer_not_found',
      200,
    ],
    request: async () => [`/customers/${world.ann.customerId}`, { fullName: 'Ann' }],
  },
  {
    id: 'patchCustomer',
    outcomes: [
      anonymous,
      200,
      'customer_not_found',
      'customer_not_found',
      'customer_not_found',
      'customer_not_found',
      'customer_not_found',
      200,
    ],
    request: async () => [`/customers/${world.ann.customerId}`, { phone: '1' }],
  },
  {
    id: 'removeCustomer',
    outcomes: [
      anonymous,
      'still_in_use',
      'customer_not_found',
      'customer_not_found',
      'customer_not_found',
      'customer_not_found',
      'customer_not_found',
      'still_in_use',
    ],
    request: async () => [`/customers/${world.ann.customerId}`],
  },
  {
    id: 'exportCustomer',
    outcomes: [anonymous, 200, ...people.slice(2, -1).map(() => 'customer_not_found'), 200],
    request: async () => [`/customers/${world.ann.customerId}/export`],
  },
  {
    id: 'exportMe',
    outcomes: [anonymous, 200, 200, ...people.slice(3).map(() => 'customer_not_found')],
    request: async () => ['/me/export'],
  },
  {
    id: 'eraseCustomer',
    // Erasing themselves is tested elsewhere, because these people are still needed here.
    outcomes: [anonymous, ...people.slice(1, -1).map(() => 'customer_not_found'), 204],
    request: async () => [`/customers/${(await aCustomer(server.owner)).customerId}/erase`],
  },

  { id: 'listDependants', outcomes: signedIn(200), request: async () => ['/me/dependants'] },
  {
    id: 'addDependant',
    outcomes: [anonymous, 201, 201, ...people.slice(3).map(() => 'customer_not_found')],
    request: async () => ['/me/dependants', { fullName: unique('Child'), birthDate: '2024-01-01', relation: 'PARENT' }],
  },
  {
    id: 'endGuardianship',
    // Gina's child is not theirs.
    outcomes: signedIn('guardianship_not_found'),
    request: async () => [`/me/dependants/${world.gina.customerId}`],
  },
  { id: 'listCurrentOffers', outcomes: signedIn(200), request: async () => ['/me/slotOffers'] },
  { id: 'listClinicsWithRecords', outcomes: signedIn(200), request: async () => ['/me/clinics'] },
  { id: 'listClaimableRecords', outcomes: signedIn(200), request: async () => ['/me/claimableRecords'] },
  {
    id: 'requestAccountMerge',
    outcomes: [anonymous, 200, 200, ...people.slice(3).map(() => 'customer_not_found')],
    request: async () => ['/me/merge-request', { email: email(), currentPassword: 'x' }],
  },
  {
    id: 'confirmMerge',
    outcomes: [
      anonymous,
      'merge_link_invalid',
      'merge_link_invalid',
      ...people.slice(3).map(() => 'customer_not_found'),
    ],
    request: async () => ['/me/merge', { token: 'x' }],
  },
  {
    id: 'requestRecordByLink',
    outcomes: [anonymous, 200, 200, ...people.slice(3).map(() => 'customer_not_found')],
    request: async () => ['/me/record-request', { token: world.link }],
  },
  {
    id: 'claimCustomer',
    outcomes: [
      anonymous,
      'customer_not_claimable',
      'customer_not_claimable',
      ...people.slice(3).map(() => 'customer_not_found'),
    ],
    request: async () => [`/customers/${world.gina.customerId}/claim`],
  },
  {
    id: 'mergeCustomers',
    outcomes: [anonymous, ...people.slice(1, -1).map(() => 'forbidden'), 200],
    request: async () => [
      `/customers/${(await aCustomer(server.owner)).customerId}/merge`,
      { intoCustomerId: (await aCustomer(server.owner)).customerId },
    ],
  },
  // This server has no keys; test/rest/resources/identity_documents.test.ts has a server with keys.
  {
    id: 'storeIdentityDocument',
    outcomes: [anonymous, ...people.slice(1, -1).map(() => noRight), 'identity_keys_missing'],
    request: async () => ['/humans/documents', { document: {}, customerId: world.ann.customerId }],
  },
  {
    id: 'findHumanByDocument',
    outcomes: [anonymous, ...people.slice(1, -1).map(() => noRight), 'identity_keys_missing'],
    request: async () => ['/humans/find', { document: {} }],
  },
  {
    id: 'undoMerge',
    outcomes: [anonymous, ...people.slice(1, -1).map(() => 'merge_not_found'), 200],
    request: async () => {
      const [from, into] = [await aCustomer(server.owner), await aCustomer(server.owner)]
      await server.owner.query('select app_public.merge_customers($1, $2)', [from.customerId, into.customerId])
      return [`/customers/${from.customerId}/undoMerge`]
    },
  },
  {
    id: 'listMergedCustomers',
    outcomes: [anonymous, noRight, noRight, 200, 200, 200, 'forbidden', 200],
    request: async () => [`/clinics/${world.a.clinicId}/mergedCustomers`],
  },
  {
    id: 'listGuardians',
    outcomes: [anonymous, noRight, noRight, 200, 200, 200, 'forbidden', 200],
    request: async () => [`/clinics/${world.a.clinicId}/guardians?customerIds=${world.ann.customerId}`],
  },

  { id: 'listServices', outcomes: all(200), request: async () => [`/clinics/${world.a.clinicId}/services`] },
  { id: 'getService', outcomes: all(200), request: async () => [`/services/${world.a.serviceId}`] },
  {
    id: 'createService',
    outcomes: managersOfRows(201),
    request: async () => [`/clinics/${world.a.clinicId}/services`, { name: unique('New') }],
  },
  {
    id: 'patchService',
    outcomes: managers(200),
    request: async () => [`/services/${world.a.serviceId}`, { duration: { minutes: 45 } }],
  },
  { id: 'removeService', outcomes: managers(204), request: async () => [`/services/${await newService()}`] },
  {
    id: 'replaceServiceDoctors',
    outcomes: managers(200),
    request: async () => [`/services/${world.a.serviceId}/doctors`, { doctorIds: [world.a.doctorId] }],
  },
  {
    id: 'reorderServices',
    outcomes: managers(200),
    request: async () => [`/clinics/${world.a.clinicId}/services/order`, { serviceIds: [world.a.serviceId] }],
  },
  {
    id: 'listResources',
    outcomes: signedIn(200),
    request: async () => [`/clinics/${world.a.clinicId}/resources`],
  },
  {
    id: 'createResource',
    outcomes: managersOfRows(201),
    request: async () => [`/clinics/${world.a.clinicId}/resources`, { type: 'ROOM', name: unique('New') }],
  },
  {
    id: 'getResource',
    outcomes: signedIn(200),
    request: async () => [`/resources/${world.a.resourceId}`],
  },
  {
    id: 'patchResource',
    outcomes: managers(200),
    request: async () => [`/resources/${world.a.resourceId}`, { turnover: { minutes: 5 } }],
  },
  {
    id: 'removeResource',
    outcomes: managers(204),
    request: async () => [`/resources/${await aResource(server.owner, world.a.clinicId)}`],
  },
  {
    id: 'listServiceNeeds',
    outcomes: [anonymous, noRight, noRight, ...all(200).slice(3)],
    request: async () => [`/services/${world.a.formerServiceId}/needs`],
  },
  {
    id: 'replaceServiceNeeds',
    outcomes: managers(200),
    request: async () => [`/services/${world.a.formerServiceId}/needs`, { needs: [[world.a.resourceId]] }],
  },
  {
    id: 'listBookingResources',
    outcomes: [anonymous, 200, 'booking_not_found', 200, 200, 200, 'booking_not_found', 200],
    request: async () => [`/bookings/${world.booking}/resources`],
  },
  {
    id: 'listResourcesForBooking',
    outcomes: [anonymous, noRight, 'booking_not_found', 200, 200, 200, 'booking_not_found', 200],
    request: async () => [`/bookings/${world.booking}/freeResources`],
  },
  {
    id: 'changeBookingResource',
    outcomes: [anonymous, noRight, 'booking_not_found', 200, forbidden, 200, 'booking_not_found', 200],
    request: async () => [`/bookings/${world.booking}/changeResource`, { resourceId: world.a.resourceId }],
  },
  {
    id: 'listServiceQuestions',
    outcomes: all(200),
    request: async () => [`/services/${world.a.serviceId}/questions`],
  },
  {
    id: 'createServiceQuestion',
    outcomes: managersOfRows(201),
    request: async () => [`/services/${world.a.serviceId}/questions`, { question: 'Why?' }],
  },
  {
    id: 'patchServiceQuestion',
    outcomes: managers(200),
    request: async () => [`/questions/${world.a.questionId}`, { isRequired: true }],
  },
  {
    id: 'removeServiceQuestion',
    outcomes: managers(204),
    request: async () => [`/questions/${await aQuestion(server.owner, world.a.clinicId, world.a.serviceId)}`],
  },
  {
    id: 'reorderServiceQuestions',
    outcomes: managers(200),
    request: async () => [`/services/${world.a.serviceId}/questions/order`, { questionIds: [world.a.questionId] }],
  },
  { id: 'listTimeSlots', outcomes: all(200), request: async () => [`/clinics/${world.a.clinicId}/timeslots`] },
  {
    id: 'createTimeSlot',
    outcomes: managersOfRows(201),
    request: async () => [
      `/clinics/${world.a.clinicId}/timeslots`,
      { name: unique('New'), startTime: '09:00', endTime: '09:30' },
    ],
  },
  {
    id: 'replaceTimeSlot',
    outcomes: managers(200),
    request: async () => [
      `/timeslots/${await newTimeSlot()}`,
      { name: unique('New'), startTime: '10:00', endTime: '10:30' },
    ],
  },
  { id: 'removeTimeSlot', outcomes: managers(204), request: async () => [`/timeslots/${await newTimeSlot()}`] },
  {
    id: 'listDoctorSlots',
    outcomes: [anonymous, noRight, noRight, 200, 200, 200, 200, 200],
    request: async () => [`/doctors/${world.a.doctorId}/slots`],
  },
  {
    id: 'createDoctorSlot',
    outcomes: managersOfRows(201),
    request: async () => [`/doctors/${await newDoctor()}/slots`, { timeSlotId: world.a.timeSlotId, weekday: 1 }],
  },
  {
    id: 'changeWeeklyPlan',
    outcomes: managers(200),
    request: async () => [
      `/doctors/${await newDoctor()}/weeklyPlan`,
      { weekday: 1, timeSlotIds: [world.a.timeSlotId], seesPatients: true },
    ],
  },
  {
    id: 'replaceDoctorSlot',
    outcomes: [anonymous, noRight, noRight, forbidden, forbidden, 200, 'template_not_found', 200],
    request: async () => [`/doctors/slots/${await newTemplate()}`, { timeSlotId: world.a.timeSlotId, weekday: 3 }],
  },
  {
    id: 'removeDoctorSlot',
    outcomes: [anonymous, noRight, noRight, forbidden, forbidden, 204, 'template_not_found', 204],
    request: async () => [`/doctors/slots/${await newTemplate()}`],
  },

  { id: 'listBookingSlots', outcomes: all(200), request: async () => [`/doctors/${world.a.doctorId}/bookingSlots`] },
  { id: 'getBookingSlot', outcomes: all(200), request: async () => [`/bookingSlots/${world.a.openSlotId}`] },
  {
    id: 'createBookingSlot',
    outcomes: [anonymous, noRight, noRight, 201, forbidden, 201, forbidden, 201],
    request: async () => [
      '/bookingSlots',
      {
        doctorId: await newDoctor(),
        timeSlotId: world.a.timeSlotId,
        slotDate: `${new Date().getUTCFullYear() + 1}-05-05`,
      },
    ],
  },
  {
    id: 'replaceBookingSlot',
    outcomes: [anonymous, 200, forbidden, 200, forbidden, 200, forbidden, 200],
    request: async () => [`/bookingSlots/${await newSlot()}`, { customerId: world.ann.customerId }],
  },
  {
    id: 'withdrawBookingSlot',
    outcomes: [anonymous, noRight, noRight, 200, 200, 200, forbidden, 200],
    request: async () => [`/bookingSlots/${await newSlot()}`],
  },
  {
    id: 'listAbsences',
    outcomes: [anonymous, noRight, noRight, 200, 200, 200, 200, 200],
    request: async () => [`/clinics/${world.a.clinicId}/absences`],
  },
  {
    id: 'addAbsence',
    outcomes: [anonymous, noRight, noRight, 201, 201, 201, forbidden, 201],
    request: async () => [
      `/clinics/${world.a.clinicId}/absences`,
      { kind: 'TRAINING', doctorId: world.a.doctorId, firstDate: `${nextYear}-02-01`, lastDate: `${nextYear}-02-01` },
    ],
  },
  {
    id: 'getAbsenceEffect',
    outcomes: [anonymous, noRight, noRight, 200, forbidden, 200, forbidden, 200],
    request: async () => [
      `/clinics/${world.a.clinicId}/absenceEffect?firstDate=${nextYear}-02-01&lastDate=${nextYear}-02-02`,
    ],
  },
  {
    id: 'listBookingsInAbsence',
    outcomes: [anonymous, noRight, noRight, 200, forbidden, 200, forbidden, 200],
    request: async () => [
      `/clinics/${world.a.clinicId}/bookingsInAbsence?firstDate=${nextYear}-02-01&lastDate=${nextYear}-02-02`,
    ],
  },
  {
    id: 'listHolidayRegions',
    outcomes: managers(200),
    request: async () => [`/clinics/${world.a.clinicId}/holidayRegions?within=DE`],
  },
  {
    id: 'listHolidays',
    outcomes: managers(200),
    request: async () => [`/clinics/${world.a.clinicId}/holidays?region=DE-BE&year=${nextYear}`],
  },
  {
    id: 'addHolidays',
    outcomes: managers(200),
    request: async () => [
      `/clinics/${world.a.clinicId}/holidays`,
      { region: 'DE-BE', holidays: [{ holidayDate: `${nextYear}-10-03`, name: 'Tag der Deutschen Einheit' }] },
    ],
  },
  {
    id: 'getAbsence',
    outcomes: [anonymous, noRight, noRight, 200, 'absence_not_found', 200, 'absence_not_found', 200],
    request: async () => [`/absences/${world.a.colleaguesAbsenceId}`],
  },
  {
    id: 'changeAbsence',
    outcomes: [anonymous, noRight, noRight, 200, 200, 200, 'absence_not_found', 200],
    request: async () => [
      `/absences/${await newAbsence()}`,
      { kind: 'TRAINING', firstDate: `${nextYear}-02-01`, lastDate: `${nextYear}-02-02` },
    ],
  },
  {
    id: 'removeAbsence',
    outcomes: [anonymous, noRight, noRight, 204, 204, 204, 'absence_not_found', 204],
    request: async () => [`/absences/${await newAbsence()}`],
  },
  {
    id: 'listExternalCalendars',
    outcomes: [anonymous, noRight, noRight, 200, 200, 200, 200, 200],
    request: async () => [`/clinics/${world.a.clinicId}/externalCalendars`],
  },
  {
    id: 'getExternalCalendar',
    outcomes: [anonymous, noRight, noRight, noCalendar, 200, 200, noCalendar, 200],
    request: async () => [`/externalCalendars/${world.a.calendarId}`],
  },
  {
    id: 'connectExternalCalendar',
    outcomes: [anonymous, noRight, noRight, forbidden, 201, 201, forbidden, 201],
    request: async () => {
      await newCalendar()
      return [`/clinics/${world.a.clinicId}/doctors/${world.a.doctorId}/externalCalendars`, { calendar: icsCalendar }]
    },
  },
  {
    id: 'changeExternalCalendar',
    outcomes: [anonymous, noRight, noRight, noCalendar, 200, 200, forbidden, 200],
    request: async () => [
      `/clinics/${world.a.clinicId}/externalCalendars/${world.a.calendarId}/address`,
      { calendar: icsCalendar },
    ],
  },
  {
    id: 'disconnectExternalCalendar',
    outcomes: [anonymous, noRight, noRight, noCalendar, 204, 204, noCalendar, 204],
    request: async () => [`/externalCalendars/${await newCalendar()}`],
  },
  {
    id: 'withdrawDay',
    outcomes: [anonymous, noRight, noRight, 200, 200, 200, forbidden, 200],
    request: async () => [`/doctors/${world.a.doctorId}/withdraw-day`, { slotDate: await newDay() }],
  },
  {
    id: 'holdSlot',
    outcomes: [anonymous, 200, forbidden, 200, forbidden, 200, forbidden, 200],
    request: async () => [`/bookingSlots/${await newSlot()}/hold`, { customerId: world.ann.customerId }],
  },
  {
    id: 'releaseHold',
    outcomes: [
      anonymous,
      'hold_not_found',
      forbidden,
      'hold_not_found',
      forbidden,
      'hold_not_found',
      forbidden,
      'hold_not_found',
    ],
    request: async () => [`/bookingSlots/${await newSlot()}/release`, { customerId: world.ann.customerId }],
  },
  {
    id: 'bookSlot',
    outcomes: [anonymous, 201, forbidden, 201, forbidden, 201, forbidden, 201],
    request: async () => [`/bookingSlots/${await newSlot()}/book`, { customerId: world.ann.customerId }],
  },

  {
    id: 'listBookingsToPhone',
    outcomes: [anonymous, noRight, noRight, 200, 200, 200, forbidden, 200],
    request: async () => [`/clinics/${world.a.clinicId}/bookingsToPhone?doctorId=${world.a.doctorId}`],
  },
  {
    id: 'planSeries',
    outcomes: [anonymous, noRight, noRight, 200, forbidden, 200, forbidden, 200],
    request: async () => [
      `/clinics/${world.a.clinicId}/seriesPlan?doctorId=${world.a.doctorId}&timeSlotId=${world.a.timeSlotId}&firstDate=${inDays(30)}&visits=2&weekdays=1,3`,
    ],
  },
  {
    id: 'generateSeriesSlots',
    outcomes: [anonymous, noRight, noRight, 200, forbidden, 200, forbidden, 200],
    request: async () => [
      `/clinics/${world.a.clinicId}/seriesPlan/createBookingSlots`,
      { slotDates: [inDays(30), inDays(37)] },
    ],
  },
  {
    id: 'bookSeries',
    outcomes: [anonymous, noRight, noRight, 200, forbidden, 200, forbidden, 200],
    request: async () => [
      `/clinics/${world.a.clinicId}/series`,
      { customerId: world.ann.customerId, bookingSlotIds: [await newSlot(), await newSlot()] },
    ],
  },
  {
    id: 'listSeriesBookings',
    outcomes: [anonymous, noRight, noRight, 200, 200, 200, forbidden, 200],
    request: async () => [`/clinics/${world.a.clinicId}/series/${world.seriesId}`],
  },
  {
    id: 'planSeriesMove',
    outcomes: [anonymous, noRight, noRight, 200, forbidden, 200, forbidden, 200],
    request: async () => [
      `/clinics/${world.a.clinicId}/series/${world.seriesId}/movePlan?fromDate=${inDays(1)}&days=7`,
    ],
  },
  {
    id: 'moveSeries',
    outcomes: [anonymous, noRight, noRight, 200, forbidden, 200, forbidden, 200],
    request: async () => {
      const { series_id, id } = await newVisitOfSeries()
      return [
        `/clinics/${world.a.clinicId}/series/${series_id}/move`,
        { bookingIds: [id], bookingSlotIds: [await newSlot()] },
      ]
    },
  },
  {
    id: 'cancelSeries',
    outcomes: [anonymous, noRight, noRight, 200, forbidden, 200, forbidden, 200],
    request: async () => [
      `/clinics/${world.a.clinicId}/series/${world.seriesId}/cancel`,
      { fromDate: inDays(1), reason: 'The doctor retires' },
    ],
  },
  {
    id: 'listLateNotifications',
    outcomes: [anonymous, noRight, noRight, 200, 200, 200, 200, 200],
    request: async () => [`/clinics/${world.a.clinicId}/lateNotifications`],
  },
  {
    id: 'sendAgain',
    outcomes: [anonymous, noRight, noRight, 200, forbidden, 200, forbidden, 200],
    request: async () => [`/clinics/${world.a.clinicId}/notifications/${await newDeadNotification()}/send-again`],
  },
  {
    id: 'settleNotification',
    outcomes: [anonymous, noRight, noRight, 200, forbidden, 200, forbidden, 200],
    request: async () => [`/clinics/${world.a.clinicId}/notifications/${await newDeadNotification()}/settle`],
  },
  { id: 'listBookings', outcomes: signedIn(200), request: async () => ['/bookings'] },
  {
    id: 'getBooking',
    outcomes: [anonymous, 200, 'booking_not_found', 200, 200, 200, 'booking_not_found', 200],
    request: async () => [`/bookings/${world.booking}`],
  },
  {
    id: 'listBookingAnswers',
    outcomes: [anonymous, 200, 'booking_not_found', 200, 200, 200, 'booking_not_found', 200],
    request: async () => [`/bookings/${world.booking}/answers`],
  },
  {
    id: 'cancelBooking',
    outcomes: [anonymous, 200, 'booking_not_found', 200, forbidden, 200, 'booking_not_found', 200],
    request: async () => [`/bookings/${await newBooking()}/cancel`],
  },
  {
    id: 'rescheduleBooking',
    outcomes: [anonymous, 200, 'booking_not_found', 200, forbidden, 200, 'booking_not_found', 200],
    request: async () => [`/bookings/${await newBooking()}/reschedule`, { bookingSlotId: await newSlot() }],
  },
  {
    id: 'sendNewLink',
    outcomes: [anonymous, noRight, 'booking_not_found', 200, forbidden, 200, 'booking_not_found', 200],
    request: async () => [`/bookings/${await newBooking()}/link`],
  },
  {
    id: 'checkIn',
    outcomes: [
      anonymous,
      noRight,
      'booking_not_found',
      'not_yet',
      'not_yet',
      'not_yet',
      'booking_not_found',
      'not_yet',
    ],
    request: async () => [`/bookings/${await newBooking()}/check-in`],
  },
  {
    id: 'completeBooking',
    outcomes: [
      anonymous,
      noRight,
      'booking_not_found',
      'illegal_transition',
      'illegal_transition',
      'illegal_transition',
      'booking_not_found',
      'illegal_transition',
    ],
    request: async () => [`/bookings/${await newBooking()}/complete`],
  },
  {
    id: 'markNoShow',
    outcomes: [
      anonymous,
      noRight,
      'booking_not_found',
      'not_yet',
      'not_yet',
      'not_yet',
      'booking_not_found',
      'not_yet',
    ],
    request: async () => [`/bookings/${await newBooking()}/no-show`],
  },
  {
    id: 'undoCheckIn',
    outcomes: [
      anonymous,
      noRight,
      'booking_not_found',
      'illegal_transition',
      'illegal_transition',
      'illegal_transition',
      'booking_not_found',
      'illegal_transition',
    ],
    request: async () => [`/bookings/${await newBooking()}/check-in`],
  },
  {
    id: 'undoCompletion',
    outcomes: [
      anonymous,
      noRight,
      'booking_not_found',
      'illegal_transition',
      'illegal_transition',
      'illegal_transition',
      'booking_not_found',
      'illegal_transition',
    ],
    request: async () => [`/bookings/${await newBooking()}/complete`],
  },
  {
    id: 'undoNoShow',
    outcomes: [
      anonymous,
      noRight,
      'booking_not_found',
      'illegal_transition',
      'illegal_transition',
      'illegal_transition',
      'booking_not_found',
      'illegal_transition',
    ],
    request: async () => [`/bookings/${await newBooking()}/no-show`],
  },

  { id: 'searchClinic', outcomes: all(200), request: async () => [`/clinics/${world.a.clinicId}/availability`] },
  { id: 'searchDoctor', outcomes: all(200), request: async () => [`/doctors/${world.a.doctorId}/availability`] },
  { id: 'searchAvailability', outcomes: all(200), request: async () => ['/availability/search'] },
  { id: 'listDaysWithFreeSlots', outcomes: all(200), request: async () => ['/availability/days'] },
  { id: 'listUtcOffsets', outcomes: all(200), request: async () => ['/timeZones/utcOffsets?timeZones=Europe/Berlin'] },
  { id: 'getBookability', outcomes: all(200), request: async () => [`/bookingSlots/${world.heldSlotId}/bookability`] },
  {
    id: 'createBookingSlots',
    outcomes: managers(200),
    request: async () => [
      '/availability/createBookingSlots',
      { clinicId: world.a.clinicId, fromDate: '2020-01-01', toDate: '2020-01-02' },
    ],
  },

  {
    id: 'calendarAsOf',
    outcomes: [anonymous, noRight, noRight, 200, 200, 200, forbidden, 200],
    request: async () => [`/clinics/${world.a.clinicId}/calendar`],
  },
  { id: 'getEventHead', outcomes: managers(200), request: async () => [`/clinics/${world.a.clinicId}/events/head`] },
  {
    id: 'verifyEvents',
    outcomes: managers(200),
    request: async () => [`/clinics/${world.a.clinicId}/events/verification`],
  },
  // Last, because it ends everybody's session.
  {
    id: 'signOut',
    outcomes: signedIn(204),
    request: async () => ['/auth/sign-out'],
  },
]

describe('the endpoints', () => {
  it('are all tested here', () => {
    expect(cases.map(({ id }) => id).sort()).toEqual(routes.map(({ id }) => id).sort())
  })

  it.each(cases)(
    '$id is allowed to the callers that are listed for it, and a refused request changes nothing',
    async ({ id, request, outcomes }) => {
      const route = routes.find((row) => row.id === id)
      const found: Outcome[] = []
      for (const [i, client] of clients.entries()) {
        const [path, body] = await request()
        // A failed sign-in is counted.
        const stays = typeof outcomes[i] === 'string' && route?.method !== 'GET' && id !== 'signIn'
        const before = stays && (await digestOf(server.owner))
        const reply = await client(route?.method ?? '', path, { body })
        found.push(reply.status < 400 ? reply.status : reply.body.code)
        if (stays) expect([people[i], await digestOf(server.owner)]).toEqual([people[i], before])
      }
      expect(found).toEqual(outcomes)
    },
  )
})
