import { useEffect, useState } from 'react'
import { Refusal } from '../../data/client.ts'
import { graphql } from '../../data/generated/gql.ts'
import type { NotificationKind, PreviewMessageQuery } from '../../data/generated/graphql.ts'
import { type AsyncResult, useQuery } from '../../data/use_query.ts'
import { useErrorText } from '../../parts/feedback/error_text.ts'
import { useWorkplace } from '../../parts/workplace/workplace.tsx'
import { useText } from '../../text/language.ts'
import { type Channel, messagesTexts, type TextLanguage } from '../../text/manage/messages.ts'

const Preview = graphql(`
  query PreviewMessage(
    $clinicId: BigInt!, $kind: NotificationKind!, $channel: String!, $language: String!, $subject: String, $body: String
  ) {
    previewNotification(
      clinicId: $clinicId, kind: $kind, channel: $channel, language: $language, subject: $subject, body: $body
    ) { subject body }
  }
`)
export interface MessageOf {
  kind: NotificationKind
  channel: Channel
  language: TextLanguage
}

export interface Text {
  subject: string
  body: string
}

/** Previews a text, or gives the errors in it. The preview is requested when the writer pauses. */
export function usePreview(of: MessageOf, text: Text) {
  const { clinic } = useWorkplace()
  const [settled, setSettled] = useState(text)
  useEffect(() => {
    const timer = setTimeout(() => setSettled(text), 250)
    return () => clearTimeout(timer)
  }, [text])
  const preview = useQuery(Preview, { clinicId: clinic.id, ...of, ...settled })
  return { preview, fault: useTextError(preview.error) }
}

/** The problem that the database reports in a text, and the part that has it. */
function useTextError(error: unknown): { argument: string; words: string } | undefined {
  const { t } = useText(messagesTexts)
  if (!(error instanceof Refusal) || error.code !== 'text_not_understood') return undefined
  const { argument = 'body', word } = error.detail
  return { argument: String(argument), words: word ? t.unknownWord(String(word)) : t.strayBraces }
}

interface PreviewProps extends Pick<AsyncResult<PreviewMessageQuery>, 'data' | 'error' | 'loading'> {
  of: MessageOf
  /** Whether the error is a fault of the text, which the form shows. */
  isFaulty: boolean
}

/** A message as a patient would get it. */
export function MessagePreview({ of, data, error, loading, isFaulty }: PreviewProps) {
  const { t } = useText(messagesTexts)
  const errorText = useErrorText()
  const { subject, body } = data?.previewNotification ?? {}
  return (
    <section className={`preview card padded ${of.channel}`} aria-label={t.preview}>
      <h3>{t.preview}</h3>
      <p className="hint">{t.previewOf}</p>
      <div className="letter" lang={of.language} aria-busy={loading}>
        {of.channel === 'email' && <p className="letter-subject">{subject}</p>}
        <p className="letter-body">{body}</p>
      </div>
      {error !== undefined && !isFaulty && <p className="field-error">{errorText(error)}</p>}
    </section>
  )
}
