import { doctorId } from '../../route/filters.ts'
import { Absence, Booking } from '../../route/fragments.ts'
import { equalTo, given, type Input, type JsonSchema, pageInfo, type Route } from '../../route/route.ts'

const rights = 'The clinic’s desk, doctors their own, and administrators.'
const date = (description: string): JsonSchema => ({ type: 'string', format: 'date', description })
const time = (description: string): JsonSchema => ({
  type: 'string',
  pattern: '^([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9])?$',
  description,
})
/** When an absence would be. */
const when = {
  query: {
    firstDate: date('The clinic’s local date.'),
    lastDate: date('The clinic’s local date, inclusive.'),
    startTime: time('On the first date; by default its beginning.'),
    endTime: time('On the last date; by default its end.'),
    doctorId: { ...doctorId, description: 'Of this doctor; by default of all.' },
  },
  needs: ['firstDate', 'lastDate'],
  errors: ['invalid_argument'],
  declared:
    '$clinicId: BigInt!, $firstDate: Date!, $lastDate: Date!, $startTime: Time, $endTime: Time, $doctorId: BigInt',
  passed:
    'clinicId: $clinicId, firstDate: $firstDate, lastDate: $lastDate, startTime: $startTime, endTime: $endTime, doctorId: $doctorId',
}
const managers = 'The clinic’s managers and administrators.'
const region = (description: string): JsonSchema => ({
  type: 'string',
  pattern: '^[A-Z]{2}(-[A-Za-z0-9]{1,10}){0,2}$',
  description,
})
const language: JsonSchema = {
  type: 'string',
  pattern: '^[a-z]{2}$',
  description: 'The language of the names, such as de.',
}
const idInPath = ({ path }: Input) => path.id

