import { doctorId, referring } from '../../route/filters.ts'
import { Service } from '../../route/fragments.ts'
import { equalTo, given, type Input, pageInfo, type Route } from '../../route/route.ts'

const managers = 'The clinic’s managers and administrators.'
const byService = { what: 'service', by: ({ path }: Input) => path.id } as const
const byDoctor = referring('Doctor')

export const services: Route[] = [
  {
    method: 'GET',
    path: '/clinics/{clinicId}/services',
    id: 'listServices',
    summary: 'List the services of a clinic, in the clinic’s order',
    rights: 'Everybody.',
    document: `query Services(
      $clinicId: BigInt!, $first: Int!, $after: Cursor, $filter: ServiceFilter, $theClinic: BigInt!, ${byDoctor.declared}
    ) {
      parent: clinic(id: $clinicId) { id }
      ${byDoctor.fields}
      services(first: $first, after: $after, filter: $filter, orderBy: [POSITION_ASC, ID_ASC]) {
        nodes { ...Service } ${pageInfo}
      }
    } ${Service}`,
    query: {
      doctorId: { ...doctorId, description: 'Offered by this doctor.' },
      inactive: { type: 'boolean', default: false, description: 'Also those that are no longer offered.' },
    },
    variables: ({ path, query, first, after }) => ({
      ...path,
      first,
      after,
      filter: given({
        clinicId: equalTo(path.clinicId),
        isActive: query.inactive ? undefined : equalTo(true),
        doctorServices: query.doctorId && { some: { doctorId: equalTo(query.doctorId) } },
      }),
      theClinic: path.clinicId,
      ...byDoctor.variables({ Doctor: query.doctorId }),
    }),
    answer: 'services',
    list: 'connection',
    notFound: 'clinic_not_found',
    mustExist: byDoctor.mustExist,
    errors: ['doctor_not_found'],
  },
  {
    method: 'GET',
    path: '/services/{id}',
    id: 'getService',
    summary: 'Get a service: how long a visit takes, what to bring, who may book it, which doctors offer it',
    rights: 'Everybody.',
    document: `query Service($id: BigInt!) {
      services(first: 1, filter: { id: { equalTo: $id } }) { nodes { ...Service } }
    } ${Service}`,
    variables: ({ path }) => path,
    answer: 'services.nodes.0',
    notFound: 'service_not_found',
  },
  {
    method: 'POST',
    path: '/clinics/{clinicId}/services',
    id: 'createService',
    summary: 'Add a service to a clinic',
    rights: managers,
    document: `mutation CreateService($service: ServiceInput!) {
      createService(input: { service: $service }) { service { ...Service } }
    } ${Service}`,
    body: { type: 'ServiceInput', omit: ['clinicId'] },
    variables: ({ path, body }) => ({ service: { ...body, clinicId: path.clinicId } }),
    answer: 'createService.service',
    status: 201,
    location: '/services/{id}',
    errors: ['unique_violation', 'foreign_key_violation'],
  },
  {
    method: 'PATCH',
    path: '/services/{id}',
    id: 'patchService',
    summary: 'Update a service: fields that are left out stay',
    rights: managers,
    locate: byService,
    document: `mutation UpdateService($clinicId: BigInt!, $id: BigInt!, $patch: ServicePatch!) {
      updateService(input: { clinicId: $clinicId, id: $id, patch: $patch }) { service { ...Service } }
    } ${Service}`,
    body: { type: 'ServicePatch', omit: ['rowVersion'] },
    variables: ({ path, located, body, rowVersion }) => ({
      ...path,
      clinicId: located,
      patch: { ...body, rowVersion },
    }),
    answer: 'updateService.service',
    notFound: 'service_not_found',
    versioned: true,
    errors: ['unique_violation', 'foreign_key_violation'],
  },
  {
    method: 'DELETE',
    path: '/services/{id}',
    id: 'removeService',
    summary: 'Remove a service with its questions; one that was booked becomes inactive instead',
    rights: managers,
    locate: byService,
    document: `mutation RemoveService($clinicId: BigInt!, $id: BigInt!, $rowVersion: Int) {
      removeService(input: { clinicId: $clinicId, serviceId: $id, rowVersion: $rowVersion }) { service { id } }
    }`,
    variables: ({ path, located, rowVersion }) => ({ ...path, clinicId: located, rowVersion }),
    notFound: 'service_not_found',
    versioned: true,
  },
  {
    method: 'PUT',
    path: '/services/{id}/doctors',
    id: 'replaceServiceDoctors',
    summary: 'Set the doctors who offer a service: these and no others',
    rights: managers,
    locate: byService,
    document: `mutation SetServiceDoctors(
      $clinicId: BigInt!, $id: BigInt!, $doctorIds: [BigInt!]!, $durations: [IntervalInput], $rowVersion: Int
    ) {
      setServiceDoctors(
        input: {
          clinicId: $clinicId, serviceId: $id, doctorIds: $doctorIds, durations: $durations, rowVersion: $rowVersion
        }
      ) { service { ...Service } }
    } ${Service}`,
    body: { type: 'SetServiceDoctorsInput', omit: ['clinicId', 'serviceId', 'rowVersion'] },
    variables: ({ path, located, body, rowVersion }) => ({ ...path, clinicId: located, ...body, rowVersion }),
    answer: 'setServiceDoctors.service',
    notFound: 'service_not_found',
    versioned: true,
    errors: ['doctor_not_found', 'invalid_argument'],
  },
  {
    method: 'PUT',
    path: '/clinics/{clinicId}/services/order',
    id: 'reorderServices',
    summary: 'Put a clinic’s services in this order; those left out follow',
    rights: managers,
    document: `mutation ReorderServices($clinicId: BigInt!, $serviceIds: [BigInt!]!) {
      reorderServices(input: { clinicId: $clinicId, serviceIds: $serviceIds }) { services { ...Service } }
    } ${Service}`,
    body: { type: 'ReorderServicesInput', omit: ['clinicId'] },
    variables: ({ path, body }) => ({ ...path, ...body }),
    answer: 'reorderServices.services',
    list: 'whole',
    errors: ['service_not_found'],
  },
]
