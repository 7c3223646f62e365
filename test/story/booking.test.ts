import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from '@jest/globals'
import { Client } from 'pg'
import { eventually } from '../helpers/eventually.ts'
import { dataOf, expectGraphQLRefusal, type GraphQLClient, graphqlClient } from '../helpers/graphql.ts'
import { type Program, startProgram } from '../helpers/program.ts'

// The tour: one booking, from the request to the row, the message and the cancellation, in the program as a user starts it,
// with its embedded PostgreSQL, its demo clinics and its worker. Read it beside the path in the README:
//
//   src/server/start_server.ts → src/graphql/instance.ts → src/request/service.ts → src/request/transaction.ts
//   → sql/identity/requests/begin_request.sql → sql/booking/api/book_slot.sql
//   → sql/notification/queue/queue_notifications.sql → src/worker/tasks/send_notifications.ts

let program: Program
let dataDir: string
let dba: Client
let ann: GraphQLClient

interface Slot {
  clinicId: string
  bookingSlotId: string
  clinicName: string
  startsAt: string
}

const bookSlot = `mutation ($input: BookSlotInput!) { bookSlot(input: $input) { booking { id status startsAt doctor { fullName } } } }`

/** The API as somebody of the demo uses it after signing in. */
async function signedIn(name: string): Promise<GraphQLClient> {
  const { signIn } = await dataOf<{ signIn: { authTokens: { accessToken: string } } }>(
    graphqlClient(program.url)(
      `mutation { signIn(input: { email: "${name}@medislot.example", password: "medislot-demo" }) {
         authTokens { accessToken expiresIn refreshToken } } }`,
    ),
  )
  return graphqlClient(program.url, signIn.authTokens.accessToken)
}

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'medislot-story-'))
  program = await startProgram('main', { env: { MEDISLOT_DATA_DIR: dataDir } })
  dba = new Client({ connectionString: /psql: (\S+)/.exec(program.readyLine)?.[1] })
  await dba.connect()
})

afterAll(async () => {
  await dba?.end()
  expect(await program?.stop()).toBe(0)
  await rm(dataDir, { recursive: true, force: true })
})

