import { GuestHold, LinkedBooking, LinkedOffer } from '../route/fragments.ts'
import type { Route } from '../route/route.ts'
import { claimRefusals } from './booking_slots.ts'

const capitalized = (name: string) => `${name[0]?.toUpperCase()}${name.slice(1)}`

/** The common part of what the holder of a link does. The token is in the body, so that no log contains it. */
function ofHolder(mutation: string, result: 'linkedBooking' | 'linkedOffer', fragment: string) {
  const input = `${capitalized(mutation)}Input`
  return {
    method: 'POST',
    id: mutation,
    rights: 'Anyone who has the link.',
    document: `mutation ByLink($input: ${input}!) {
      ${mutation}(input: $input) { ${result} { ...${capitalized(result)} } }
    } ${fragment}`,
    body: { type: input },
    variables: ({ body }) => ({ input: body }),
    answer: `${mutation}.${result}`,
    errors: ['link_invalid', 'too_many_attempts'],
    secret: true,
  } satisfies Partial<Route>
}

type OfBooking =
  | 'bookingByLink'
  | 'cancelByLink'
  | 'confirmGuestBooking'
  | 'requestRecordByLink'
  | 'rescheduleByLink'
  | 'waitByLink'
const byLink = (mutation: OfBooking) => ofHolder(mutation, 'linkedBooking', LinkedBooking)
const offerByLink = (mutation: 'offerByLink' | 'acceptOfferByLink' | 'declineOfferByLink') =>
  ofHolder(mutation, 'linkedOffer', LinkedOffer)

export const links: Route[] = [
  {
    method: 'POST',
    path: '/guests/book',
    id: 'bookAsGuest',
    summary: 'Hold a slot for a guest, who has no account, and mail a link that books it',
    rights: 'Everybody, where the clinic’s policy accepts guests.',
    document: `mutation BookAsGuest($input: BookAsGuestInput!) {
      bookAsGuest(input: $input) { guestHold { ...GuestHold } }
    } ${GuestHold}`,
    body: { type: 'BookAsGuestInput' },
    variables: ({ body }) => ({ input: body }),
    answer: 'bookAsGuest.guestHold',
    errors: [
      'guests_not_accepted',
      'place_not_offered',
      'invalid_email',
      'invalid_argument',
      'too_many_guest_bookings',
      'too_many_attempts',
      'slot_not_found',
      ...claimRefusals.filter((name) => name !== 'email_not_confirmed'),
    ],
    secret: true,
  },
  {
    ...byLink('confirmGuestBooking'),
    path: '/guests/confirm',
    summary: 'Book what is held for a guest, by the token of the link in the mail',
    errors: [
      'link_invalid',
      'too_many_attempts',
      'slot_not_found',
      'customer_busy',
      'place_not_offered',
      ...claimRefusals,
    ],
  },
  {
    ...byLink('bookingByLink'),
    path: '/links/booking',
    summary: 'Get the booking to which the link of a message leads; changes nothing',
  },
  {
    ...byLink('cancelByLink'),
    path: '/links/cancel',
    summary: 'Cancel the booking to which the link of a message leads',
    errors: [
      'link_invalid',
      'too_many_attempts',
      'illegal_transition',
      'cancellation_too_late',
      'idempotency_key_reused',
    ],
  },
  {
    ...byLink('rescheduleByLink'),
    path: '/links/reschedule',
    summary: 'Move the booking to which the link of a message leads to another slot of the clinic',
    errors: [
      'link_invalid',
      'too_many_attempts',
      'illegal_transition',
      'cancellation_too_late',
      'idempotency_key_reused',
      'slot_not_found',
      ...claimRefusals,
    ],
  },
  {
    ...byLink('requestRecordByLink'),
    path: '/me/record-request',
    summary:
      'Ask to add the clinic’s record of the booking to the caller’s account: mails a link to the recorded address',
    rights: 'Customers with a confirmed e-mail address who have the link; see POST /me/merge.',
    errors: ['link_invalid', 'email_not_confirmed', 'customer_not_found', 'too_many_attempts'],
  },
  {
    ...byLink('waitByLink'),
    path: '/links/wait',
    summary: 'Wait for an earlier time than that of the booking to which the link of a message leads',
    errors: ['link_invalid', 'too_many_attempts', 'illegal_transition', 'doctor_not_found', 'too_many_waiting_entries'],
  },
  {
    ...offerByLink('offerByLink'),
    path: '/links/offer',
    summary: 'Get the offered time to which the link of a message leads; changes nothing',
  },
  {
    ...offerByLink('acceptOfferByLink'),
    path: '/links/acceptOffer',
    summary: 'Take the offered time to which the link of a message leads',
    errors: [
      'link_invalid',
      'too_many_attempts',
      'offer_ended',
      'customer_busy',
      'illegal_transition',
      'cancellation_too_late',
      ...claimRefusals,
    ],
  },
  {
    ...offerByLink('declineOfferByLink'),
    path: '/links/declineOffer',
    summary: 'Decline the offered time to which the link of a message leads',
  },
]
