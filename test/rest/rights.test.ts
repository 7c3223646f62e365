import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { routes } from '../../src/rest/routes/index.ts'
import { aCustomer, aDoctor, aSlot, aTemplate, aTimeSlot, unique } from '../helpers/world.ts'
import { digestOf } from '../rights/everybody.ts'
import { people, twoClinics, type World } from '../sql/two_clinics.ts'
import { type Client, type RestServer, serveRest } from './api.ts'

// Each endpoint as each role: what becomes of a request that is right in itself. Every request is upon something of its
// own, since what one may another cannot do again. The order is that of `people`:
//                       anonymous, Ann, Bob, receptionist A, doctor A, manager A, manager B, admin
type Outcome = number | string
const forbidden = 'forbidden'
const noRight = 'insufficient_privilege'
const anonymous = 'unauthenticated'

interface Case {
  id: string
  outcomes: Outcome[]
  /** Path and body of a request, upon something new if it changes anything. */
  request(): Promise<[path: string, body?: unknown]>
}

let server: RestServer
let world: World
const clients: Client[] = []
let hours = 100
let days = 0

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
const newSlot = () => aSlot(server.owner, world.a.clinicId, world.a.doctorId, hours++)
const newDoctor = () => aDoctor(server.owner, world.a.clinicId)
const newTimeSlot = () => aTimeSlot(server.owner, world.a.clinicId)
const newBooking = async () => {
  const { id } = await server.owner.one('select id from app_public.book_slot($1, $2, $3)', [
    world.a.clinicId,
    await newSlot(),
    world.ann.customerId,
  ])
  return id as string
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
    id: 'requestPasswordReset',
    outcomes: all(204),
    request: async () => ['/auth/password-reset-request', { email: email() }],
  },
  {
    id: 'resetPassword',
    outcomes: all('reset_token_invalid'),
    request: async () => ['/auth/password-reset', { token: 'x', newPassword: 'a fine long password' }],
  },
  { id: 'getMe', outcomes: signedIn(200), request: async () => ['/me'] },

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
    // That they erase themselves is tried elsewhere: here they are needed.
    outcomes: [anonymous, ...people.slice(1, -1).map(() => 'customer_not_found'), 204],
    request: async () => [`/customers/${(await aCustomer(server.owner)).customerId}/erase`],
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

  { id: 'listBookings', outcomes: signedIn(200), request: async () => ['/bookings'] },
  {
    id: 'getBooking',
    outcomes: [anonymous, 200, 'booking_not_found', 200, 200, 200, 'booking_not_found', 200],
    request: async () => [`/bookings/${world.booking}`],
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
  // Last, as it ends everybody's session.
  {
    id: 'signOut',
    outcomes: signedIn(204),
    request: async () => ['/auth/sign-out'],
  },
]

describe('the endpoints', () => {
  it('are all here', () => {
    expect(cases.map(({ id }) => id).sort()).toEqual(routes.map(({ id }) => id).sort())
  })

  it.each(cases)('$id is for whom it is meant for; refused, it changes nothing', async ({ id, request, outcomes }) => {
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
  })
})
