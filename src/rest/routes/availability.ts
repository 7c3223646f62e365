import { AvailableSlot, SlotGenerationRun } from '../fragments.ts'
import type { Input, Route } from '../route.ts'
import { clinicId, doctorId, idIn, nameIn, specialization, timeArguments, times } from './filters.ts'

const search = (clinicId: 'BigInt' | 'BigInt!', parent = '') => `query Availability(
  $clinicId: ${clinicId}, $doctorId: BigInt, $specializationId: BigInt, $fromTime: Datetime, $toTime: Datetime,
  $fromDate: Date, $toDate: Date, $after: String, $pageSize: Int
) {
  ${parent}
  availableSlots(
    clinicId: $clinicId, doctorId: $doctorId, specializationId: $specializationId, fromTime: $fromTime, toTime: $toTime,
    fromDate: $fromDate, toDate: $toDate, after: $after, pageSize: $pageSize
  ) { ...AvailableSlot }
} ${AvailableSlot}`
const found = {
  method: 'GET',
  rights: 'Everybody.',
  document: search('BigInt'),
  answer: 'availableSlots',
  list: 'cursors',
} as const
const paged = ({ query, first, after }: Input) => ({ ...timeArguments(query), after, pageSize: first })
const bySpecialization = { what: 'specialization', by: ({ query }: Input) => nameIn(query.specialization) } as const
/** No specialization has the id 0: an unknown name finds nothing. */
const specializationId = ({ query, located }: Input) =>
  query.specialization === undefined ? undefined : (idIn(query.specialization) ?? located ?? '0')

export const availability: Route[] = [
  {
    ...found,
    path: '/clinics/{clinicId}/availability',
    id: 'searchClinic',
    summary: 'Get available slots for clinic',
    query: { ...times, specialization },
    locate: bySpecialization,
    document: search('BigInt!', 'parent: clinic(id: $clinicId) { id }'),
    variables: (input) => ({ ...paged(input), ...input.path, specializationId: specializationId(input) }),
    notFound: 'clinic_not_found',
  },
  {
    ...found,
    path: '/doctors/{doctorId}/availability',
    id: 'searchDoctor',
    summary: 'Get doctor’s availability',
    query: times,
    locate: { what: 'doctor', by: ({ path }) => path.doctorId },
    variables: (input) => ({ ...paged(input), ...input.path, clinicId: input.located }),
    notFound: 'doctor_not_found',
  },
  {
    ...found,
    path: '/availability/search',
    id: 'searchAvailability',
    summary: 'Search available slots by date/specialization, across clinics',
    query: {
      ...times,
      specialization,
      clinicId,
      doctorId: { ...doctorId, description: 'Of this doctor; give clinicId too.' },
    },
    locate: bySpecialization,
    variables: (input) => ({
      ...paged(input),
      clinicId: input.query.clinicId,
      doctorId: input.query.doctorId,
      specializationId: specializationId(input),
    }),
    errors: ['invalid_argument'],
  },
  {
    method: 'POST',
    path: '/availability/createBookingSlots',
    id: 'createBookingSlots',
    summary: 'Manually create booking slots for a time range (done every week by a job)',
    rights: 'The clinic’s managers and administrators.',
    document: `mutation GenerateBookingSlots($input: GenerateBookingSlotsInput!) {
      generateBookingSlots(input: $input) { slotGenerationRun { ...SlotGenerationRun } }
    } ${SlotGenerationRun}`,
    body: { type: 'GenerateBookingSlotsInput' },
    variables: ({ body }) => ({ input: body }),
    answer: 'generateBookingSlots.slotGenerationRun',
    errors: ['clinic_not_found', 'invalid_argument'],
  },
]
