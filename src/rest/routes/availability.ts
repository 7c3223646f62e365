import {
  clinicId,
  doctorId,
  namedSpecialization,
  referring,
  serviceId,
  several,
  severalOf,
  specialization,
  specializationId,
  timeArguments,
  times,
} from '../route/filters.ts'
import { AvailableSlot, SlotGenerationRun } from '../route/fragments.ts'
import type { Input, Route, Statement } from '../route/route.ts'

const search = (clinicId: 'BigInt' | 'BigInt!', { declared, fields } = referring(), parent = '') => `query Availability(
  $clinicId: ${clinicId}, $doctorId: BigInt, $specializationId: BigInt, $fromTime: Datetime, $toTime: Datetime,
  $fromDate: Date, $toDate: Date, $after: String, $pageSize: Int, $nearTimeZone: String,
  $serviceId: BigInt, ${declared}
) {
  ${parent}
  ${fields}
  availableSlots(
    clinicId: $clinicId, doctorId: $doctorId, specializationId: $specializationId, fromTime: $fromTime, toTime: $toTime,
    fromDate: $fromDate, toDate: $toDate, after: $after, pageSize: $pageSize, nearTimeZone: $nearTimeZone,
    serviceId: $serviceId
  ) { ...AvailableSlot }
} ${AvailableSlot}`
const found = {
  method: 'GET',
  rights: 'Everybody.',
  document: search('BigInt'),
  answer: 'availableSlots',
  list: 'cursors',
} as const
const paged = ({ query, first, after }: Input) => ({
  ...timeArguments(query),
  after,
  pageSize: first,
  serviceId: query.serviceId,
})
/** The fields of AvailableSlot in the formats of the GraphQL API, in which a number of eight bytes is a text. */
const ofDoctor: Statement = {
  text: `
    select s.cursor, s.booking_slot_id::text as "bookingSlotId", s.clinic_id::text as "clinicId",
      s.clinic_name as "clinicName", s.time_zone as "timeZone", s.doctor_id::text as "doctorId",
      s.doctor_name as "doctorName", to_char(s.slot_date, 'YYYY-MM-DD') as "slotDate",
      to_char(s.starts_at, 'YYYY-MM-DD"T"HH24:MI:SS.USTZH:TZM') as "startsAt",
      to_char(s.ends_at, 'YYYY-MM-DD"T"HH24:MI:SS.USTZH:TZM') as "endsAt",
      to_char(s.local_start::interval, 'HH24:MI:SS.US') as "localStart",
      to_char(s.local_end::interval, 'HH24:MI:SS.US') as "localEnd", s.zone_distance as "zoneDistance"
    from app_public.doctors d
    left join lateral app_public.available_slots(
      clinic_id => d.clinic_id, doctor_id => d.id, page_size => $2, after => $3, from_date => $4, to_date => $5,
      from_time => $6, to_time => $7, service_id => $8) s on true
    where d.id = $1`,
  values({ path, query, first, after }) {
    const { fromDate, toDate, fromTime, toTime } = timeArguments(query)
    return [path.doctorId, first, after, fromDate, toDate, fromTime, toTime, query.serviceId]
  },
}
const ofService = ['service_not_found', 'service_not_offered']
const bySpecialization = referring('Specialization')
const byAny = referring('Clinic', 'Doctor', 'Specialization')
const ofWhat = {
  specialization,
  clinicId,
  doctorId: { ...doctorId, description: 'Of this doctor; give clinicId too.' },
  serviceId: { ...serviceId, description: 'For a visit of this service; give clinicId too.' },
}
function ofWhatVariables(input: Input) {
  const { clinicId, doctorId } = input.query
  const specialization = specializationId(input)
  return {
    clinicId,
    doctorId,
    specializationId: specialization,
    // The search itself refuses a doctor without a clinic.
    ...byAny.variables({ Clinic: clinicId, Doctor: clinicId && doctorId, Specialization: specialization }),
  }
}