it('Ann books an appointment, gets a confirmation, and cancels', async () => {
  // She signs in. From now on each request carries her token, and its transaction begins with begin_request.
  ann = await signedIn('ann')

  // She looks for a dermatologist with a free slot, in any clinic, from the day after tomorrow on.
  const search = `query ($specializationId: BigInt, $clinicId: BigInt, $fromTime: Datetime!) {
    availableSlots(specializationId: $specializationId, clinicId: $clinicId, fromTime: $fromTime, pageSize: 100) {
      clinicId bookingSlotId clinicName doctorName startsAt localStart timeZone } }`
  const fromTime = new Date(Date.now() + 48 * 3600 * 1000).toISOString()
  const { specializations } = await dataOf<{ specializations: { nodes: { id: string }[] } }>(
    ann(`{ specializations(filter: { name: { equalTo: "Dermatology" } }) { nodes { id } } }`),
  )
  const specializationId = specializations.nodes[0]?.id
  const found = await dataOf<{ availableSlots: Slot[] }>(ann(search, { specializationId, fromTime }))
  const slot = found.availableSlots[0] as Slot
  expect(slot).toBeDefined()

  // She holds the slot while she fills in the form, and books it by book_slot.
  const { clinicId, bookingSlotId } = slot
  const input = { clinicId, bookingSlotId }
  const held = await dataOf<{ holdSlot: { bookingSlot: { status: string } } }>(
    ann(`mutation ($input: HoldSlotInput!) { holdSlot(input: $input) { bookingSlot { status heldUntil } } }`, {
      input,
    }),
  )
  expect(held.holdSlot.bookingSlot.status).toBe('HELD')
  const booked = await dataOf<{ bookSlot: { booking: { id: string; status: string; startsAt: string } } }>(
    ann(bookSlot, { input }),
  )
  const { booking } = booked.bookSlot
  expect(booking.status).toBe('BOOKED')
  expect(Date.parse(booking.startsAt)).toBe(Date.parse(slot.startsAt))

  // The slot cannot be booked again, even by Ann, and the search no longer finds it.
  await expectGraphQLRefusal(ann(bookSlot, { input }), 'slot_taken')
  const after = await dataOf<{ availableSlots: Slot[] }>(ann(search, { specializationId, fromTime }))
  expect(after.availableSlots.map((other) => other.bookingSlotId)).not.toContain(bookingSlotId)

  // The DBA sees what the triggers recorded as events, and what queue_notifications recorded: a confirmation that is due now.
  // The reminder, a day before the appointment, is recorded when it comes near, by the job queue_coming_reminders. It runs here
  // as if it were that late.
  const { rows: states } = await dba.query(
    `select entity, from_state, to_state, actor from app_public.events
     where clinic_id = $1 and booking_slot_id = $2 and actor = 'customer' order by id`,
    [clinicId, bookingSlotId],
  )
  expect(states).toEqual([
    { entity: 'booking_slot', from_state: 'open', to_state: 'held', actor: 'customer' },
    { entity: 'booking_slot', from_state: 'held', to_state: 'booked', actor: 'customer' },
    { entity: 'booking', from_state: null, to_state: 'booked', actor: 'customer' },
  ])
  await dba.query(
    `select app_private.queue_coming_reminders(clinic_id, starts_at - interval '25 hours') from app_public.bookings
     where clinic_id = $1 and id = $2`,
    [clinicId, booking.id],
  )
  const { rows: notifications } = await dba.query(
    `select n.kind, n.due_at < now() as is_due, b.starts_at - n.due_at = '24 hours' as is_a_day_before
     from app_public.notifications n join app_public.bookings b on b.clinic_id = n.clinic_id and b.id = n.booking_id
     where n.clinic_id = $1 and n.booking_id = $2 order by n.due_at`,
    [clinicId, booking.id],
  )
  expect(notifications).toEqual([
    { kind: 'booking_confirmed', is_due: true, is_a_day_before: false },
    { kind: 'booking_reminder', is_due: false, is_a_day_before: true },
  ])

  // The worker's send_notifications sends the confirmation; without an SMTP server it is stored in a table.
  const message = await messageAbout(clinicId, booking.id, 'booking_confirmed')
  expect(message.recipient).toBe('ann@medislot.example')
  expect(message.subject).toContain(slot.clinicName)
  expect(message.body).toContain(`Booking ${booking.id}`)

  // Ann cancels. She gets a message, her reminder is dropped, and the slot is free again.
  await dataOf(
    ann(`mutation ($input: CancelBookingInput!) { cancelBooking(input: $input) { booking { status cancelledBy } } }`, {
      input: { clinicId, bookingId: booking.id, reason: 'I feel better' },
    }),
  )
  expect((await messageAbout(clinicId, booking.id, 'booking_cancelled')).body).toContain('as you wished')
  const { rows: reminders } = await dba.query(
    `select state from app_public.notifications where clinic_id = $1 and booking_id = $2 and kind = 'booking_reminder'`,
    [clinicId, booking.id],
  )
  expect(reminders).toEqual([{ state: 'dropped' }])
  const again = await dataOf<{ availableSlots: Slot[] }>(ann(search, { specializationId, fromTime }))
  expect(again.availableSlots.map((other) => other.bookingSlotId)).toContain(bookingSlotId)
})

