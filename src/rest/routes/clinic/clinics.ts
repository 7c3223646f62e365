import { name } from '../../route/filters.ts'
import { Clinic, OpenInvitation } from '../../route/fragments.ts'
import { given, type Input, pageInfo, type Route } from '../../route/route.ts'

const update = `mutation UpdateClinic($id: BigInt!, $patch: ClinicPatch!) {
  updateClinic(input: { id: $id, patch: $patch }) { clinic { ...Clinic } }
} ${Clinic}`
const change = {
  rights: 'The clinic’s managers and administrators.',
  locate: { what: 'clinic', by: ({ path }: Input) => path.id },
  document: update,
  answer: 'updateClinic.clinic',
  notFound: 'clinic_not_found',
  versioned: true,
  errors: ['unknown_time_zone', 'time_zone_in_use'],
} as const

export const clinics: Route[] = [
  {
    method: 'GET',
    path: '/clinics',
    id: 'listClinics',
    summary: 'List all active clinics, or find some by `name`',
    rights: 'Everybody. Administrators and a clinic’s staff see inactive ones too.',
    document: `query Clinics($byName: Boolean!, $name: String = "", $first: Int!, $after: Cursor) {
      clinics(first: $first, after: $after) @skip(if: $byName) { nodes { ...Clinic } ${pageInfo} }
      findClinics(wanted: $name, pageSize: $first) @include(if: $byName) { ...Clinic }
    } ${Clinic}`,
    query: { name },
    variables: ({ query, first, after }) => ({
      ...given({ name: query.name }),
      byName: query.name !== undefined,
      first,
      after,
    }),
    answer: 'clinics|findClinics',
    list: 'connection',
  },
  {
    method: 'GET',
    path: '/clinics/{id}',
    id: 'getClinic',
    summary: 'Get a clinic',
    rights: 'Everybody.',
    document: `query Clinic($id: BigInt!) { clinic(id: $id) { ...Clinic } } ${Clinic}`,
    variables: ({ path }) => path,
    answer: 'clinic',
    notFound: 'clinic_not_found',
  },
  {
    method: 'POST',
    path: '/clinics',
    id: 'createClinic',
    summary: 'Create a clinic',
    rights: 'Administrators.',
    document: `mutation CreateClinic($clinic: ClinicInput!) {
      createClinic(input: { clinic: $clinic }) { clinic { ...Clinic } }
    } ${Clinic}`,
    body: { type: 'ClinicInput' },
    variables: ({ body }) => ({ clinic: body }),
    answer: 'createClinic.clinic',
    status: 201,
    location: '/clinics/{id}',
    errors: ['unknown_time_zone'],
  },
  {
    method: 'PUT',
    path: '/clinics/{id}',
    id: 'replaceClinic',
    summary: 'Replace a clinic: fields that are left out become empty',
    ...change,
    body: { type: 'ClinicInput', replaces: true, returned: [] },
    variables: ({ path, body, rowVersion }) => ({ ...path, patch: { ...body, rowVersion } }),
  },
  {
    method: 'PATCH',
    path: '/clinics/{id}',
    id: 'patchClinic',
    summary: 'Update a clinic: fields that are left out stay',
    ...change,
    body: { type: 'ClinicPatch', omit: ['rowVersion'] },
    variables: ({ path, body, rowVersion }) => ({ ...path, patch: { ...body, rowVersion } }),
  },
  {
    method: 'DELETE',
    path: '/clinics/{id}',
    id: 'deactivateClinic',
    summary: 'Deactivate a clinic. With active doctors it is refused, listing them, unless `cascade`',
    rights: 'The clinic’s managers and administrators.',
    document: `mutation DeactivateClinic($id: BigInt!, $cascade: Boolean, $rowVersion: Int) {
      deactivateClinic(input: { clinicId: $id, cascade: $cascade, rowVersion: $rowVersion }) { clinic { ...Clinic } }
    } ${Clinic}`,
    query: {
      cascade: { type: 'boolean', default: false, description: 'End all that depends on it, in one transaction.' },
    },
    variables: ({ path, query, rowVersion }) => ({ ...path, cascade: query.cascade, rowVersion }),
    answer: 'deactivateClinic.clinic',
    notFound: 'clinic_not_found',
    versioned: true,
    errors: ['still_in_use'],
  },
  {
    method: 'GET',
    path: '/clinics/{clinicId}/invitations',
    id: 'listInvitations',
    summary: 'List the invitations to a clinic’s staff that could still be accepted',
    rights: 'The clinic’s managers and administrators.',
    document: `query Invitations($clinicId: BigInt!, $first: Int!, $after: Cursor) {
      parent: clinic(id: $clinicId) { id }
      openInvitations(clinicId: $clinicId, first: $first, after: $after) { nodes { ...OpenInvitation } ${pageInfo} }
    } ${OpenInvitation}`,
    variables: ({ path, first, after }) => ({ ...path, first, after }),
    answer: 'openInvitations',
    list: 'connection',
    notFound: 'clinic_not_found',
  },
  {
    method: 'DELETE',
    path: '/clinics/{clinicId}/invitations/{id}',
    id: 'revokeInvitation',
    summary: 'Revoke an invitation: its token is not valid from now on',
    rights: 'The clinic’s managers and administrators.',
    document: `mutation RevokeInvitation($clinicId: BigInt!, $id: BigInt!) {
      revokeInvitation(input: { clinicId: $clinicId, invitationId: $id }) { openInvitation { id } }
    }`,
    variables: ({ path }) => path,
    notFound: 'invitation_invalid',
  },
]
