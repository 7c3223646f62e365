import { LateNotification, Notification } from '../route/fragments.ts'
import { type Input, pageInfo, type Route } from '../route/route.ts'

/** What the desk does with one message. `mutation` is its name in GraphQL. */
const step = (mutation: 'sendAgain' | 'settleNotification') =>
  ({
    method: 'POST',
    id: mutation,
    rights: 'The clinic’s desk and administrators.',
    document: `mutation Step($clinicId: BigInt!, $id: BigInt!) {
      ${mutation}(input: { clinicId: $clinicId, notificationId: $id }) { notification { ...Notification } }
    } ${Notification}`,
    variables: ({ path }: Input) => path,
    answer: `${mutation}.notification`,
    notFound: 'notification_not_found',
  }) satisfies Partial<Route>

export const notifications: Route[] = [
  {
    method: 'GET',
    path: '/clinics/{clinicId}/lateNotifications',
    id: 'listLateNotifications',
    summary:
      'List the messages to patients and webhooks that were given up, or are more than a minute late; newest first',
    rights: 'The clinic’s staff and administrators.',
    document: `query LateNotifications($clinicId: BigInt!, $first: Int!, $after: Cursor) {
      parent: clinic(id: $clinicId) { id }
      lateNotifications(
        first: $first, after: $after, filter: { clinicId: { equalTo: $clinicId } }, orderBy: [ID_DESC]
      ) { nodes { ...LateNotification } ${pageInfo} }
    } ${LateNotification}`,
    variables: ({ path, first, after }) => ({ ...path, first, after }),
    answer: 'lateNotifications',
    list: 'connection',
    notFound: 'clinic_not_found',
  },
  {
    ...step('sendAgain'),
    path: '/clinics/{clinicId}/notifications/{id}/send-again',
    summary: 'Send a message again that was sent or given up, to the address that the clinic has now',
    errors: ['illegal_transition', 'no_address'],
  },
  {
    ...step('settleNotification'),
    path: '/clinics/{clinicId}/notifications/{id}/settle',
    summary: 'Record that nothing more is to be done about a message that was given up, for example after a phone call',
    errors: ['illegal_transition'],
  },
]
