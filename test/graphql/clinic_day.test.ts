import { jest } from '@jest/globals'
import type { Claims } from '../../src/request/tokens.ts'
import { aPractice, aSlot } from '../helpers/clinic/world.ts'
import { breakListening, listeners, listening, publishAll } from '../helpers/database/live.ts'
import { type Answer, dataOf, type GraphQLClient } from '../helpers/programs/graphql.ts'
import { sharedServer, type TestServer } from '../helpers/programs/server.ts'
import type { Subscription } from '../helpers/programs/subscription.ts'
import { eventually } from '../helpers/time/eventually.ts'
import { anOnlinePractice, bookOnline, joinToken, prepareAll } from '../sql/consultation/online.ts'

let served: TestServer
let practice: Awaited<ReturnType<typeof aPractice>>
let ann: GraphQLClient
const open: Subscription[] = []

beforeAll(async () => {
  served = await sharedServer()
  practice = await aPractice(served.owner)
  ann = await served.as(practice.customer.claims)
})
afterEach(async () => {
  await Promise.all(open.splice(0).map((subscription) => subscription.close()))
  // Otherwise the next test could see the connection of this one and believe that the server still listens.
  await eventually(async () => (await listeners(served.owner)).length === 0, 'a server that listens no longer')
})
afterAll(() => served.stop())

interface Change {
  events: { toState: string }[]
  bookingSlots: { id: string; status: string }[]
}

function changeOf(answer: Answer | undefined): Change {
  if (!answer?.data) throw new Error(`no change but ${JSON.stringify(answer)}`)
  return answer.data.clinicDay as Change
}

const codeOf = (answer: Answer | undefined) => answer?.errors?.[0]?.extensions?.code

const document = `subscription ($clinicId: BigInt!, $date: Date) {
  clinicDay(clinicId: $clinicId, date: $date) { events { entity toState } bookingSlots { id status doctor { fullName } } } }`

async function watch(claims: Claims | undefined, variables: Record<string, unknown> = {}): Promise<Subscription> {
  const connection = claims ? { authorization: `Bearer ${await served.tokenOf(claims)}` } : {}
  const subscription = served.subscribe(document, { clinicId: practice.clinicId, ...variables }, connection)
  open.push(subscription)
  return subscription
}

const book = (bookingSlotId: string) =>
  dataOf(
    ann('mutation ($input: BookSlotInput!) { bookSlot(input: $input) { booking { id } } }', {
      input: { clinicId: practice.clinicId, bookingSlotId },
    }),
  )

/** An online visit that begins now and can be joined, whose events are published. */
async function anOnlineVisit() {
  const visit = await anOnlinePractice(served.owner)
  const { id: bookingId } = await bookOnline(served.owner, visit, visit.slotId)
  await prepareAll(served.owner)
  await publishAll(served.owner)
  const dateOf = async (slotId: string) => {
    const { date } = await served.owner.one<{ date: string }>(
      'select slot_date::text as date from app_public.booking_slots where id = $1',
      [slotId],
    )
    return date
  }
  return { visit, bookingId, dateOf }
}

test('a booking is sent to the desk, with the current state of the slot', async () => {
  const slots = [practice.slotId]
  for (const hours of [24 * 3, 24 * 4])
    slots.push(await aSlot(served.owner, practice.clinicId, practice.doctorId, hours))
  await publishAll(served.owner)
  const events = await watch(practice.receptionist.claims)
  let next = events.next()
  await listening(served.owner, practice.clinicId)
  const waits: number[] = []
  for (const slot of slots) {
    await book(slot)
    await publishAll(served.owner)
    const published = performance.now()
    const { events: told, bookingSlots } = changeOf(await next)
    waits.push(performance.now() - published)
    expect(told.map(({ toState }) => toState)).toEqual(['booked', 'booked'])
    expect(bookingSlots).toEqual([{ id: slot, status: 'BOOKED', doctor: { fullName: expect.any(String) } }])
    next = events.next()
  }
  // Retried, because a machine may stall.
  expect(Math.min(...waits)).toBeLessThan(1000)
})

test('only changes of the requested day are sent', async () => {
  const other = await aSlot(served.owner, practice.clinicId, practice.doctorId, 24 * 5)
  const asked = await aSlot(served.owner, practice.clinicId, practice.doctorId, 24 * 6)
  const { date } = await served.owner.one<{ date: string }>(
    'select slot_date::text as date from app_public.booking_slots where id = $1',
    [asked],
  )
  await publishAll(served.owner)
  const events = await watch(practice.manager.claims, { date })
  const next = events.next()
  await listening(served.owner, practice.clinicId)
  await book(other)
  await publishAll(served.owner)
  await book(asked)
  await publishAll(served.owner)
  expect(changeOf(await next).bookingSlots.map(({ id }) => id)).toEqual([asked])
})

test('the desk is notified at once when the patient of an online visit on its day is waiting', async () => {
  const { visit, bookingId, dateOf } = await anOnlineVisit()
  const today = await watch(visit.receptionist.claims, { clinicId: visit.clinicId, date: await dateOf(visit.slotId) })
  const next = today.next()
  await listening(served.owner, visit.clinicId)
  await served.owner.query('select app_public.join_by_link($1)', [await joinToken(served.owner, bookingId)])
  const { events, bookingSlots } = changeOf(await next)
  expect([events, bookingSlots.map((slot) => slot.id)]).toEqual([[], [visit.slotId]])
})

