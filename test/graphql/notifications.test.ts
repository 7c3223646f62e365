import { book } from '../helpers/clinic/operations.ts'
import { aPractice } from '../helpers/clinic/world.ts'
import { dataOf, expectGraphQLRefusal } from '../helpers/programs/graphql.ts'
import { sharedServer, type TestServer } from '../helpers/programs/server.ts'

let served: TestServer
let practice: Awaited<ReturnType<typeof aPractice>>
let bookingId: string

beforeAll(async () => {
  served = await sharedServer()
  practice = await aPractice(served.owner)
  const { clinicId, slotId, customer } = practice
  bookingId = (await book(served.owner, clinicId, slotId, { customerId: customer.customerId })).id
})
afterAll(() => served.stop())

test('managers can preview a text, other callers cannot', async () => {
  const preview = `query ($clinicId: BigInt!) {
    previewNotification(clinicId: $clinicId, kind: BOOKING_REMINDER, channel: "email", language: "de", body: "Hallo {{customer}}") { subject body } }`
  const { clinicId } = practice
  const manager = await served.as(practice.manager.claims)
  expect(await dataOf(manager(preview, { clinicId }))).toMatchObject({
    previewNotification: { subject: expect.stringContaining('Erinnerung'), body: 'Hallo Ann Example' },
  })
  const desk = await served.as(practice.receptionist.claims)
  await expectGraphQLRefusal(desk(preview, { clinicId }), 'forbidden')
})

test('the desk sees late notifications and sends failed ones again', async () => {
  const { clinicId } = practice
  const desk = await served.as(practice.receptionist.claims)
  // Each claim is of one clinic, and other files may have left some of theirs.
  for (let claimed: unknown[] = [0]; claimed.length > 0; ) {
    claimed = await served.owner.query('select to_jsonb(n) as notification from app_private.claim_notifications() n')
    await served.owner.query(
      `select app_private.record_deliveries(jsonb_agg(c -> 'notification' || '{"error": "no such mailbox", "code": "550"}'))
       from jsonb_array_elements($1) c having count(*) > 0`,
      [JSON.stringify(claimed)],
    )
  }
  const late = `query ($clinicId: BigInt!) { lateNotifications(filter: { clinicId: { equalTo: $clinicId } }) { nodes { id bookingId state lastError } } }`
  const { lateNotifications } = await dataOf<{ lateNotifications: { nodes: { id: string }[] } }>(
    desk(late, { clinicId }),
  )
  expect(lateNotifications.nodes).toEqual([
    { id: expect.any(String), bookingId, state: 'DEAD', lastError: 'no such mailbox' },
  ])
  const input = { clinicId, notificationId: lateNotifications.nodes[0]?.id }
  const again = `mutation ($input: SendAgainInput!) { sendAgain(input: $input) { notification { state generation } } }`
  expect(await dataOf(desk(again, { input }))).toEqual({
    sendAgain: { notification: { state: 'PENDING', generation: 2 } },
  })
  await expectGraphQLRefusal(desk(again, { input }), 'illegal_transition')
})

test('the rebooking list is readable by the staff and not by patients', async () => {
  const entries = `query ($clinicId: BigInt!) {
    rebookingLists(filter: { clinicId: { equalTo: $clinicId }, resolution: { isNull: true } }) { nodes { reason booking { id startsAt } } } }`
  await served.owner.query(
    `insert into app_public.rebooking_list (clinic_id, booking_id, booking_slot_id, reason)
     select clinic_id, id, booking_slot_id, 'time_moved' from app_public.bookings where id = $1`,
    [bookingId],
  )
  const desk = await served.as(practice.receptionist.claims)
  const { clinicId } = practice
  expect(await dataOf(desk(entries, { clinicId }))).toMatchObject({
    rebookingLists: { nodes: [{ reason: 'time_moved', booking: { id: bookingId } }] },
  })
  const patient = await served.as(practice.customer.claims)
  await expectGraphQLRefusal(patient(entries, { clinicId }), 'insufficient_privilege')
})