export const availability: Route[] = [
  {
    ...found,
    path: '/clinics/{clinicId}/availability',
    id: 'searchClinic',
    summary: 'Get available slots of a clinic',
    query: { ...times, specialization, serviceId },
    locate: namedSpecialization,
    document: search('BigInt!', bySpecialization, 'parent: clinic(id: $clinicId) { id }'),
    variables: (input) => ({
      ...paged(input),
      ...input.path,
      specializationId: specializationId(input),
      ...bySpecialization.variables({ Specialization: specializationId(input) }),
    }),
    notFound: 'clinic_not_found',
    mustExist: bySpecialization.mustExist,
    errors: ['specialization_not_found', 'service_not_found'],
  },
  {
    ...found,
    path: '/doctors/{doctorId}/availability',
    id: 'searchDoctor',
    summary: 'Get available slots of a doctor',
    query: { ...times, serviceId },
    locate: { what: 'doctor', by: ({ path }) => path.doctorId },
    variables: (input) => ({ ...paged(input), ...input.path, clinicId: input.located }),
    statement: ofDoctor,
    notFound: 'doctor_not_found',
    errors: ofService,
  },
  {
    ...found,
    path: '/availability/search',
    id: 'searchAvailability',
    summary: 'Search available slots by date/specialization, across clinics',
    query: {
      ...times,
      ...ofWhat,
      nearTimeZone: {
        type: 'string',
        maxLength: 100,
        description: 'IANA time zone: slots of its clinics first, then of its country, then of its region.',
      },
    },
    locate: namedSpecialization,
    document: search('BigInt', byAny),
    variables: (input) => ({
      ...paged(input),
      ...ofWhatVariables(input),
      nearTimeZone: input.query.nearTimeZone,
    }),
    mustExist: byAny.mustExist,
    errors: ['invalid_argument', 'unknown_time_zone', 'specialization_not_found', ...ofService],
  },
  {
    method: 'GET',
    path: '/availability/days',
    id: 'listDaysWithFreeSlots',
    summary: 'List the days on which the search finds available slots, for calendars: 62 at most',
    rights: 'Everybody.',
    query: {
      from: { type: 'string', format: 'date', description: 'From this local date on; by default from today.' },
      to: { type: 'string', format: 'date', description: 'Until this local date, inclusive; by default six weeks.' },
      ...ofWhat,
    },
    locate: namedSpecialization,
    document: `query DaysWithFreeSlots(
      $clinicId: BigInt, $doctorId: BigInt, $specializationId: BigInt, $from: Date, $to: Date, $serviceId: BigInt,
      ${byAny.declared}
    ) {
      ${byAny.fields}
      daysWithFreeSlots(
        clinicId: $clinicId, doctorId: $doctorId, specializationId: $specializationId, daysFrom: $from, daysTo: $to,
        serviceId: $serviceId
      ) { slotDate }
    }`,
    variables: (input) => ({
      from: input.query.from,
      to: input.query.to,
      serviceId: input.query.serviceId,
      ...ofWhatVariables(input),
    }),
    answer: 'daysWithFreeSlots',
    list: 'whole',
    mustExist: byAny.mustExist,
    errors: ['invalid_argument', 'specialization_not_found', ...ofService],
  },
  {
    method: 'GET',
    path: '/timeZones/utcOffsets',
    id: 'listUtcOffsets',
    summary: 'List the offsets of time zones from UTC, over the last six and the next four years',
    rights: 'Everybody.',
    query: { timeZones: several('IANA names of at most 100 time zones; those of no clinic are left out') },
    needs: ['timeZones'],
    document: `query UtcOffsets($timeZones: [String]!) {
      utcOffsets(timeZones: $timeZones) { timeZone since seconds }
    }`,
    variables: ({ query }) => ({ timeZones: severalOf(query.timeZones) }),
    answer: 'utcOffsets',
    list: 'whole',
    errors: ['invalid_argument'],
  },
  {
    method: 'POST',
    path: '/availability/createBookingSlots',
    id: 'createBookingSlots',
    summary: 'Create the booking slots of a range of dates by hand (a job does this every week)',
    rights: 'The clinic’s managers and administrators.',
    document: `mutation GenerateBookingSlots($input: GenerateBookingSlotsInput!) {
      generateBookingSlots(input: $input) { slotGenerationRun { ...SlotGenerationRun } }
    } ${SlotGenerationRun}`,
    body: { type: 'GenerateBookingSlotsInput' },
    variables: ({ body }) => ({ input: body }),
    answer: 'generateBookingSlots.slotGenerationRun',
    errors: ['clinic_not_found', 'invalid_argument', 'slot_too_far_ahead'],
  },
]
