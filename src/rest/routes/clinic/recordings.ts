import { clinicId } from '../../route/filters.ts'
import { ConsultationEntry, Recording, RecordingConsent, RecordingLink } from '../../route/fragments.ts'
import { type Input, pageInfo, type Route } from '../../route/route.ts'

const rights = 'The patient of the visit, guardians, and the doctor of the visit.'
const byBooking = { what: 'booking', by: ({ path }: Input) => path.id } as const
const byRecording = { what: 'recording', by: ({ path }: Input) => path.id } as const
const agreeing = ['recording_not_offered', 'consultation_over']

/** Recordings of online visits: consent, upload, download. */
export const recordings: Route[] = [
  {
    method: 'GET',
    path: '/recordings',
    id: 'listRecordings',
    summary: 'List the recordings of the caller’s visits, those of archived bookings too',
    rights: 'Signed-in people; patients get theirs, doctors those of their own visits.',
    query: { clinicId },
    document: `query Recordings($first: Int!, $after: Cursor, $filter: RecordingFilter) {
      recordings(first: $first, after: $after, filter: $filter) { nodes { ...Recording } ${pageInfo} }
    } ${Recording}`,
    variables: ({ query, first, after }) => ({
      first,
      after,
      ...(query.clinicId !== undefined && { filter: { clinicId: { equalTo: query.clinicId } } }),
    }),
    answer: 'recordings',
    list: 'connection',
  },
  {
    method: 'GET',
    path: '/recordings/{id}',
    id: 'getRecording',
    summary: 'Get a recording, without its file',
    rights,
    locate: byRecording,
    document: `query Recording($clinicId: BigInt!, $id: BigInt!) {
      recording(clinicId: $clinicId, id: $id) { ...Recording }
    } ${Recording}`,
    variables: ({ path, located }) => ({ ...path, clinicId: located }),
    answer: 'recording',
    notFound: 'recording_not_found',
  },
  {
    method: 'POST',
    path: '/clinics/{clinicId}/recordings/{recordingId}/open',
    id: 'openRecording',
    summary: 'Get an address from which the file of a recording can be downloaded for five minutes',
    rights,
    document: `mutation OpenRecording($clinicId: BigInt!, $recordingId: BigInt!) {
      openRecording(input: { clinicId: $clinicId, recordingId: $recordingId }) { recordingLink { ...RecordingLink } }
    } ${RecordingLink}`,
    variables: ({ path }) => path,
    answer: 'openRecording.recordingLink',
    notFound: 'recording_not_found',
    errors: ['recording_not_stored', 'recordings_unavailable'],
    secret: true,
  },
  {
    method: 'DELETE',
    path: '/recordings/{id}',
    id: 'removeRecording',
    summary: 'Remove a recording and its file; this cannot be undone',
    rights,
    locate: byRecording,
    document: `mutation RemoveRecording($clinicId: BigInt!, $id: BigInt!) {
      removeRecording(input: { clinicId: $clinicId, recordingId: $id }) { recording { id } }
    }`,
    variables: ({ path, located }) => ({ ...path, clinicId: located }),
    notFound: 'recording_not_found',
  },
  {
    method: 'GET',
    path: '/bookings/{id}/recordings',
    id: 'listBookingRecordings',
    summary: 'List the recordings of an online visit',
    rights: `${rights} To others who see the booking the list is empty.`,
    row: { what: 'booking', by: ({ path }) => path.id },
    document: `query BookingRecordings($id: BigInt!, $first: Int!, $after: Cursor) {
      bookings(first: 1, filter: { id: { equalTo: $id } }) {
        nodes { recordings(first: $first, after: $after) { nodes { ...Recording } ${pageInfo} } }
      }
    } ${Recording}`,
    variables: ({ path, first, after }) => ({ ...path, first, after }),
    answer: 'bookings.nodes.0.recordings',
    list: 'connection',
    notFound: 'booking_not_found',
  },
  {
    method: 'POST',
    path: '/clinics/{clinicId}/bookings/{bookingId}/recordings',
    id: 'beginRecording',
    summary: 'Begin the upload of a recording: get an address that takes this one file by PUT within an hour',
    rights: 'The doctor of the visit.',
    document: `mutation BeginRecording($clinicId: BigInt!, $bookingId: BigInt!, $contentType: String!, $bytes: BigInt!) {
      beginRecording(
        input: { clinicId: $clinicId, bookingId: $bookingId, contentType: $contentType, bytes: $bytes }
      ) { recordingLink { ...RecordingLink } }
    } ${RecordingLink}`,
    body: { type: 'BeginRecordingInput', omit: ['clinicId', 'bookingId'] },
    variables: ({ path, body }) => ({ ...path, ...body }),
    answer: 'beginRecording.recordingLink',
    status: 201,
    notFound: 'booking_not_found',
    errors: [
      'recording_not_offered',
      'recording_not_agreed',
      'consultation_not_open',
      'too_many_recordings',
      'recordings_unavailable',
      'invalid_argument',
    ],
    secret: true,
  },
  {
    method: 'GET',
    path: '/bookings/{id}/recordingConsent',
    id: 'getRecordingConsent',
    summary: 'Get who has agreed that an online visit is recorded',
    rights,
    locate: byBooking,
    document: `query RecordingConsent($clinicId: BigInt!, $id: BigInt!) {
      recordingConsent(clinicId: $clinicId, bookingId: $id) { ...RecordingConsent }
    } ${RecordingConsent}`,
    variables: ({ path, located }) => ({ ...path, clinicId: located }),
    answer: 'recordingConsent',
    notFound: 'booking_not_found',
  },
  {
    method: 'POST',
    path: '/bookings/{id}/recordingConsent',
    id: 'agreeToRecording',
    summary: 'Agree that an online visit is recorded, or withdraw that, which removes its recordings',
    rights,
    locate: byBooking,
    document: `mutation AgreeToRecording($clinicId: BigInt!, $id: BigInt!, $agrees: Boolean) {
      agreeToRecording(input: { clinicId: $clinicId, bookingId: $id, agrees: $agrees }) {
        recordingConsent { ...RecordingConsent }
      }
    } ${RecordingConsent}`,
    body: { type: 'AgreeToRecordingInput', omit: ['clinicId', 'bookingId'] },
    variables: ({ path, located, body }) => ({ ...path, clinicId: located, ...body }),
    answer: 'agreeToRecording.recordingConsent',
    notFound: 'booking_not_found',
    errors: agreeing,
  },
  {
    method: 'POST',
    path: '/links/recordingConsent',
    id: 'agreeToRecordingByLink',
    summary: 'The same for the patient, with the join link of a message',
    rights: 'Anyone who has the link.',
    document: `mutation AgreeToRecordingByLink($input: AgreeToRecordingByLinkInput!) {
      agreeToRecordingByLink(input: $input) { consultationEntry { ...ConsultationEntry } }
    } ${ConsultationEntry}`,
    body: { type: 'AgreeToRecordingByLinkInput' },
    variables: ({ body }) => ({ input: body }),
    answer: 'agreeToRecordingByLink.consultationEntry',
    errors: ['link_invalid', 'too_many_attempts', ...agreeing],
    secret: true,
  },
]
