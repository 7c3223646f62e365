import { useState } from 'react'
import { Refusal } from '../../data/client.ts'
import { graphql } from '../../data/generated/gql.ts'
import { request } from '../../data/session.ts'
import { useQuery } from '../../data/use_query.ts'
import { AreaErrorTextsContext } from '../../parts/feedback/error_text.ts'
import { Pending } from '../../parts/feedback/pending.tsx'
import { Labelled } from '../../parts/form/field.tsx'
import { Form } from '../../parts/form/form.tsx'
import { Consent } from '../../parts/recordings/consent.tsx'
import { RecordingList } from '../../parts/recordings/recording_list.tsx'
import { useWorkplace } from '../../parts/workplace/workplace.tsx'
import { useText } from '../../text/language.ts'
import { recordingErrorTexts, recordingsTexts } from '../../text/shared/recordings.ts'
import { bookingOf, type DeskSlot } from '../data/slots.ts'

const RecordingsAtDesk = graphql(`
  query RecordingsAtDesk($clinicId: BigInt!, $bookingId: BigInt!, $doctorId: BigInt!, $accountId: BigInt!) {
    policy(clinicId: $clinicId) { recordsVisits recordingsKeptFor { years months days } }
    employees(
      first: 100
      filter: { accountId: { equalTo: $accountId }, clinicId: { equalTo: $clinicId }, doctorId: { equalTo: $doctorId } }
    ) { nodes { isActive } }
    recordingConsent(clinicId: $clinicId, bookingId: $bookingId) {
      patientAgreedAt patientWithdrewAt doctorAgreedAt doctorWithdrewAt
    }
    recordings(
      first: 10, filter: { clinicId: { equalTo: $clinicId }, bookingId: { equalTo: $bookingId } }
    ) { nodes { ...RecordingRow } }
  }
`)
const AgreeAsDoctor = graphql(`
  mutation AgreeAsDoctor($clinicId: BigInt!, $bookingId: BigInt!, $agrees: Boolean!) {
    agreeToRecording(input: { clinicId: $clinicId, bookingId: $bookingId, agrees: $agrees }) {
      recordingConsent { doctorAgreedAt }
    }
  }
`)
const BeginRecording = graphql(`
  mutation BeginRecording($clinicId: BigInt!, $bookingId: BigInt!, $contentType: String!, $bytes: BigInt!) {
    beginRecording(input: { clinicId: $clinicId, bookingId: $bookingId, contentType: $contentType, bytes: $bytes }) {
      recordingLink { url }
    }
  }
`)

/** The consents to a recording of an online visit, and its recordings. For the doctor of the visit only. */
export function VisitRecordings({ slot }: { slot: DeskSlot }) {
  const { t } = useText(recordingsTexts)
  const { clinic, person } = useWorkplace()
  const booking = bookingOf(slot)
  const of = booking?.consultation ? { clinicId: slot.clinicId, bookingId: booking.id } : null
  const { data, pending, refetch } = useQuery(
    RecordingsAtDesk,
    of && { ...of, doctorId: slot.doctorId, accountId: person.accountId ?? '0' },
  )
  const isOwn = data?.employees?.nodes.some((employee) => employee?.isActive) === true
  const recordings = (data?.recordings?.nodes ?? []).filter((each) => each !== null)
  const records = data?.policy?.recordsVisits === true
  if (!of || !booking?.consultation || !isOwn || !(records || recordings.length > 0)) return <Pending when={pending} />
  const consent = data?.recordingConsent
  const patientAgrees = !!consent?.patientAgreedAt && !consent.patientWithdrewAt
  const doctorAgrees = !!consent?.doctorAgreedAt && !consent.doctorWithdrewAt
  const { opensAt, closesAt } = booking.consultation
  return (
    <AreaErrorTextsContext value={recordingErrorTexts}>
      <section aria-label={t.title}>
        <Consent
          side="doctor"
          keptFor={data?.policy?.recordingsKeptFor}
          patientAgrees={patientAgrees}
          doctorAgrees={doctorAgrees}
          isOpen={records && Date.parse(closesAt) > Date.now()}
          agree={async (agrees) => {
            await request(AgreeAsDoctor, { ...of, agrees })
            refetch()
          }}
        />
        <RecordingList recordings={recordings} timeZone={clinic.timeZone} reload={refetch} />
        {records && patientAgrees && doctorAgrees && Date.parse(opensAt) <= Date.now() && (
          <Upload key={recordings.length} of={of} done={refetch} />
        )}
      </section>
    </AreaErrorTextsContext>
  )
}

/** Uploads a file to the storage: its kind and size are announced first. */
function Upload({ of, done }: { of: { clinicId: string; bookingId: string }; done(): void }) {
  const { t } = useText(recordingsTexts)
  const [file, setFile] = useState<File>()

  async function upload() {
    if (!file) return
    const { type: contentType, size } = file
    const { beginRecording } = await request(BeginRecording, { ...of, contentType, bytes: String(size) })
    const answer = await fetch(beginRecording?.recordingLink?.url ?? '', {
      method: 'PUT',
      headers: { 'content-type': contentType },
      body: file,
    }).catch(() => undefined)
    done()
    if (!answer?.ok) throw new Refusal(t.uploadFailed, 'upload_failed')
  }

  return (
    <Form
      plain
      submit={t.upload}
      onSubmit={() =>
        upload().catch((thrown) => {
          const isKind = thrown instanceof Refusal && thrown.detail.argument === 'contentType'
          throw isKind ? new Refusal(t.typeNotAccepted, 'type_not_accepted', { argument: 'file' }) : thrown
        })
      }
    >
      <Labelled label={t.file} hint={t.fileHint} name="file">
        {(ties) => (
          <input
            {...ties}
            type="file"
            name="file"
            accept="video/mp4,video/webm,audio/mp4,audio/mpeg,audio/ogg,audio/webm"
            required
            onChange={({ target }) => setFile(target.files?.[0])}
          />
        )}
      </Labelled>
    </Form>
  )
}
