import { aDoctor, aPractice, aSlot } from '../helpers/clinic/world.ts'
import { dataOf, type GraphQLClient } from '../helpers/programs/graphql.ts'
import { sharedServer, type TestServer } from '../helpers/programs/server.ts'

let served: TestServer
let practice: Awaited<ReturnType<typeof aPractice>>
let anybody: GraphQLClient
let desk: GraphQLClient

beforeAll(async () => {
  served = await sharedServer()
  practice = await aPractice(served.owner)
  anybody = await served.as()
  desk = await served.as(practice.receptionist.claims)
})
afterAll(() => served.stop())

test('free slots are returned in pages, with their doctor and clinic', async () => {
  for (const hours of [49, 50, 51, 52]) await aSlot(served.owner, practice.clinicId, practice.doctorId, hours)
  const search = `query ($clinicId: BigInt!, $after: String) { availableSlots(clinicId: $clinicId, after: $after, pageSize: 2) {
    cursor bookingSlotId startsAt doctorName doctor { id fullName } clinic { id timeZone } bookingSlot { status } } }`
  type Found = {
    cursor: string
    bookingSlotId: string
    startsAt: string
    doctorName: string
    doctor: { id: string; fullName: string }
  }
  const found: Found[] = []
  for (let pages = 0, after: string | undefined; pages < 4; pages++) {
    const variables = { clinicId: practice.clinicId, after }
    const { availableSlots } = await dataOf<{ availableSlots: Found[] }>(anybody(search, variables))
    found.push(...availableSlots)
    after = availableSlots.at(-1)?.cursor ?? after
  }
  expect(new Set(found.map(({ bookingSlotId }) => bookingSlotId)).size).toBe(5)
  expect(found).toHaveLength(5)
  expect(found.map(({ startsAt }) => startsAt)).toEqual(found.map(({ startsAt }) => startsAt).toSorted())
  expect(found[0]).toMatchObject({
    doctor: { id: practice.doctorId, fullName: found[0]?.doctorName },
    clinic: { id: practice.clinicId, timeZone: 'Europe/Berlin' },
    bookingSlot: { status: 'OPEN' },
  })
})

test('tables are returned in pages, by cursor', async () => {
  for (let i = 0; i < 6; i++) await aDoctor(served.owner, practice.clinicId)
  type Page = { doctors: { nodes: { id: string }[]; pageInfo: { hasNextPage: boolean; endCursor: string } } }
  const seen: string[] = []
  for (let after: string | null = null, more = true; more; ) {
    const { doctors }: Page = await dataOf<Page>(
      anybody(
        `query ($clinicId: BigInt!, $after: Cursor) {
           doctors(first: 3, after: $after, filter: { clinicId: { equalTo: $clinicId } }) { nodes { id } pageInfo { hasNextPage endCursor } } }`,
        { clinicId: practice.clinicId, after },
      ),
    )
    seen.push(...doctors.nodes.map(({ id }) => id))
    after = doctors.pageInfo.endCursor
    more = doctors.pageInfo.hasNextPage
  }
  expect(new Set(seen).size).toBe(7)
  expect(seen).toHaveLength(7)
})

test('a clinic counts its bookings by doctor, day and state', async () => {
  const ann = await served.as(practice.customer.claims)
  const book = 'mutation ($input: BookSlotInput!) { bookSlot(input: $input) { booking { id slotDate } } }'
  const slots = [
    await aSlot(served.owner, practice.clinicId, practice.doctorId, 24 * 10),
    await aSlot(served.owner, practice.clinicId, practice.doctorId, 24 * 10 + 1),
    await aSlot(served.owner, practice.clinicId, practice.doctorId, 24 * 11),
  ]
  const booked: { id: string; slotDate: string }[] = []
  for (const bookingSlotId of slots) {
    const input = { clinicId: practice.clinicId, bookingSlotId }
    booked.push((await dataOf<{ bookSlot: { booking: (typeof booked)[0] } }>(ann(book, { input }))).bookSlot.booking)
  }
  await dataOf(
    ann('mutation ($input: CancelBookingInput!) { cancelBooking(input: $input) { booking { status } } }', {
      input: { clinicId: practice.clinicId, bookingId: booked[1]?.id },
    }),
  )
  type Counts = { bookings: { groupedAggregates: { keys: string[]; distinctCount: { id: string } }[] } }
  const { bookings } = await dataOf<Counts>(
    desk(
      `query ($clinicId: BigInt!) { bookings(filter: { clinicId: { equalTo: $clinicId } }) {
         groupedAggregates(groupBy: [DOCTOR_ID, SLOT_DATE, STATUS]) { keys distinctCount { id } } } }`,
      { clinicId: practice.clinicId },
    ),
  )
  const counts = new Map<string, string>()
  for (const { keys, distinctCount } of bookings.groupedAggregates) counts.set(keys.join(' '), distinctCount.id)
  const expected = new Map<string, number>()
  booked.forEach(({ slotDate }, i) => {
    const key = `${practice.doctorId} ${slotDate} ${i === 1 ? 'cancelled' : 'booked'}`
    expected.set(key, (expected.get(key) ?? 0) + 1)
  })
  expect(Object.fromEntries(counts)).toEqual(Object.fromEntries([...expected].map(([key, n]) => [key, String(n)])))
})

test('a desk reads its day by state', async () => {
  const { date } = await served.owner.one<{ date: string }>(
    'select slot_date::text as date from app_public.booking_slots where id = $1',
    [practice.slotId],
  )
  const { bookingSlots } = await dataOf<{ bookingSlots: { nodes: { id: string; status: string }[] } }>(
    desk(
      `query ($clinicId: BigInt!, $date: Date!) {
         bookingSlots(filter: { clinicId: { equalTo: $clinicId }, slotDate: { equalTo: $date }, status: { equalTo: OPEN } }) {
           nodes { id status doctor { fullName } } } }`,
      { clinicId: practice.clinicId, date },
    ),
  )
  expect(bookingSlots.nodes.map(({ id }) => id)).toContain(practice.slotId)
  expect(bookingSlots.nodes.every(({ status }) => status === 'OPEN')).toBe(true)
})
