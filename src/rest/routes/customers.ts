import { clinicId, name, several, severalOf } from '../route/filters.ts'
import { ClinicCustomer, Customer, CustomerExport } from '../route/fragments.ts'
import { given, type Input, pageInfo, type Route } from '../route/route.ts'
import { tokens } from './sign_in.ts'

const notificationKinds = [
  'BOOKING_CONFIRMED',
  'BOOKING_RESCHEDULED',
  'BOOKING_CANCELLED',
  'BOOKING_REMINDER',
  'SLOT_WITHDRAWN',
]

const change = {
  rights: 'Customers themselves, and administrators.',
  locate: { what: 'customer', by: ({ path }: Input) => path.id },
  document: `mutation UpdateCustomer($id: BigInt!, $patch: CustomerPatch!) {
    updateCustomer(input: { id: $id, patch: $patch }) { customer { ...Customer } }
  } ${Customer}`,
  variables: ({ path, body, rowVersion }) => ({ ...path, patch: { ...body, rowVersion } }),
  answer: 'updateCustomer.customer',
  notFound: 'customer_not_found',
  versioned: true,
} satisfies Partial<Route>

export const customers: Route[] = [
  {
    method: 'GET',
    path: '/customers',
    id: 'listCustomers',
    summary: 'List customers. With `clinicId` those in a clinic’s records, as that clinic knows them',
    rights: 'Customers see themselves, administrators everybody; with `clinicId` the clinic’s staff its own.',
    // The fields of the clinic's own record of a customer have the same names as the customer's.
    document: `query Customers($ofClinic: Boolean!, $clinicId: BigInt, $first: Int!, $after: Cursor) {
      customers(first: $first, after: $after) @skip(if: $ofClinic) {
        nodes { ...ListedCustomer } ${pageInfo}
      }
      clinicCustomers(first: $first, after: $after, filter: { clinicId: { equalTo: $clinicId } }, orderBy: [FULL_NAME_ASC])
        @include(if: $ofClinic) { nodes { id: customerId fullName email phone createdAt } ${pageInfo} }
    }
    fragment ListedCustomer on Customer { id fullName email phone createdAt }`,
    query: { clinicId },
    variables: ({ query, first, after }) => ({
      ...given({ clinicId: query.clinicId }),
      ofClinic: query.clinicId !== undefined,
      first,
      after,
    }),
    answer: 'customers|clinicCustomers',
    list: 'connection',
  },
  {
    method: 'GET',
    path: '/customers/{id}',
    id: 'getCustomer',
    summary: 'Get a customer',
    rights: 'Customers themselves, and administrators.',
    document: `query Customer($id: BigInt!) { customer(id: $id) { ...Customer } } ${Customer}`,
    variables: ({ path }) => path,
    answer: 'customer',
    notFound: 'customer_not_found',
  },
  {
    method: 'POST',
    path: '/customers',
    id: 'registerCustomer',
    summary: 'Register a customer, and sign in',
    ...tokens('registerCustomer'),
    location: '/customers/{customerId}',
  },
  {
    method: 'GET',
    path: '/clinics/{clinicId}/customers',
    id: 'listClinicCustomers',
    summary: 'List the customers in a clinic’s records by name, or find some by `name`, e-mail address or phone number',
    rights: 'The clinic’s staff and administrators.',
    document: `query ClinicCustomers(
      $clinicId: BigInt!, $byName: Boolean!, $name: String = "", $first: Int!, $after: Cursor
    ) {
      parent: clinic(id: $clinicId) { id }
      clinicCustomers(
        first: $first, after: $after, filter: { clinicId: { equalTo: $clinicId } }, orderBy: [FULL_NAME_ASC]
      ) @skip(if: $byName) { nodes { ...ClinicCustomer } ${pageInfo} }
      findClinicCustomers(clinicId: $clinicId, wanted: $name, pageSize: $first) @include(if: $byName) {
        ...ClinicCustomer
      }
    } ${ClinicCustomer}`,
    query: {
      name: {
        ...name,
        description: `${name.description} Three digits or more find by phone number, those that it ends with first.`,
      },
    },
    variables: ({ path, query, first, after }) => ({
      ...path,
      ...given({ name: query.name }),
      byName: query.name !== undefined,
      first,
      after,
    }),
    answer: 'clinicCustomers|findClinicCustomers',
    list: 'connection',
    notFound: 'clinic_not_found',
  },
  {
    method: 'GET',
    path: '/clinics/{clinicId}/customersWithoutAddress',
    id: 'listCustomersWithoutAddress',
    summary: 'List those of some customers who would get no message of a kind from the clinic, and have to be phoned',
    rights: 'The clinic’s staff and administrators.',
    query: {
      customerIds: several('At most 1000 customers', '[0-9]{1,18}'),
      kind: { type: 'string', enum: notificationKinds },
    },
    needs: ['customerIds', 'kind'],
    document: `query CustomersWithoutAddress($clinicId: BigInt!, $customerIds: [BigInt]!, $kind: NotificationKind!) {
      parent: clinic(id: $clinicId) { id }
      customersWithoutAddress(clinicId: $clinicId, customerIds: $customerIds, kind: $kind)
    }`,
    variables: ({ path, query }) => ({ ...path, customerIds: severalOf(query.customerIds), kind: query.kind }),
    answer: 'customersWithoutAddress',
    list: 'whole',
    notFound: 'clinic_not_found',
    errors: ['invalid_argument'],
  },
  {
    method: 'POST',
    path: '/clinics/{clinicId}/customers',
    id: 'addClinicCustomer',
    summary:
      'Add a caller or walk-in to a clinic’s records, so that the desk can book for them. A person with this name and address in the records is recognised; another name is another person',
    rights: 'The clinic’s desk and administrators.',
    document: `mutation AddClinicCustomer($input: AddClinicCustomerInput!) {
      addClinicCustomer(input: $input) { clinicCustomer { ...ClinicCustomer } }
    } ${ClinicCustomer}`,
    body: { type: 'AddClinicCustomerInput', omit: ['clinicId', 'idempotencyKey'] },
    variables: ({ path, body }) => ({ input: { ...body, ...path } }),
    answer: 'addClinicCustomer.clinicCustomer',
    status: 201,
    errors: ['foreign_key_violation', 'similar_customer_exists'],
  },
  {
    method: 'PUT',
    path: '/customers/{id}',
    id: 'replaceCustomer',
    summary: 'Replace a customer: fields that are left out become empty',
    ...change,
    body: { type: 'CustomerInput', replaces: true, returned: [] },
  },
  {
    method: 'PATCH',
    path: '/customers/{id}',
    id: 'patchCustomer',
    summary: 'Update a customer: fields that are left out stay',
    ...change,
    body: { type: 'CustomerPatch', omit: ['rowVersion', 'isActive'] },
  },
  {
    method: 'DELETE',
    path: '/customers/{id}',
    id: 'removeCustomer',
    summary:
      'Remove a customer, who becomes inactive and is signed out. With future bookings it is refused, listing them, unless `cascade`',
    rights: 'Customers themselves, and administrators.',
    document: `mutation RemoveCustomer($id: BigInt!, $cascade: Boolean, $rowVersion: Int) {
      removeCustomer(input: { customerId: $id, cascade: $cascade, rowVersion: $rowVersion }) { customer { id } }
    }`,
    query: {
      cascade: { type: 'boolean', default: false, description: 'Cancel the future bookings, in one transaction.' },
    },
    variables: ({ path, query, rowVersion }) => ({ ...path, cascade: query.cascade, rowVersion }),
    notFound: 'customer_not_found',
    versioned: true,
    errors: ['still_in_use'],
  },
  {
    method: 'GET',
    path: '/customers/{id}/export',
    id: 'exportCustomer',
    summary: 'Export all data that is stored about a person, as one document',
    rights: 'Customers themselves, and administrators.',
    document: `query ExportCustomer($id: BigInt!) { exportCustomer(customerId: $id) { ...CustomerExport } } ${CustomerExport}`,
    variables: ({ path }) => path,
    answer: 'exportCustomer',
    notFound: 'customer_not_found',
  },
  {
    method: 'POST',
    path: '/customers/{id}/erase',
    id: 'eraseCustomer',
    summary:
      'Erase a person permanently: future bookings are cancelled, sessions end, and no name, contact or note remains. Counts do not change',
    rights: 'Customers themselves, and administrators.',
    document: `mutation EraseCustomer($id: BigInt!) { eraseCustomer(input: { customerId: $id }) { customer { id } } }`,
    variables: ({ path }) => path,
    notFound: 'customer_not_found',
  },
]
