import { Booking, Resource, ResourceClaim, Service, ServiceNeed } from '../../route/fragments.ts'
import { equalTo, given, type Input, pageInfo, type Route } from '../../route/route.ts'

const managers = 'The clinic’s managers and administrators.'
const staff = 'The clinic’s staff and administrators.'
const byResource = { what: 'resource', by: ({ path }: Input) => path.id } as const
const byService = { what: 'service', by: ({ path }: Input) => path.id } as const
const byBooking = { what: 'booking', by: ({ path }: Input) => path.id } as const

/** Rooms and equipment: which there are, what the visits to a service take, and which a booking has. */
export const resources: Route[] = [
  {
    method: 'GET',
    path: '/clinics/{clinicId}/resources',
    id: 'listResources',
    summary: 'List the rooms and the equipment of a clinic, by name',
    rights: 'The clinic’s staff and administrators; everyone who is signed in gets the rooms.',
    document: `query Resources($clinicId: BigInt!, $first: Int!, $after: Cursor, $filter: ResourceFilter) {
      clinic(id: $clinicId) {
        resources(first: $first, after: $after, filter: $filter, orderBy: [NAME_ASC]) {
          nodes { ...Resource } ${pageInfo}
        }
      }
    } ${Resource}`,
    query: { type: { type: 'string', enum: ['ROOM', 'EQUIPMENT'] } },
    variables: ({ path, query, first, after }) => {
      const filter = given({ type: equalTo(query.type) })
      return { ...path, first, after, ...(Object.keys(filter).length > 0 && { filter }) }
    },
    answer: 'clinic.resources',
    list: 'connection',
    notFound: 'clinic_not_found',
  },
  {
    method: 'POST',
    path: '/clinics/{clinicId}/resources',
    id: 'createResource',
    summary: 'Add a room or equipment to a clinic',
    rights: managers,
    document: `mutation CreateResource($resource: ResourceInput!) {
      createResource(input: { resource: $resource }) { resource { ...Resource } }
    } ${Resource}`,
    body: { type: 'ResourceInput', omit: ['clinicId'] },
    variables: ({ path, body }) => ({ resource: { ...body, clinicId: path.clinicId } }),
    answer: 'createResource.resource',
    status: 201,
    location: '/resources/{id}',
    errors: ['unique_violation', 'foreign_key_violation'],
  },
  {
    method: 'GET',
    path: '/resources/{id}',
    id: 'getResource',
    summary: 'Get a room or equipment',
    rights: 'The clinic’s staff and administrators; a room: everyone who is signed in.',
    locate: byResource,
    document: `query Resource($clinicId: BigInt!, $id: BigInt!) {
      resource(clinicId: $clinicId, id: $id) { ...Resource }
    } ${Resource}`,
    variables: ({ path, located }) => ({ ...path, clinicId: located }),
    answer: 'resource',
    notFound: 'resource_not_found',
  },
  {
    method: 'PATCH',
    path: '/resources/{id}',
    id: 'patchResource',
    summary: 'Update a room or equipment: fields that are left out stay',
    rights: managers,
    locate: byResource,
    document: `mutation UpdateResource($clinicId: BigInt!, $id: BigInt!, $patch: ResourcePatch!) {
      updateResource(input: { clinicId: $clinicId, id: $id, patch: $patch }) { resource { ...Resource } }
    } ${Resource}`,
    body: { type: 'ResourcePatch', omit: ['rowVersion'] },
    variables: ({ path, located, body, rowVersion }) => ({
      ...path,
      clinicId: located,
      patch: { ...body, rowVersion },
    }),
    answer: 'updateResource.resource',
    notFound: 'resource_not_found',
    versioned: true,
    errors: ['unique_violation'],
  },
  {
    method: 'DELETE',
    path: '/resources/{id}',
    id: 'removeResource',
    summary: 'Remove a room or equipment; one that a service needs or a visit has becomes inactive instead',
    rights: managers,
    locate: byResource,
    document: `mutation RemoveResource($clinicId: BigInt!, $id: BigInt!, $rowVersion: Int) {
      removeResource(input: { clinicId: $clinicId, resourceId: $id, rowVersion: $rowVersion }) { resource { id } }
    }`,
    variables: ({ path, located, rowVersion }) => ({ ...path, clinicId: located, rowVersion }),
    notFound: 'resource_not_found',
    versioned: true,
  },
  {
    method: 'GET',
    path: '/services/{id}/needs',
    id: 'listServiceNeeds',
    summary: 'List the rooms and equipment that visits of a service need: a visit takes one resource of each number',
    rights: staff,
    row: { what: 'service', by: ({ path }) => path.id },
    document: `query ServiceNeeds($id: BigInt!, $first: Int!, $after: Cursor) {
      services(first: 1, filter: { id: { equalTo: $id } }) {
        nodes { serviceNeeds(first: $first, after: $after) { nodes { ...ServiceNeed } ${pageInfo} } }
      }
    } ${ServiceNeed}`,
    variables: ({ path, first, after }) => ({ ...path, first, after }),
    answer: 'services.nodes.0.serviceNeeds',
    list: 'connection',
    notFound: 'service_not_found',
  },
  {
    method: 'PUT',
    path: '/services/{id}/needs',
    id: 'replaceServiceNeeds',
    summary:
      'Set the rooms and equipment that visits of a service need: [["1", "2"], ["3"]] for one of two rooms and a machine',
    rights: managers,
    locate: byService,
    document: `mutation SetServiceNeeds($clinicId: BigInt!, $id: BigInt!, $needs: JSON!, $rowVersion: Int) {
      setServiceNeeds(input: { clinicId: $clinicId, serviceId: $id, needs: $needs, rowVersion: $rowVersion }) {
        service { ...Service }
      }
    } ${Service}`,
    body: { type: 'SetServiceNeedsInput', omit: ['clinicId', 'serviceId', 'rowVersion'] },
    variables: ({ path, located, body, rowVersion }) => ({ ...path, clinicId: located, ...body, rowVersion }),
    answer: 'setServiceNeeds.service',
    notFound: 'service_not_found',
    versioned: true,
    errors: ['resource_not_found', 'invalid_argument'],
  },
  {
    method: 'GET',
    path: '/bookings/{id}/resources',
    id: 'listBookingResources',
    summary: 'List the rooms and the equipment that a booking has',
    rights:
      'Customers see the rooms of their own bookings; the clinic’s staff and administrators see all that any booking has.',
    row: { what: 'booking', by: ({ path }) => path.id },
    document: `query BookingResources($id: BigInt!, $first: Int!, $after: Cursor) {
      bookings(first: 1, filter: { id: { equalTo: $id } }) {
        nodes { resourceClaims(first: $first, after: $after) { nodes { ...ResourceClaim } ${pageInfo} } }
      }
    } ${ResourceClaim}`,
    variables: ({ path, first, after }) => ({ ...path, first, after }),
    answer: 'bookings.nodes.0.resourceClaims',
    list: 'connection',
    notFound: 'booking_not_found',
  },
  {
    method: 'GET',
    path: '/bookings/{id}/freeResources',
    id: 'listResourcesForBooking',
    summary: 'List the rooms and the equipment that a booking can have, with those that it has',
    rights: staff,
    locate: byBooking,
    document: `query ResourcesForBooking($clinicId: BigInt!, $id: BigInt!, $first: Int!, $after: Cursor) {
      resourcesForBooking(clinicId: $clinicId, bookingId: $id, first: $first, after: $after) {
        nodes { ...Resource } ${pageInfo}
      }
    } ${Resource}`,
    variables: ({ path, located, first, after }) => ({ ...path, clinicId: located, first, after }),
    answer: 'resourcesForBooking',
    list: 'connection',
    notFound: 'booking_not_found',
  },
  {
    method: 'POST',
    path: '/bookings/{id}/changeResource',
    id: 'changeBookingResource',
    summary: 'Give a booking another room, or other equipment',
    rights: 'The desk of the clinic and administrators.',
    locate: byBooking,
    document: `mutation ChangeBookingResource($clinicId: BigInt!, $id: BigInt!, $resourceId: BigInt!, $rowVersion: Int) {
      changeBookingResource(
        input: { clinicId: $clinicId, bookingId: $id, resourceId: $resourceId, rowVersion: $rowVersion }
      ) { booking { ...Booking } }
    } ${Booking}`,
    body: { type: 'ChangeBookingResourceInput', omit: ['clinicId', 'bookingId', 'rowVersion'] },
    variables: ({ path, located, body, rowVersion }) => ({ ...path, clinicId: located, ...body, rowVersion }),
    answer: 'changeBookingResource.booking',
    notFound: 'booking_not_found',
    versioned: true,
    errors: ['resource_not_found', 'resource_not_suitable', 'resource_taken'],
  },
]