export const absences: Route[] = [
  {
    method: 'GET',
    path: '/clinics/{clinicId}/absences',
    id: 'listAbsences',
    summary: 'List absences of the clinic’s doctors, by their last date',
    rights: 'The clinic’s desk and administrators all; doctors their own and those of everyone.',
    query: {
      from: date('Those that end on this local date or later.'),
      to: date('Those that begin on this local date or earlier.'),
      doctorId,
    },
    document: `query Absences($clinicId: BigInt!, $first: Int!, $after: Cursor, $filter: AbsenceFilter) {
      parent: clinic(id: $clinicId) { id }
      absences(first: $first, after: $after, filter: $filter, orderBy: [LAST_DATE_ASC, ID_ASC]) {
        nodes { ...Absence } ${pageInfo}
      }
    } ${Absence}`,
    variables: ({ path, query, first, after }) => ({
      ...path,
      first,
      after,
      filter: given({
        clinicId: equalTo(path.clinicId),
        doctorId: equalTo(query.doctorId),
        lastDate: query.from === undefined ? undefined : { greaterThanOrEqualTo: query.from },
        firstDate: query.to === undefined ? undefined : { lessThanOrEqualTo: query.to },
      }),
    }),
    answer: 'absences',
    list: 'connection',
    notFound: 'clinic_not_found',
  },
  {
    method: 'POST',
    path: '/clinics/{clinicId}/absences',
    id: 'addAbsence',
    summary:
      'Add an absence of a doctor, or of all: its slots are withdrawn, and slots are no longer made in it. Visits that are booked in it are refused, listed for rebooking or cancelled (`booked`)',
    rights,
    document: `mutation AddAbsence($input: AddAbsenceInput!) {
      addAbsence(input: $input) { absence { ...Absence } }
    } ${Absence}`,
    body: { type: 'AddAbsenceInput', omit: ['clinicId', 'idempotencyKey'] },
    variables: ({ path, body }) => ({ input: { ...body, ...path } }),
    answer: 'addAbsence.absence',
    status: 201,
    location: '/absences/{id}',
    errors: ['clinic_not_found', 'doctor_not_found', 'still_in_use', 'absence_exists'],
  },
  {
    method: 'GET',
    path: '/clinics/{clinicId}/absenceEffect',
    id: 'getAbsenceEffect',
    summary:
      'Get what an absence of these dates and times would do: how many slots it would withdraw, and how many visits it would affect',
    rights,
    query: when.query,
    needs: when.needs,
    document: `query AbsenceEffect(${when.declared}) {
      absenceEffect(${when.passed}) { startsAt endsAt freeSlots bookedVisits }
    }`,
    variables: ({ path, query }) => ({ ...query, ...path }),
    answer: 'absenceEffect',
    errors: when.errors,
  },
  {
    method: 'GET',
    path: '/clinics/{clinicId}/bookingsInAbsence',
    id: 'listBookingsInAbsence',
    summary: 'List the visits that an absence of these dates and times would affect',
    rights,
    query: when.query,
    needs: when.needs,
    document: `query BookingsInAbsence(${when.declared}, $first: Int!, $after: Cursor) {
      bookingsInAbsence(${when.passed}, first: $first, after: $after) { nodes { ...Booking } ${pageInfo} }
    } ${Booking}`,
    variables: ({ path, query, first, after }) => ({ ...query, ...path, first, after }),
    answer: 'bookingsInAbsence',
    list: 'connection',
    errors: when.errors,
  },
  {
    method: 'GET',
    path: '/absences/{id}',
    id: 'getAbsence',
    summary: 'Get an absence',
    rights: 'The clinic’s desk and administrators; doctors their own and those of everyone.',
    row: { what: 'absence', by: idInPath },
    document: `query Absence($id: BigInt!) {
      absences(first: 1, filter: { id: { equalTo: $id } }) { nodes { ...Absence } }
    } ${Absence}`,
    variables: ({ path }) => path,
    answer: 'absences.nodes.0',
    notFound: 'absence_not_found',
  },
  {
    method: 'PUT',
    path: '/absences/{id}',
    id: 'changeAbsence',
    summary:
      'Change the kind, the dates and times, and the note of an absence; fields that are left out become empty. Slots that it no longer covers are open again, and other visits that are booked in it are refused, listed for rebooking or cancelled (`booked`)',
    rights,
    locate: { what: 'absence', by: idInPath },
    document: `mutation ChangeAbsence($input: ChangeAbsenceInput!) {
      changeAbsence(input: $input) { absence { ...Absence } }
    } ${Absence}`,
    body: { type: 'ChangeAbsenceInput', omit: ['clinicId', 'absenceId', 'rowVersion'], returned: [] },
    variables: ({ path, located, body, rowVersion }) => ({
      input: { ...body, clinicId: located, absenceId: path.id, rowVersion },
    }),
    answer: 'changeAbsence.absence',
    notFound: 'absence_not_found',
    versioned: true,
    errors: ['still_in_use'],
  },
  {
    method: 'DELETE',
    path: '/absences/{id}',
    id: 'removeAbsence',
    summary: 'Remove an absence: the slots that it withdrew are open again, unless another absence covers them',
    rights,
    locate: { what: 'absence', by: idInPath },
    document: `mutation RemoveAbsence($clinicId: BigInt!, $id: BigInt!) {
      removeAbsence(input: { clinicId: $clinicId, absenceId: $id }) { absence { id } }
    }`,
    variables: ({ path, located }) => ({ ...path, clinicId: located }),
    notFound: 'absence_not_found',
  },
  {
    method: 'GET',
    path: '/clinics/{clinicId}/holidayRegions',
    id: 'listHolidayRegions',
    summary: 'List the countries, or the parts of one, whose public holidays are known',
    rights: managers,
    query: { within: region('Of which country, or part of one; by default of the world.'), language },
    document: `query ListHolidayRegions($clinicId: BigInt!, $within: String, $language: String) {
      holidayCalendar(clinicId: $clinicId) { regions(within: $within, language: $language) { code name } }
    }`,
    variables: ({ path, query }) => ({ ...query, ...path }),
    answer: 'holidayCalendar.regions',
    list: 'whole',
  },
  {
    method: 'GET',
    path: '/clinics/{clinicId}/holidays',
    id: 'listHolidays',
    summary: 'List the public holidays of a region in a year, for a manager to choose from',
    rights: managers,
    query: {
      region: region('A country, or a part of one, such as DE-BE.'),
      year: { type: 'string', pattern: '^[0-9]{4}$', description: 'From last year to three years from now.' },
      language,
    },
    needs: ['region', 'year'],
    document: `query ListHolidays($clinicId: BigInt!, $region: String!, $year: Int!, $language: String) {
      holidayCalendar(clinicId: $clinicId) {
        holidays(region: $region, year: $year, language: $language) { date startTime name sourceKey }
      }
    }`,
    variables: ({ path, query }) => ({ ...query, ...path, year: Number(query.year) }),
    answer: 'holidayCalendar.holidays',
    list: 'whole',
    errors: ['invalid_argument'],
  },
  {
    method: 'POST',
    path: '/clinics/{clinicId}/holidays',
    id: 'addHolidays',
    summary: 'Add public holidays as absences of all doctors, each once; returns those that were added',
    rights: managers,
    document: `mutation AddHolidays($input: AddHolidaysInput!) {
      addHolidays(input: $input) { absences { ...Absence } }
    } ${Absence}`,
    body: { type: 'AddHolidaysInput', omit: ['clinicId'] },
    variables: ({ path, body }) => ({ input: { ...body, ...path } }),
    answer: 'addHolidays.absences',
    list: 'whole',
    errors: ['clinic_not_found', 'still_in_use'],
  },
]
