import { useEffect, useId, useRef, useState } from 'react'
import { Refusal } from '../graphql/client.ts'
import { graphql } from '../graphql/generated/gql.ts'
import type { NotificationKind } from '../graphql/generated/graphql.ts'
import { Field } from '../parts/field.tsx'
import { useFieldErrors } from '../parts/field_errors.ts'
import { ask } from '../session.ts'
import { useWorkplace } from '../staff/clinic.tsx'
import { useQuery } from '../use_query.ts'
import { Confirm, EditForm } from './form.tsx'
import { say } from './say.tsx'
import { useManageText } from './text/common.ts'
import { type Channel, type TextLanguage, useMessagesText, type Word } from './text/messages.ts'
import { useWords } from './words.ts'

const Preview = graphql(`
  query PreviewMessage(
    $clinicId: BigInt!, $kind: NotificationKind!, $channel: String!, $language: String!, $subject: String, $body: String
  ) {
    previewNotification(
      clinicId: $clinicId, kind: $kind, channel: $channel, language: $language, subject: $subject, body: $body
    ) { subject body }
  }
`)
const AddText = graphql(`
  mutation AddText($text: NotificationTextInput!) {
    createNotificationText(input: { notificationText: $text }) { notificationText { rowVersion } }
  }
`)
const EditText = graphql(`
  mutation EditText($clinicId: BigInt!, $kind: NotificationKind!, $channel: String!, $language: String!, $patch: NotificationTextPatch!) {
    updateNotificationText(
      input: { clinicId: $clinicId, kind: $kind, channel: $channel, language: $language, patch: $patch }
    ) { notificationText { rowVersion } }
  }
`)
const RemoveText = graphql(`
  mutation RemoveText($clinicId: BigInt!, $kind: NotificationKind!, $channel: String!, $language: String!) {
    deleteNotificationText(input: { clinicId: $clinicId, kind: $kind, channel: $channel, language: $language }) {
      notificationText { kind }
    }
  }
`)

interface Text {
  subject: string
  body: string
}

interface MessageEditorProps {
  of: { kind: NotificationKind; channel: Channel; language: TextLanguage }
  /** The clinic's own, if it has one. */
  stored: (Text & { rowVersion: number }) | undefined
  standard: Text
  changed(): void
}

const words: Word[] = ['customer', 'doctor', 'when', 'date', 'time', 'clinic', 'address', 'phone', 'reason', 'booking']

