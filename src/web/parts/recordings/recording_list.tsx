import { useEffect } from 'react'
import { graphql } from '../../data/generated/gql.ts'
import type { RecordingRowFragment } from '../../data/generated/graphql.ts'
import { request } from '../../data/session.ts'
import { useText } from '../../text/language.ts'
import { recordingsTexts } from '../../text/shared/recordings.ts'
import { dateText, dayAndClock, localDate } from '../../time/time.ts'
import { Form } from '../form/form.tsx'
import { AskFirst } from './ask_first.tsx'

graphql(`
  fragment RecordingRow on Recording { id clinicId state bytes createdAt deleteAt }
`)
const OpenRecording = graphql(`
  mutation OpenRecording($clinicId: BigInt!, $recordingId: BigInt!) {
    openRecording(input: { clinicId: $clinicId, recordingId: $recordingId }) { recordingLink { url } }
  }
`)
const RemoveRecording = graphql(`
  mutation RemoveRecording($clinicId: BigInt!, $recordingId: BigInt!) {
    removeRecording(input: { clinicId: $clinicId, recordingId: $recordingId }) { recording { id } }
  }
`)

/** How often the list is loaded while an upload is being processed, milliseconds. */
const lookEveryMs = 5000

interface RecordingListProps {
  recordings: RecordingRowFragment[]
  timeZone: string
  reload(): void
}

/** The recordings of a visit: each can be downloaded and deleted. */
export function RecordingList({ recordings, timeZone, reload }: RecordingListProps) {
  const isChecking = recordings.some(({ state }) => state === 'UPLOADING')
  useEffect(() => {
    if (!isChecking) return
    const timer = setInterval(reload, lookEveryMs)
    return () => clearInterval(timer)
  }, [isChecking, reload])
  if (recordings.length === 0) return null
  return (
    <ul>
      {recordings.map((recording) => (
        <li key={recording.id}>
          <OneRecording recording={recording} timeZone={timeZone} reload={reload} />
        </li>
      ))}
    </ul>
  )
}

interface OneRecordingProps {
  recording: RecordingRowFragment
  timeZone: string
  reload(): void
}

function OneRecording({ recording, timeZone, reload }: OneRecordingProps) {
  const { t, locale } = useText(recordingsTexts)
  const { clinicId, id: recordingId, state, bytes, createdAt, deleteAt } = recording
  const when = dayAndClock(createdAt, timeZone, locale)
  const size = (Number(bytes) / 1e6).toLocaleString(locale, { maximumFractionDigits: 1 })
  return (
    <>
      <p>{t.one(when, size)}</p>
      <p className="hint">
        {state === 'STORED'
          ? t.until(dateText(localDate(deleteAt, timeZone), locale, { dateStyle: 'long' }))
          : t.checking}
      </p>
      {state === 'STORED' && (
        <Form
          plain
          submit={t.download(when)}
          onSubmit={async () => {
            const { openRecording } = await request(OpenRecording, { clinicId, recordingId })
            // The storage sends it as an attachment, so the browser stays on this page.
            if (openRecording?.recordingLink) location.assign(openRecording.recordingLink.url)
          }}
        />
      )}
      <AskFirst
        label={t.remove(when)}
        lead={t.removeLead}
        act={async () => {
          await request(RemoveRecording, { clinicId, recordingId })
          reload()
        }}
      />
    </>
  )
}
