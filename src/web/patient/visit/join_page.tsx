import { useEffect, useEffectEvent, useState } from 'react'
import { Refusal } from '../../data/client.ts'
import { graphql } from '../../data/generated/gql.ts'
import type { ConsultationByLinkMutation } from '../../data/generated/graphql.ts'
import { request } from '../../data/session.ts'
import { useAsync } from '../../data/use_query.ts'
import { AreaErrorTextsContext } from '../../parts/feedback/error_text.ts'
import { Notice, Problem } from '../../parts/feedback/notice.tsx'
import { Form } from '../../parts/form/form.tsx'
import { Page } from '../../parts/layout/page.tsx'
import { Consent } from '../../parts/recordings/consent.tsx'
import { useText } from '../../text/language.ts'
import { visitTexts } from '../../text/patient/visit.ts'
import { onlineTexts } from '../../text/shared/online.ts'
import { recordingErrorTexts } from '../../text/shared/recordings.ts'
import { dayAndClock, ownZone } from '../../time/time.ts'
import { InvalidLink } from '../parts/invalid_link.tsx'
import { useLinkToken } from '../parts/link_token.ts'
import { VisitSummary } from '../parts/visit_summary.tsx'

const ConsultationByLink = graphql(`
  mutation ConsultationByLink($token: String!) {
    consultationByLink(input: { token: $token }) {
      consultationEntry {
        phase startsAt endsAt opensAt timeZone clinicName doctorName doctorCameAt
        isRecorded recordingsKeptFor { years months days } patientAgreedAt doctorAgreedAt
      }
    }
  }
`)
const JoinByLink = graphql(`
  mutation JoinByLink($token: String!) {
    joinByLink(input: { token: $token }) { consultationEntry { joinUrl } }
  }
`)
const AgreeByLink = graphql(`
  mutation AgreeByLink($token: String!, $agrees: Boolean!) {
    agreeToRecordingByLink(input: { token: $token, agrees: $agrees }) { consultationEntry { patientAgreedAt } }
  }
`)

type Row = NonNullable<NonNullable<ConsultationByLinkMutation['consultationByLink']>['consultationEntry']>
/** Only times when somebody came or agreed may be null; PostgreSQL's row types cannot express that. */
type Nullable = 'doctorCameAt' | 'patientAgreedAt' | 'doctorAgreedAt'
type Entry = { [Key in keyof Row]: Key extends Nullable ? Row[Key] : NonNullable<Row[Key]> }

/** How often the page looks whether the visit is open and who has come, milliseconds. */
const lookEveryMs = 5000
/** Refusals that may end without anybody doing anything, so the request is repeated. */
const temporaryRefusals = ['consultation_not_open', 'consultation_not_ready', 'consultation_unavailable']

/** The page of the join link in a message: when the visit can be joined, and the entrance. Only the button joins. */
export default function JoinPage() {
  const { t } = useText(onlineTexts)
  const { t: visitText } = useText(visitTexts)
  const token = useLinkToken()
  const { data, error, refetch } = useAsync(token, (signal) => request(ConsultationByLink, { token }, signal))
  const isInvalid = error instanceof Refusal && error.code === 'link_invalid'
  const entry = data?.consultationByLink?.consultationEntry as Entry | null | undefined
  const isEnded = isInvalid || entry?.phase === 'OVER' || entry?.phase === 'CANCELLED'
  useEffect(() => {
    if (isEnded) return
    const timer = setInterval(refetch, lookEveryMs)
    return () => clearInterval(timer)
  }, [isEnded, refetch])
  return (
    <Page title={isInvalid ? visitText.invalidTitle : t.title} about={token} narrow>
      {isInvalid ? <InvalidLink /> : error !== undefined && !entry && <Problem error={error} retry={refetch} />}
      {!isInvalid && (
        <VisitSummary
          startsAt={entry?.startsAt}
          endsAt={entry?.endsAt}
          clinic={entry ? { name: entry.clinicName, timeZone: entry.timeZone } : undefined}
          doctorName={entry?.doctorName}
          online
          lost={entry?.phase === 'CANCELLED'}
          loading={data === undefined && error === undefined}
        />
      )}
      {!isInvalid && entry && <Entrance key={token} token={token} entry={entry} />}
      {!isInvalid && entry && <RecordingConsent token={token} entry={entry} reload={refetch} />}
    </Page>
  )
}

/** The patient's consent to a recording. Shows nothing if the clinic records no visits. */
function RecordingConsent({ token, entry, reload }: { token: string; entry: Entry; reload(): void }) {
  const isOpen = entry.isRecorded && entry.phase !== 'OVER' && entry.phase !== 'CANCELLED'
  if (!isOpen && !entry.patientAgreedAt) return null
  return (
    <AreaErrorTextsContext value={recordingErrorTexts}>
      <div className="card padded">
        <Consent
          side="patient"
          keptFor={entry.recordingsKeptFor}
          patientAgrees={!!entry.patientAgreedAt}
          doctorAgrees={!!entry.doctorAgreedAt}
          isOpen={isOpen}
          agree={async (agrees) => {
            await request(AgreeByLink, { token, agrees })
            reload()
          }}
        />
      </div>
    </AreaErrorTextsContext>
  )
}

function Entrance({ token, entry }: { token: string; entry: Entry }) {
  const { t, locale } = useText(onlineTexts)
  const [isHere, setHere] = useState(false)
  const [waitsFor, setWaitsFor] = useState<string>()

  async function join() {
    const { joinByLink } = await request(JoinByLink, { token })
    setWaitsFor(undefined)
    const url = joinByLink?.consultationEntry?.joinUrl
    if (url) location.assign(url)
    else setHere(true)
  }
  const tryAgain = useEffectEvent(() =>
    join().catch((refusal) => setWaitsFor(isTemporary(refusal) ? refusal.code : undefined)),
  )
  useEffect(() => {
    if (!waitsFor) return
    // The reader has pressed the button; the request is repeated until the room is ready.
    const timer = setInterval(() => void tryAgain(), lookEveryMs)
    return () => clearInterval(timer)
  }, [waitsFor])

  if (entry.phase === 'EARLY')
    return <Notice tone="plain">{<p>{t.early(dayAndClock(entry.opensAt, ownZone, locale))}</p>}</Notice>
  if (entry.phase === 'OVER') return <Notice tone="plain">{<p>{t.over}</p>}</Notice>
  if (entry.phase === 'CANCELLED') return <Notice tone="plain">{<p>{t.cancelled}</p>}</Notice>
  if (isHere) {
    return (
      <Notice tone="good" title={t.here}>
        <p>{entry.doctorCameAt ? `${t.present}: ${t.you}, ${entry.doctorName}` : t.nobodyYet(entry.doctorName)}</p>
      </Notice>
    )
  }
  if (entry.phase === 'PREPARING' || waitsFor) {
    return (
      <Notice tone="plain">
        <p>{waitsFor === 'consultation_unavailable' ? t.unavailable : t.preparing}</p>
      </Notice>
    )
  }
  return (
    <div className="card padded">
      <p>{t.open}</p>
      <Form
        submit={t.enter}
        onSubmit={join}
        onRefusal={(refusal) => {
          if (isTemporary(refusal)) setWaitsFor(refusal.code)
          return isTemporary(refusal)
        }}
      />
    </div>
  )
}

const isTemporary = (refusal: unknown): refusal is Refusal =>
  refusal instanceof Refusal && temporaryRefusals.includes(refusal.code)