/** A message's text, beside what comes of it. */
export function MessageEditor({ of, stored, standard, changed }: MessageEditorProps) {
  const { t } = useMessagesText()
  const { t: common } = useManageText()
  const { clinic } = useWorkplace()
  const [text, setText] = useState<Text>(stored ?? standard)
  const [reverting, setReverting] = useState(false)
  // The server is asked when the writer pauses.
  const [settled, setSettled] = useState(text)
  useEffect(() => {
    const timer = setTimeout(() => setSettled(text), 250)
    return () => clearTimeout(timer)
  }, [text])
  const preview = useQuery(Preview, { clinicId: clinic.id, ...of, ...settled })
  const fault = useFault(preview.error)

  async function save() {
    const values = { subject: of.channel === 'email' ? text.subject : '', body: text.body }
    await (stored
      ? ask(EditText, { clinicId: clinic.id, ...of, patch: { ...values, rowVersion: stored.rowVersion } })
      : ask(AddText, { text: { clinicId: clinic.id, ...of, ...values } }))
    say(common.saved)
    changed()
  }

  return (
    <div className="editor">
      <div className="card padded">
        <EditForm
          submit={common.save}
          save={save}
          fieldOf={({ code, detail }) =>
            code === 'text_not_understood' ? String(detail.argument ?? 'body') : undefined
          }
          reload={changed}
          aside={
            stored && (
              <button type="button" className="button" onClick={() => setReverting(true)}>
                {t.revert}
              </button>
            )
          }
        >
          <p>
            <span className={`tag${stored ? ' booked' : ''}`}>{stored ? t.own : t.standard}</span>
          </p>
          {of.channel === 'email' && (
            <Field
              label={t.subject}
              name="subject"
              value={text.subject}
              error={fault?.argument === 'subject' ? fault.words : undefined}
              maxLength={200}
              required
              onChange={({ target }) => setText({ ...text, subject: target.value })}
            />
          )}
          <Body
            value={text.body}
            error={fault?.argument === 'body' ? fault.words : undefined}
            max={of.channel === 'sms' ? 600 : 10_000}
            change={(body) => setText({ ...text, body })}
          />
        </EditForm>
      </div>
      <section className={`preview card padded ${of.channel}`} aria-label={t.preview}>
        <h3>{t.preview}</h3>
        <p className="hint">{t.previewOf}</p>
        <div className="letter" lang={of.language} aria-busy={preview.loading}>
          {of.channel === 'email' && <p className="letter-subject">{preview.data?.previewNotification?.subject}</p>}
          <p className="letter-body">{preview.data?.previewNotification?.body}</p>
        </div>
        {preview.error !== undefined && !fault && <OtherProblem error={preview.error} />}
      </section>
      {reverting && (
        <Confirm
          title={t.revertTitle}
          submit={t.revert}
          confirm={async () => {
            await ask(RemoveText, { clinicId: clinic.id, ...of })
            say(t.reverted)
            changed()
          }}
          close={() => setReverting(false)}
        >
          <p>{t.revertLead}</p>
        </Confirm>
      )}
    </div>
  )
}

function OtherProblem({ error }: { error: unknown }) {
  const words = useWords()
  return <p className="field-error">{words(error)}</p>
}

/** What the database does not understand in a text, and in which part. */
function useFault(error: unknown): { argument: string; words: string } | undefined {
  const { t } = useMessagesText()
  if (!(error instanceof Refusal) || error.code !== 'text_not_understood') return undefined
  const { argument = 'body', word } = error.detail
  return { argument: String(argument), words: word ? t.unknownWord(String(word)) : t.strayBraces }
}

interface BodyProps {
  value: string
  error: string | undefined
  max: number
  change(value: string): void
}

function Body({ value, error: given, max, change }: BodyProps) {
  const { t } = useMessagesText()
  const id = useId()
  const { errors } = useFieldErrors()
  const error = given ?? errors.body ?? errors[id]
  const area = useRef<HTMLTextAreaElement>(null)
  function insert(word: Word) {
    const field = area.current
    if (!field) return
    // As if it were typed: undo knows it, and the form that it has changed.
    field.focus()
    field.setRangeText(`{{${word}}}`, field.selectionStart, field.selectionEnd, 'end')
    field.dispatchEvent(new Event('input', { bubbles: true }))
    change(field.value)
  }
  return (
    <div className="field">
      <label htmlFor={id}>{t.body}</label>
      <textarea
        id={id}
        name="body"
        ref={area}
        rows={max > 1000 ? 14 : 5}
        maxLength={max}
        required
        value={value}
        aria-describedby={error ? `${id}-error` : `${id}-hint`}
        aria-invalid={error ? true : undefined}
        onChange={({ target }) => change(target.value)}
      />
      <p className="field-error fault" id={`${id}-error`} role="status">
        {error}
      </p>
      {max <= 1000 && <p className="hint">{t.smsLength(value.length)}</p>}
      {/* biome-ignore lint/a11y/useSemanticElements: a fieldset would be read before each button */}
      <div className="words" role="group" aria-label={t.words}>
        {words.map((word) => (
          <button key={word} type="button" className="word" onClick={() => insert(word)}>
            {t.word[word]}
          </button>
        ))}
      </div>
      <p className="hint" id={`${id}-hint`}>
        {t.wordHint}
      </p>
    </div>
  )
}
