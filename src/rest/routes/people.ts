import { several, severalOf } from '../route/filters.ts'
import { Clinic, Customer, Guardianship } from '../route/fragments.ts'
import { pageInfo, type Route } from '../route/route.ts'

/** Families, and records that turned out to be of one person. */
export const people: Route[] = [
  {
    method: 'GET',
    path: '/me/dependants',
    id: 'listDependants',
    summary: 'List the people for whom the caller books, such as children, and guardianships that have ended',
    rights: 'Customers.',
    document: `query Dependants($first: Int!, $after: Cursor) {
      guardianships(first: $first, after: $after, orderBy: [DEPENDANT_CUSTOMER_ID_ASC]) {
        nodes { ...Guardianship } ${pageInfo}
      }
    } ${Guardianship}`,
    variables: ({ first, after }) => ({ first, after }),
    answer: 'guardianships',
    list: 'connection',
  },
  {
    method: 'POST',
    path: '/me/dependants',
    id: 'addDependant',
    summary: 'Add a person for whom the caller books, such as a child: a customer without an account of their own',
    rights: 'Customers with a confirmed e-mail address.',
    document: `mutation AddDependant($input: AddDependantInput!) {
      addDependant(input: $input) { guardianship { ...Guardianship } }
    } ${Guardianship}`,
    body: { type: 'AddDependantInput' },
    variables: ({ body }) => ({ input: body }),
    answer: 'addDependant.guardianship',
    status: 201,
    errors: ['customer_not_found', 'email_not_confirmed', 'too_many_dependants'],
  },
  {
    method: 'DELETE',
    path: '/me/dependants/{customerId}',
    id: 'endGuardianship',
    summary: 'Stop booking for a dependant. Their appointments stay',
    rights: 'Their guardian.',
    document: `mutation EndGuardianship($customerId: BigInt!) {
      endGuardianship(input: { dependantCustomerId: $customerId }) { guardianship { dependantCustomerId } }
    }`,
    variables: ({ path }) => path,
    notFound: 'guardianship_not_found',
  },
  {
    method: 'GET',
    path: '/me/clinics',
    id: 'listClinicsWithRecords',
    summary: 'List the clinics that have a record of the caller or of the caller’s dependants',
    rights: 'Customers.',
    document: `query ClinicsWithRecords($first: Int!, $after: Cursor) {
      clinicsWithRecords(first: $first, after: $after) { nodes { ...Clinic } ${pageInfo} }
    } ${Clinic}`,
    variables: ({ first, after }) => ({ first, after }),
    answer: 'clinicsWithRecords',
    list: 'connection',
  },
  {
    method: 'GET',
    path: '/me/claimableRecords',
    id: 'listClaimableRecords',
    summary:
      'List the records that clinics made with the caller’s confirmed e-mail address and that nobody has claimed',
    rights: 'Customers.',
    document: `query ClaimableRecords($first: Int!, $after: Cursor) {
      claimableRecords(first: $first, after: $after) {
        nodes { clinicId clinicName customerId fullName createdAt } ${pageInfo}
      }
    }`,
    variables: ({ first, after }) => ({ first, after }),
    answer: 'claimableRecords',
    list: 'connection',
  },
  {
    method: 'POST',
    path: '/customers/{id}/claim',
    id: 'claimCustomer',
    summary:
      'Add a record that a clinic made to the caller’s account, or with `forCustomerId` to a dependant of the caller',
    rights: 'Customers who confirmed the e-mail address that the clinic has recorded.',
    document: `mutation ClaimCustomer($id: BigInt!, $forCustomerId: BigInt, $clinicId: BigInt) {
      claimCustomer(input: { customerId: $id, forCustomerId: $forCustomerId, clinicId: $clinicId }) {
        customer { ...Customer }
      }
    } ${Customer}`,
    body: { type: 'ClaimCustomerInput', omit: ['customerId'], optional: true },
    variables: ({ path, body }) => ({ ...path, ...body }),
    answer: 'claimCustomer.customer',
    notFound: 'customer_not_claimable',
    errors: ['customer_not_found', 'merge_not_possible', 'merged_visits_overlap'],
  },
  {
    method: 'POST',
    path: '/customers/{id}/merge',
    id: 'mergeCustomers',
    summary: 'Merge a customer into another who is the same person. Nothing is rewritten, and it can be undone',
    rights: 'Administrators.',
    document: `mutation MergeCustomers($input: MergeCustomersInput!) {
      mergeCustomers(input: $input) { customer { ...Customer } }
    } ${Customer}`,
    body: { type: 'MergeCustomersInput', omit: ['fromCustomerId'] },
    variables: ({ path, body }) => ({ input: { ...body, fromCustomerId: path.id } }),
    answer: 'mergeCustomers.customer',
    notFound: 'customer_not_found',
    errors: ['merge_not_possible', 'merged_visits_overlap'],
  },
  {
    method: 'POST',
    path: '/me/merge-request',
    id: 'requestAccountMerge',
    summary: 'Mail a link to the address of another account of the caller’s, with which the two are merged',
    rights: 'Customers with a confirmed e-mail address, with their password.',
    document: `mutation RequestAccountMerge($input: RequestAccountMergeInput!) {
      requestAccountMerge(input: $input) { accountMergeRequest { requested } }
    }`,
    body: { type: 'RequestAccountMergeInput' },
    variables: ({ body }) => ({ input: body }),
    answer: 'requestAccountMerge.accountMergeRequest',
    errors: ['wrong_credentials', 'email_not_confirmed', 'invalid_email', 'customer_not_found', 'too_many_attempts'],
    secret: true,
  },
  {
    method: 'POST',
    path: '/me/merge',
    id: 'confirmMerge',
    summary: 'Merge another account, or a clinic’s record, with the token of the link that was mailed to its address',
    rights: 'Customers who are signed in to the account that asked for the link.',
    document: `mutation ConfirmMerge($input: ConfirmMergeInput!) {
      confirmMerge(input: $input) { customers { ...Customer } }
    } ${Customer}`,
    body: { type: 'ConfirmMergeInput' },
    variables: ({ body }) => ({ input: body }),
    answer: 'confirmMerge.customers',
    list: 'whole',
    errors: [
      'merge_link_invalid',
      'email_not_confirmed',
      'customer_not_found',
      'merge_not_possible',
      'merged_visits_overlap',
    ],
    secret: true,
  },
  {
    method: 'POST',
    path: '/customers/{id}/undoMerge',
    id: 'undoMerge',
    summary: 'Reverse a merge or a claim: the customer is a separate person again',
    rights: 'The person into whom the customer was merged, and administrators.',
    document: `mutation UndoMerge($id: BigInt!) { undoMerge(input: { customerId: $id }) { customer { ...Customer } } } ${Customer}`,
    variables: ({ path }) => path,
    answer: 'undoMerge.customer',
    notFound: 'merge_not_found',
  },
  {
    method: 'GET',
    path: '/clinics/{clinicId}/mergedCustomers',
    id: 'listMergedCustomers',
    summary: 'List pairs of a clinic’s records that belong to one person: replace customerId by survivingCustomerId',
    rights: 'The clinic’s staff and administrators.',
    document: `query MergedCustomers($clinicId: BigInt!, $first: Int!, $after: Cursor) {
      mergedClinicCustomers(clinicId: $clinicId, first: $first, after: $after) {
        nodes { clinicId customerId survivingCustomerId mergedAt } ${pageInfo}
      }
    }`,
    variables: ({ path, first, after }) => ({ ...path, first, after }),
    answer: 'mergedClinicCustomers',
    list: 'connection',
  },
  {
    method: 'GET',
    path: '/clinics/{clinicId}/guardians',
    id: 'listGuardians',
    summary: 'List the guardians of some customers of a clinic, with the data that the clinic may see',
    rights: 'The clinic’s staff and administrators.',
    query: { customerIds: several('At most 1000 customers', '[0-9]{1,18}') },
    needs: ['customerIds'],
    document: `query Guardians($clinicId: BigInt!, $customerIds: [BigInt]!, $first: Int!, $after: Cursor) {
      guardiansOfCustomers(clinicId: $clinicId, customerIds: $customerIds, first: $first, after: $after) {
        nodes { clinicId customerId relation guardianName guardianCustomerId guardianPhone } ${pageInfo}
      }
    }`,
    variables: ({ path, query, first, after }) => ({
      ...path,
      customerIds: severalOf(query.customerIds),
      first,
      after,
    }),
    answer: 'guardiansOfCustomers',
    list: 'connection',
    errors: ['invalid_argument'],
  },
  {
    method: 'POST',
    path: '/humans/documents',
    id: 'storeIdentityDocument',
    summary: 'Store an identity document of a customer, doctor or employee, encrypted, and get the human behind them',
    rights: 'Administrators.',
    document: `mutation StoreIdentityDocument($input: StoreIdentityDocumentInput!) {
      storeIdentityDocument(input: $input) { humanReference { humanId isKnown } }
    }`,
    body: { type: 'StoreIdentityDocumentInput' },
    variables: ({ body }) => ({ input: body }),
    answer: 'storeIdentityDocument.humanReference',
    errors: ['human_not_found', 'document_of_another_human', 'identity_keys_missing', 'invalid_argument'],
    secret: true,
  },
  {
    method: 'POST',
    path: '/humans/find',
    id: 'findHumanByDocument',
    summary: 'Get the human whose identity document this is; isKnown is false if it is not stored',
    rights: 'Administrators.',
    document: `mutation FindHumanByDocument($input: FindHumanByDocumentInput!) {
      findHumanByDocument(input: $input) { humanReference { humanId isKnown } }
    }`,
    body: { type: 'FindHumanByDocumentInput' },
    variables: ({ body }) => ({ input: body }),
    answer: 'findHumanByDocument.humanReference',
    errors: ['identity_keys_missing', 'invalid_argument'],
    secret: true,
  },
]
