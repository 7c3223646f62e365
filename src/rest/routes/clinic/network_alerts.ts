import { NetworkAlert } from '../../route/fragments.ts'
import { pageInfo, type Route } from '../../route/route.ts'

export const networkAlerts: Route[] = [
  {
    method: 'GET',
    path: '/clinics/{clinicId}/networkAlerts',
    id: 'listNetworkAlerts',
    summary:
      'List the dates on which customers of one network took many slots within a day, unless the desk has dismissed them',
    rights: 'The clinic’s staff and administrators.',
    document: `query NetworkAlerts($clinicId: BigInt!, $first: Int!, $after: Cursor) {
      parent: clinic(id: $clinicId) { id }
      networkAlerts(clinicId: $clinicId, first: $first, after: $after) { nodes { ...NetworkAlert } ${pageInfo} }
    } ${NetworkAlert}`,
    variables: ({ path, first, after }) => ({ ...path, first, after }),
    answer: 'networkAlerts',
    list: 'connection',
    notFound: 'clinic_not_found',
  },
  {
    method: 'POST',
    path: '/clinics/{clinicId}/networkAlerts/dismiss',
    id: 'dismissNetworkAlert',
    summary: 'Dismiss the alert about a date: the desk has looked at its bookings',
    rights: 'The clinic’s desk and administrators.',
    document: `mutation DismissNetworkAlert($input: DismissNetworkAlertInput!) {
      dismissNetworkAlert(input: $input) { networkAlert { ...NetworkAlert } }
    } ${NetworkAlert}`,
    body: { type: 'DismissNetworkAlertInput', omit: ['clinicId'] },
    variables: ({ path, body }) => ({ input: { ...body, ...path } }),
    answer: 'dismissNetworkAlert.networkAlert',
    notFound: 'alert_not_found',
  },
]