it('Bob waits for a time that is booked; when it is given up, he gets a message and takes it before anyone else can', async () => {
  const bob = await signedIn('bob')
  ann = await signedIn('ann')
  const { rows } = await dba.query<{ clinicId: string; bookingSlotId: string }>(
    `select clinic_id as "clinicId", booking_slot_id as "bookingSlotId"
     from app_public.available_slots(from_time => now() + interval '3 days', page_size => 1)`,
  )
  const input = rows[0]
  const booked = await dataOf<{ bookSlot: { booking: { id: string } } }>(ann(bookSlot, { input }))
  await dataOf(
    bob(`mutation ($clinicId: BigInt!) { joinWaitingList(input: { clinicId: $clinicId }) { waitingList { state } } }`, {
      clinicId: input?.clinicId,
    }),
  )
  await dataOf(
    ann(`mutation ($input: CancelBookingInput!) { cancelBooking(input: $input) { booking { status } } }`, {
      input: { clinicId: input?.clinicId, bookingId: booked.bookSlot.booking.id },
    }),
  )
  // The transaction of the cancellation offered it (offer_freed_slots). Ann is refused for as long as his head start lasts.
  await expectGraphQLRefusal(ann(bookSlot, { input }), 'slot_offered')
  const { currentOffers } = await dataOf<{ currentOffers: { nodes: { clinicId: string; offerId: string }[] } }>(
    bob('{ currentOffers(first: 1) { nodes { clinicId offerId } } }'),
  )
  const message = await eventually(async () => {
    const { rows: messages } = await dba.query<{ recipient: string }>(
      `select m.recipient from app_private.messages m
       join app_public.notifications n on n.clinic_id = m.clinic_id and n.id = m.notification_id
       where n.clinic_id = $1 and n.slot_offer_id = $2`,
      [currentOffers.nodes[0]?.clinicId, currentOffers.nodes[0]?.offerId],
    )
    return messages[0]
  }, 'the message about the offer')
  expect(message.recipient).toBe('bob@medislot.example')
  const taken = await dataOf<{ acceptOffer: { booking: { status: string; bookingSlotId: string } } }>(
    bob(`mutation ($input: AcceptOfferInput!) { acceptOffer(input: $input) { booking { status bookingSlotId } } }`, {
      input: currentOffers.nodes[0],
    }),
  )
  expect(taken.acceptOffer.booking).toEqual({ status: 'BOOKED', bookingSlotId: input?.bookingSlotId })
})

it('a doctor has a calendar elsewhere, and the worker makes its busy times absences', async () => {
  const riverside = await signedIn('riverside')
  const query = `{ externalCalendars { nodes { id kind lastError } } absences { nodes { kind calendarId } } }`
  const { externalCalendars, absences } = await eventually(async () => {
    const found = await dataOf<{
      externalCalendars: { nodes: { id: string; kind: string; lastError: string | null }[] }
      absences: { nodes: { kind: string; calendarId: string | null }[] }
    }>(riverside(query))
    return found.absences.nodes.some(({ kind }) => kind === 'EXTERNAL') && found
  }, 'the busy times of the calendar')
  const [{ id } = { id: '' }] = externalCalendars.nodes
  expect(externalCalendars.nodes).toEqual([{ id, kind: 'ICS', lastError: null }])
  const busy = absences.nodes.filter(({ kind }) => kind === 'EXTERNAL')
  expect(busy.map(({ calendarId }) => calendarId)).toEqual([id, id, id])
})

it('no time was freed without an offer while somebody waited for it', async () => {
  expect((await dba.query('select * from app_private.freed_slots_not_offered')).rows).toEqual([])
})

/** Waits for the worker to deliver a message. */
function messageAbout(clinicId: string, bookingId: string, kind: string) {
  return eventually(async () => {
    const { rows } = await dba.query<{ recipient: string; subject: string; body: string }>(
      `select m.recipient, m.subject, m.body
       from app_private.messages m
       join app_public.notifications n on n.clinic_id = m.clinic_id and n.id = m.notification_id
       where n.clinic_id = $1 and n.booking_id = $2 and n.kind = $3`,
      [clinicId, bookingId, kind],
    )
    return rows[0]
  }, `the message ${kind}`)
}
