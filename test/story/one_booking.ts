import { expect } from '@jest/globals'
import type { Client } from 'pg'
import { dataOf, expectGraphQLRefusal, type GraphQLClient, graphqlClient } from '../helpers/programs/graphql.ts'
import { eventually } from '../helpers/time/eventually.ts'

// One booking, one time that is offered, and one calendar, step by step, with the demo clinics and a worker: booking.test.ts runs
// them with one database, sharded.test.ts with several.

type Queries = Pick<Client, 'query'>

export interface Running {
  url: string
  /** The DBA's connection to the database of a clinic. */
  databaseOf(clinicId: string): Queries
  /** Waits until searches find what has changed at a clinic: with several databases they read copies. */
  untilFound(clinicId: string): Promise<void>
}

interface Slot {
  clinicId: string
  bookingSlotId: string
  clinicName: string
  startsAt: string
}

const bookSlot = `mutation ($input: BookSlotInput!) { bookSlot(input: $input) { booking { id status startsAt doctor { fullName } } } }`

/** The API as somebody of the demo uses it after signing in. */
export async function signedIn(url: string, name: string): Promise<GraphQLClient> {
  const { signIn } = await dataOf<{ signIn: { authTokens: { accessToken: string } } }>(
    graphqlClient(url)(
      `mutation { signIn(input: { email: "${name}@medislot.example", password: "medislot-demo" }) {
         authTokens { accessToken expiresIn refreshToken } } }`,
    ),
  )
  return graphqlClient(url, signIn.authTokens.accessToken)
}

/** Ann books, is reminded, and cancels. */
export async function oneBooking({ url, databaseOf, untilFound }: Running): Promise<void> {
  // She signs in. From now on each request carries her token, and its transaction begins with begin_request.
  const ann = await signedIn(url, 'ann')

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
  const dba = databaseOf(clinicId)
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
  await untilFound(clinicId)
  const after = await dataOf<{ availableSlots: Slot[] }>(ann(search, { specializationId, fromTime }))
  expect(after.availableSlots.map((other) => other.bookingSlotId)).not.toContain(bookingSlotId)

  // The DBA sees what the triggers recorded as events, and what queue_notifications recorded: a confirmation that is
  // due now. The reminder, a day before the appointment, is recorded 25 hours before it is due, by the job
  // queue_coming_reminders. The job runs here as if it were that time.
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
  const message = await messageAbout(dba, clinicId, booking.id, 'booking_confirmed')
  expect(message.recipient).toBe('ann@medislot.example')
  expect(message.subject).toContain(slot.clinicName)
  expect(message.body).toContain(`Booking ${booking.id}`)

  // Ann cancels. She gets a message, her reminder is dropped, and the slot is free again.
  await dataOf(
    ann(`mutation ($input: CancelBookingInput!) { cancelBooking(input: $input) { booking { status cancelledBy } } }`, {
      input: { clinicId, bookingId: booking.id, reason: 'I feel better' },
    }),
  )
  expect((await messageAbout(dba, clinicId, booking.id, 'booking_cancelled')).body).toContain('as you wished')
  const { rows: reminders } = await dba.query(
    `select state from app_public.notifications where clinic_id = $1 and booking_id = $2 and kind = 'booking_reminder'`,
    [clinicId, booking.id],
  )
  expect(reminders).toEqual([{ state: 'dropped' }])
  await untilFound(clinicId)
  const again = await dataOf<{ availableSlots: Slot[] }>(ann(search, { specializationId, fromTime }))
  expect(again.availableSlots.map((other) => other.bookingSlotId)).toContain(bookingSlotId)
}

/** Bob waits for a time that Ann has booked, and takes it when she gives it up. */
export async function oneOffer({ url, databaseOf }: Omit<Running, 'untilFound'>): Promise<void> {
  const [bob, ann] = [await signedIn(url, 'bob'), await signedIn(url, 'ann')]
  const search = 'query ($from: Datetime!) { availableSlots(fromTime: $from, pageSize: 1) { clinicId bookingSlotId } }'
  const from = new Date(Date.now() + 72 * 3600 * 1000).toISOString()
  const { availableSlots } = await dataOf<{ availableSlots: { clinicId: string; bookingSlotId: string }[] }>(
    ann(search, { from }),
  )
  const [input = { clinicId: '', bookingSlotId: '' }] = availableSlots
  const dba = databaseOf(input.clinicId)
  const booked = await dataOf<{ bookSlot: { booking: { id: string } } }>(ann(bookSlot, { input }))
  await dataOf(
    bob(`mutation ($clinicId: BigInt!) { joinWaitingList(input: { clinicId: $clinicId }) { waitingList { state } } }`, {
      clinicId: input.clinicId,
    }),
  )
  await dataOf(
    ann(`mutation ($input: CancelBookingInput!) { cancelBooking(input: $input) { booking { status } } }`, {
      input: { clinicId: input.clinicId, bookingId: booked.bookSlot.booking.id },
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
  expect(taken.acceptOffer.booking).toEqual({ status: 'BOOKED', bookingSlotId: input.bookingSlotId })
  expect((await dba.query('select from app_private.freed_slots_not_offered')).rows).toEqual([])
}

/** Waits for the worker to deliver a message. */
function messageAbout(dba: Queries, clinicId: string, bookingId: string, kind: string) {
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

/** The calendar that a doctor of the demo keeps elsewhere is read by the worker. */
export async function oneCalendar(url: string): Promise<void> {
  const riverside = await signedIn(url, 'riverside')
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
}
