import { name, namedSpecialization, referring, specialization, specializationId } from '../../route/filters.ts'
import { Doctor, Specialization } from '../../route/fragments.ts'
import { equalTo, given, pageInfo, type Route } from '../../route/route.ts'

const bySpecialization = referring('Specialization')
const byId = { what: 'doctor', by: ({ path }: { path: Record<string, string> }) => path.id } as const
const change = {
  rights: 'The clinic’s managers and administrators.',
  locate: byId,
  document: `mutation UpdateDoctor($clinicId: BigInt!, $id: BigInt!, $patch: DoctorPatch!) {
    updateDoctor(input: { clinicId: $clinicId, id: $id, patch: $patch }) { doctor { ...Doctor } }
  } ${Doctor}`,
  variables: ({ path, located, body, rowVersion }) => ({ ...path, clinicId: located, patch: { ...body, rowVersion } }),
  answer: 'updateDoctor.doctor',
  notFound: 'doctor_not_found',
  versioned: true,
} satisfies Partial<Route>

export const doctors: Route[] = [
  {
    method: 'GET',
    path: '/clinics/{clinicId}/doctors',
    id: 'listDoctors',
    summary: 'List the doctors of a clinic, or find some by `name`',
    rights: 'Everybody. The clinic’s staff and administrators see inactive ones too.',
    locate: namedSpecialization,
    document: `query Doctors(
      $clinicId: BigInt!, $byName: Boolean!, $name: String = "", $first: Int!, $after: Cursor, $filter: DoctorFilter,
      $specializationId: BigInt, ${bySpecialization.declared}
    ) {
      parent: clinic(id: $clinicId) { id }
      ${bySpecialization.fields}
      doctors(first: $first, after: $after, filter: $filter, orderBy: [FULL_NAME_ASC, ID_ASC]) @skip(if: $byName) {
        nodes { ...Doctor } ${pageInfo}
      }
      findDoctors(clinicId: $clinicId, wanted: $name, specializationId: $specializationId, pageSize: $first)
        @include(if: $byName) { ...Doctor }
    } ${Doctor}`,
    query: { name, specialization },
    variables: (input) => {
      const { path, query, first, after } = input
      const specialization = specializationId(input)
      return {
        ...path,
        ...given({ name: query.name, specializationId: specialization }),
        byName: query.name !== undefined,
        first,
        after,
        filter: given({
          clinicId: equalTo(path.clinicId),
          doctorSpecializations: specialization && { some: { specializationId: equalTo(specialization) } },
        }),
        ...bySpecialization.variables({ Specialization: specialization }),
      }
    },
    answer: 'doctors|findDoctors',
    list: 'connection',
    notFound: 'clinic_not_found',
    mustExist: bySpecialization.mustExist,
    errors: ['specialization_not_found'],
  },
  {
    method: 'GET',
    path: '/doctors/{id}',
    id: 'getDoctor',
    summary: 'Get a doctor',
    rights: 'Everybody.',
    document: `query Doctor($id: BigInt!) {
      doctors(first: 1, filter: { id: { equalTo: $id } }) { nodes { ...Doctor } }
    } ${Doctor}`,
    variables: ({ path }) => path,
    answer: 'doctors.nodes.0',
    notFound: 'doctor_not_found',
  },
  {
    method: 'POST',
    path: '/clinics/{clinicId}/doctors',
    id: 'createDoctor',
    summary: 'Add a doctor to a clinic',
    rights: 'The clinic’s managers and administrators.',
    document: `mutation CreateDoctor($doctor: DoctorInput!) {
      createDoctor(input: { doctor: $doctor }) { doctor { ...Doctor } }
    } ${Doctor}`,
    body: { type: 'DoctorInput', omit: ['clinicId'] },
    variables: ({ path, body }) => ({ doctor: { ...body, clinicId: path.clinicId } }),
    answer: 'createDoctor.doctor',
    status: 201,
    location: '/doctors/{id}',
    errors: ['foreign_key_violation'],
  },
  {
    method: 'PUT',
    path: '/doctors/{id}',
    id: 'replaceDoctor',
    summary: 'Replace a doctor: fields that are left out become empty',
    ...change,
    body: { type: 'DoctorInput', omit: ['clinicId'], replaces: true, returned: [] },
  },
  {
    method: 'PATCH',
    path: '/doctors/{id}',
    id: 'patchDoctor',
    summary: 'Update a doctor: fields that are left out stay',
    ...change,
    body: { type: 'DoctorPatch', omit: ['rowVersion'] },
    errors: ['foreign_key_violation'],
  },
  {
    method: 'PUT',
    path: '/doctors/{id}/specializations',
    id: 'replaceDoctorSpecializations',
    summary: 'Set the specializations of a doctor: these and no others',
    rights: 'The clinic’s managers and administrators.',
    locate: byId,
    document: `mutation SetSpecializations($clinicId: BigInt!, $id: BigInt!, $specializationIds: [BigInt!]!, $rowVersion: Int) {
      setDoctorSpecializations(
        input: { clinicId: $clinicId, doctorId: $id, specializationIds: $specializationIds, rowVersion: $rowVersion }
      ) { doctor { ...Doctor } }
    } ${Doctor}`,
    body: { type: 'SetDoctorSpecializationsInput', omit: ['clinicId', 'doctorId', 'rowVersion'] },
    variables: ({ path, located, body, rowVersion }) => ({ ...path, clinicId: located, ...body, rowVersion }),
    answer: 'setDoctorSpecializations.doctor',
    notFound: 'doctor_not_found',
    versioned: true,
    errors: ['invalid_argument'],
  },
  {
    method: 'DELETE',
    path: '/doctors/{id}',
    id: 'deactivateDoctor',
    summary:
      'Remove a doctor, who becomes inactive. With open slots or live bookings it is refused, listing them, unless `cascade`',
    rights: 'The clinic’s managers and administrators.',
    locate: byId,
    document: `mutation DeactivateDoctor($clinicId: BigInt!, $id: BigInt!, $cascade: Boolean, $rowVersion: Int) {
      deactivateDoctor(input: { clinicId: $clinicId, doctorId: $id, cascade: $cascade, rowVersion: $rowVersion }) {
        doctor { ...Doctor }
      }
    } ${Doctor}`,
    query: {
      cascade: { type: 'boolean', default: false, description: 'End all that depends on it, in one transaction.' },
    },
    variables: ({ path, located, query, rowVersion }) => ({
      ...path,
      clinicId: located,
      cascade: query.cascade,
      rowVersion,
    }),
    answer: 'deactivateDoctor.doctor',
    notFound: 'doctor_not_found',
    versioned: true,
    errors: ['still_in_use'],
  },
  {
    method: 'GET',
    path: '/specializations',
    id: 'listSpecializations',
    summary: 'List the specializations of doctors',
    rights: 'Everybody.',
    document: `query Specializations($first: Int!, $after: Cursor) {
      specializations(first: $first, after: $after, orderBy: [NAME_ASC]) { nodes { ...Specialization } ${pageInfo} }
    } ${Specialization}`,
    variables: ({ first, after }) => ({ first, after }),
    answer: 'specializations',
    list: 'connection',
  },
]
