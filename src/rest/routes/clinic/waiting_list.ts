import { Booking, BookingSlot, LinkedOffer, SlotOffer, WaitingEntry } from '../../route/fragments.ts'
import { pageInfo, type Route } from '../../route/route.ts'
import { claimRefusals } from '../booking_slots.ts'

const ownOrDesk = 'Customers their own; the clinic’s desk and administrators any of the clinic.'

export const waitingList: Route[] = [
  {
    method: 'GET',
    path: '/clinics/{clinicId}/waitingList',
    id: 'listWaitingList',
    summary: 'List who waits for a time, in the order of joining',
    rights: 'Customers see their own entries, the clinic’s staff and administrators all.',
    document: `query WaitingList($clinicId: BigInt!, $first: Int!, $after: Cursor) {
      parent: clinic(id: $clinicId) { id }
      waitingLists(
        first: $first, after: $after, filter: { clinicId: { equalTo: $clinicId }, state: { equalTo: WAITING } }
        orderBy: [JOINED_AT_ASC, PRIMARY_KEY_ASC]
      ) { nodes { ...WaitingEntry } ${pageInfo} }
    } ${WaitingEntry}`,
    variables: ({ path, first, after }) => ({ ...path, first, after }),
    answer: 'waitingLists',
    list: 'connection',
    notFound: 'clinic_not_found',
  },
  {
    method: 'POST',
    path: '/clinics/{clinicId}/waitingList',
    id: 'joinWaitingList',
    summary: 'Wait for a time; joining again for the same thing changes the conditions',
    rights: 'Customers for themselves; the clinic’s desk and administrators for customers of the clinic.',
    document: `mutation JoinWaitingList($input: JoinWaitingListInput!) {
      joinWaitingList(input: $input) { waitingList { ...WaitingEntry } }
    } ${WaitingEntry}`,
    body: { type: 'JoinWaitingListInput', omit: ['clinicId'], optional: true },
    variables: ({ path, body }) => ({ input: { ...body, ...path } }),
    answer: 'joinWaitingList.waitingList',
    notFound: 'clinic_not_found',
    errors: [
      'booking_not_found',
      'illegal_transition',
      'service_not_found',
      'service_not_offered',
      'service_not_for_customer',
      'doctor_not_found',
      'specialization_not_found',
      'customer_not_found',
      'customer_not_confirmed',
      'too_many_waiting_entries',
    ],
  },
  {
    method: 'POST',
    path: '/clinics/{clinicId}/waitingList/{waitingId}/leave',
    id: 'leaveWaitingList',
    summary: 'Leave the waiting list; what was offered to the entry is declined',
    rights: ownOrDesk,
    document: `mutation LeaveWaitingList($clinicId: BigInt!, $waitingId: BigInt!) {
      leaveWaitingList(input: { clinicId: $clinicId, waitingId: $waitingId }) { waitingList { ...WaitingEntry } }
    } ${WaitingEntry}`,
    variables: ({ path }) => path,
    answer: 'leaveWaitingList.waitingList',
    notFound: 'waiting_entry_not_found',
  },
  {
    method: 'POST',
    path: '/clinics/{clinicId}/waitingList/{waitingId}/priority',
    id: 'setWaitingPriority',
    summary: 'Set the priority of an entry: freed times are offered to higher priorities first',
    rights: 'The clinic’s desk and administrators.',
    document: `mutation SetWaitingPriority($input: SetWaitingPriorityInput!) {
      setWaitingPriority(input: $input) { waitingList { ...WaitingEntry } }
    } ${WaitingEntry}`,
    body: { type: 'SetWaitingPriorityInput', omit: ['clinicId', 'waitingId', 'rowVersion'] },
    variables: ({ path, body, rowVersion }) => ({ input: { ...body, ...path, rowVersion } }),
    answer: 'setWaitingPriority.waitingList',
    notFound: 'waiting_entry_not_found',
    versioned: true,
  },
  {
    method: 'GET',
    path: '/clinics/{clinicId}/slotOffers',
    id: 'listSlotOffers',
    summary: 'List the times that were offered to the waiting list, the latest first',
    rights: 'Customers see their own, the clinic’s staff and administrators all.',
    document: `query SlotOffers($clinicId: BigInt!, $first: Int!, $after: Cursor) {
      parent: clinic(id: $clinicId) { id }
      slotOffers(
        first: $first, after: $after, filter: { clinicId: { equalTo: $clinicId } }, orderBy: [PRIMARY_KEY_DESC]
      ) { nodes { ...SlotOffer } ${pageInfo} }
    } ${SlotOffer}`,
    variables: ({ path, first, after }) => ({ ...path, first, after }),
    answer: 'slotOffers',
    list: 'connection',
    notFound: 'clinic_not_found',
  },
  {
    method: 'GET',
    path: '/me/slotOffers',
    id: 'listCurrentOffers',
    summary: 'List the times that the caller, or a dependant of the caller, is offered and that nobody has taken',
    rights: 'Customers.',
    document: `query CurrentOffers($first: Int!, $after: Cursor) {
      currentOffers(first: $first, after: $after) { nodes { ...LinkedOffer } ${pageInfo} }
    } ${LinkedOffer}`,
    variables: ({ first, after }) => ({ first, after }),
    answer: 'currentOffers',
    list: 'connection',
  },
  {
    method: 'POST',
    path: '/clinics/{clinicId}/slotOffers/{offerId}/accept',
    id: 'acceptOffer',
    summary: 'Take an offered time: book it, or move the booking of the entry to it',
    rights: ownOrDesk,
    document: `mutation AcceptOffer($input: AcceptOfferInput!) {
      acceptOffer(input: $input) { booking { ...Booking } }
    } ${Booking}`,
    body: { type: 'AcceptOfferInput', omit: ['clinicId', 'offerId', 'idempotencyKey'], optional: true },
    variables: ({ path, body }) => ({ input: { ...body, ...path } }),
    answer: 'acceptOffer.booking',
    notFound: 'offer_not_found',
    errors: ['offer_ended', 'customer_busy', 'illegal_transition', 'cancellation_too_late', ...claimRefusals],
  },
  {
    method: 'POST',
    path: '/clinics/{clinicId}/slotOffers/{offerId}/decline',
    id: 'declineOffer',
    summary: 'Decline an offered time, so that others get it sooner',
    rights: ownOrDesk,
    document: `mutation DeclineOffer($clinicId: BigInt!, $offerId: BigInt!) {
      declineOffer(input: { clinicId: $clinicId, offerId: $offerId }) { slotOffer { ...SlotOffer } }
    } ${SlotOffer}`,
    variables: ({ path }) => path,
    answer: 'declineOffer.slotOffer',
    notFound: 'offer_not_found',
  },
  {
    method: 'POST',
    path: '/clinics/{clinicId}/bookingSlots/{bookingSlotId}/open',
    id: 'openOfferedSlot',
    summary: 'End the offers of a time that is offered to the waiting list: anyone can book it',
    rights: 'The clinic’s desk and administrators.',
    document: `mutation OpenOfferedSlot($clinicId: BigInt!, $bookingSlotId: BigInt!) {
      openOfferedSlot(input: { clinicId: $clinicId, bookingSlotId: $bookingSlotId }) { bookingSlot { ...BookingSlot } }
    } ${BookingSlot}`,
    variables: ({ path }) => path,
    answer: 'openOfferedSlot.bookingSlot',
    notFound: 'slot_not_found',
  },
]
