import { Consultation, ConsultationEntry } from '../../route/fragments.ts'
import type { Input, Route } from '../../route/route.ts'

const joining = ['consultation_not_open', 'consultation_not_ready', 'consultation_over', 'consultation_unavailable']
const locate = { what: 'booking', by: ({ path }: Input) => path.id } as const

/** Online visits: their rooms, and how patients and doctors join. */
export const consultations: Route[] = [
  {
    method: 'GET',
    path: '/bookings/{id}/consultation',
    id: 'getConsultation',
    summary: 'Get the state of the room of an online visit, and who has come',
    rights: 'Customers their own; the clinic’s staff and administrators any of the clinic.',
    locate,
    document: `query Consultation($clinicId: BigInt!, $bookingId: BigInt!) {
      consultation(clinicId: $clinicId, bookingId: $bookingId) { ...Consultation }
    } ${Consultation}`,
    variables: ({ path, located }) => ({ clinicId: located, bookingId: path.id }),
    answer: 'consultation',
    notFound: 'booking_not_found',
  },
  {
    method: 'POST',
    path: '/clinics/{clinicId}/bookings/{bookingId}/enter',
    id: 'enterConsultation',
    summary: 'Join an online visit for the clinic, as its host',
    rights: 'The doctor of the visit, and the desk of the clinic.',
    document: `mutation EnterConsultation($clinicId: BigInt!, $bookingId: BigInt!) {
      enterConsultation(input: { clinicId: $clinicId, bookingId: $bookingId }) {
        consultationEntry { ...ConsultationEntry }
      }
    } ${ConsultationEntry}`,
    variables: ({ path }) => path,
    answer: 'enterConsultation.consultationEntry',
    notFound: 'booking_not_found',
    errors: joining,
    secret: true,
  },
  {
    method: 'POST',
    path: '/links/consultation',
    id: 'consultationByLink',
    summary: 'Get the entrance of the online visit to which a join link leads; changes nothing',
    rights: 'Anyone who has the link.',
    document: `mutation ConsultationByLink($input: ConsultationByLinkInput!) {
      consultationByLink(input: $input) { consultationEntry { ...ConsultationEntry } }
    } ${ConsultationEntry}`,
    body: { type: 'ConsultationByLinkInput' },
    variables: ({ body }) => ({ input: body }),
    answer: 'consultationByLink.consultationEntry',
    errors: ['link_invalid', 'too_many_attempts'],
    secret: true,
  },
  {
    method: 'POST',
    path: '/links/join',
    id: 'joinByLink',
    summary: 'Join the online visit to which a join link leads, as its patient',
    rights: 'Anyone who has the link.',
    document: `mutation JoinByLink($input: JoinByLinkInput!) {
      joinByLink(input: $input) { consultationEntry { ...ConsultationEntry } }
    } ${ConsultationEntry}`,
    body: { type: 'JoinByLinkInput' },
    variables: ({ body }) => ({ input: body }),
    answer: 'joinByLink.consultationEntry',
    errors: ['link_invalid', 'too_many_attempts', ...joining],
    secret: true,
  },
]