test('the desk that watches another day is not notified of a patient who is waiting', async () => {
  const { visit, bookingId, dateOf } = await anOnlineVisit()
  const other = await aSlot(served.owner, visit.clinicId, visit.doctorId, 24 * 3)
  const date = await dateOf(other)
  await publishAll(served.owner)
  const otherDay = await watch(visit.receptionist.claims, { clinicId: visit.clinicId, date })
  const next = otherDay.next()
  await listening(served.owner, visit.clinicId)
  await served.owner.query('select app_public.join_by_link($1)', [await joinToken(served.owner, bookingId)])
  await served.owner.query('select app_public.withdraw_slot($1, $2)', [visit.clinicId, other])
  await publishAll(served.owner)
  expect(changeOf(await next).bookingSlots.map((slot) => slot.id)).toEqual([other])
})

test('two changes of one slot are sent as two states', async () => {
  const slot = await aSlot(served.owner, practice.clinicId, practice.doctorId, 24 * 7)
  await publishAll(served.owner)
  const events = await watch(practice.manager.claims)
  const next = events.next()
  await listening(served.owner, practice.clinicId)
  const input = { clinicId: practice.clinicId, bookingSlotId: slot }
  await dataOf(ann('mutation ($input: HoldSlotInput!) { holdSlot(input: $input) { bookingSlot { id } } }', { input }))
  await publishAll(served.owner)
  expect(changeOf(await next).bookingSlots[0]?.status).toBe('HELD')
  await dataOf(
    ann('mutation ($input: ReleaseHoldInput!) { releaseHold(input: $input) { bookingSlot { id } } }', { input }),
  )
  await publishAll(served.owner)
  expect(changeOf(await events.next()).bookingSlots[0]?.status).toBe('OPEN')
})

test('the subscription ends when the database connection breaks, because events may be missed, and can begin again', async () => {
  const slot = await aSlot(served.owner, practice.clinicId, practice.doctorId, 24 * 12)
  const events = await watch(practice.manager.claims)
  const next = events.next()
  await listening(served.owner, practice.clinicId)
  // PgSubscriber reports this itself.
  const said = jest.spyOn(console, 'error').mockImplementation(() => undefined)
  await breakListening(served.owner)
  expect(codeOf(await next)).toBe('internal_error')
  expect(await events.next()).toBeUndefined()
  said.mockRestore()

  await publishAll(served.owner)
  const again = await watch(practice.manager.claims)
  const change = again.next()
  await listening(served.owner, practice.clinicId)
  await book(slot)
  await publishAll(served.owner)
  expect(changeOf(await change).bookingSlots).toHaveLength(1)
})

test('callers who do not work in the clinic cannot subscribe', async () => {
  const elsewhere = await aPractice(served.owner)
  const refusals = []
  for (const claims of [undefined, practice.customer.claims, elsewhere.manager.claims]) {
    const events = await watch(claims)
    refusals.push(codeOf(await events.next()))
    expect(await events.next()).toBeUndefined()
  }
  expect(refusals).toEqual(['unauthenticated', 'forbidden', 'forbidden'])
})

test('an invalid token is refused, however it is sent', async () => {
  const codes = []
  for (const connection of [{ authorization: 'Bearer x.y.z' }, { accessToken: 'x.y.z' }, { accessToken: 5 }]) {
    const subscription = served.subscribe(document, { clinicId: practice.clinicId }, connection)
    open.push(subscription)
    codes.push(codeOf(await subscription.next()))
  }
  expect(codes).toEqual(['unauthenticated', 'unauthenticated', 'unauthenticated'])
})

test('the token may be sent as accessToken', async () => {
  const slot = await aSlot(served.owner, practice.clinicId, practice.doctorId, 24 * 8)
  await publishAll(served.owner)
  const accessToken = await served.tokenOf(practice.receptionist.claims)
  const events = served.subscribe(document, { clinicId: practice.clinicId }, { accessToken })
  open.push(events)
  const next = events.next()
  await listening(served.owner, practice.clinicId)
  await book(slot)
  await publishAll(served.owner)
  expect(changeOf(await next).bookingSlots).toHaveLength(1)
})

test('the subscription ends when the membership does, and sends nothing more', async () => {
  const slot = await aSlot(served.owner, practice.clinicId, practice.doctorId, 24 * 9)
  await publishAll(served.owner)
  const events = await watch(practice.receptionist.claims)
  const next = events.next()
  await listening(served.owner, practice.clinicId)
  await served.owner.query('update app_public.employees set is_active = false where id = $1', [
    practice.receptionist.employeeId,
  ])
  await book(slot)
  await publishAll(served.owner)
  const refusal = await next
  expect(codeOf(refusal)).toBe('forbidden')
  expect(refusal?.data?.clinicDay ?? null).toBeNull()
  expect(await events.next()).toBeUndefined()
})

test('the subscription ends when its session does', async () => {
  const slot = await aSlot(served.owner, practice.clinicId, practice.doctorId, 24 * 10)
  await publishAll(served.owner)
  const events = await watch(practice.manager.claims)
  const next = events.next()
  await listening(served.owner, practice.clinicId)
  await served.owner.query('update app_private.sessions set revoked_at = now() where id = $1', [
    practice.manager.claims.sid,
  ])
  await book(slot)
  await publishAll(served.owner)
  expect(codeOf(await next)).toBe('unauthenticated')
})
