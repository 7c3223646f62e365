import { graphql } from '../../data/generated/gql.ts'
import { request } from '../../data/session.ts'
import { useQuery } from '../../data/use_query.ts'
import { AreaErrorTextsContext } from '../../parts/feedback/error_text.ts'
import { Pending } from '../../parts/feedback/pending.tsx'
import { Consent } from '../../parts/recordings/consent.tsx'
import { RecordingList } from '../../parts/recordings/recording_list.tsx'
import { useText } from '../../text/language.ts'
import { recordingErrorTexts, recordingsTexts } from '../../text/shared/recordings.ts'
import { ownZone } from '../../time/time.ts'

const RecordingsOfVisit = graphql(`
  query RecordingsOfVisit($clinicId: BigInt!, $bookingId: BigInt!) {
    policy(clinicId: $clinicId) { recordsVisits recordingsKeptFor { years months days } }
    consultation(clinicId: $clinicId, bookingId: $bookingId) { closesAt }
    recordingConsent(clinicId: $clinicId, bookingId: $bookingId) {
      patientAgreedAt patientWithdrewAt doctorAgreedAt doctorWithdrewAt
    }
    recordings(
      first: 10, filter: { clinicId: { equalTo: $clinicId }, bookingId: { equalTo: $bookingId } }
    ) { nodes { ...RecordingRow } }
  }
`)
const AgreeAsPatient = graphql(`
  mutation AgreeAsPatient($clinicId: BigInt!, $bookingId: BigInt!, $agrees: Boolean!) {
    agreeToRecording(input: { clinicId: $clinicId, bookingId: $bookingId, agrees: $agrees }) {
      recordingConsent { patientAgreedAt }
    }
  }
`)

interface RecordingsProps {
  clinicId: string
  bookingId: string
  /** Whether the visit is ahead or under way. */
  isLive: boolean
}

/**
 * The patient's consent to recordings of an online visit, and the recordings. Shows nothing if the clinic records no
 * visits.
 */
export function RecordingsOfBooking({ clinicId, bookingId, isLive }: RecordingsProps) {
  const { t } = useText(recordingsTexts)
  const { data, pending, refetch } = useQuery(RecordingsOfVisit, { clinicId, bookingId })
  const { policy, consultation, recordingConsent: consent } = data ?? {}
  const recordings = (data?.recordings?.nodes ?? []).filter((each) => each !== null)
  const patientAgrees = !!consent?.patientAgreedAt && !consent.patientWithdrewAt
  const isOpen = isLive && !!policy?.recordsVisits && Date.parse(consultation?.closesAt ?? '') > Date.now()
  if (!isOpen && !patientAgrees && recordings.length === 0) return <Pending when={pending} />
  return (
    <AreaErrorTextsContext value={recordingErrorTexts}>
      <section className="card padded" aria-label={t.title}>
        <Consent
          side="patient"
          keptFor={policy?.recordingsKeptFor}
          patientAgrees={patientAgrees}
          doctorAgrees={!!consent?.doctorAgreedAt && !consent.doctorWithdrewAt}
          isOpen={isOpen}
          agree={async (agrees) => {
            await request(AgreeAsPatient, { clinicId, bookingId, agrees })
            refetch()
          }}
        />
        <RecordingList recordings={recordings} timeZone={ownZone} reload={refetch} />
      </section>
    </AreaErrorTextsContext>
  )
}
