import { useId, useRef } from 'react'
import type { NotificationKind } from '../../data/generated/graphql.ts'
import { useForm } from '../../parts/form/form_context.ts'
import { useText } from '../../text/language.ts'
import { messagesTexts, type Word } from '../../text/manage/messages.ts'

const wordsOfVisits: Word[] = [
  'customer',
  'doctor',
  'service',
  'when',
  'date',
  'time',
  'clinic',
  'address',
  'phone',
  'link',
  'reason',
  'booking',
]
const wordsOfInvoices: Word[] = [
  'customer',
  'invoice',
  'total',
  'due',
  'due_date',
  'clinic',
  'address',
  'phone',
  'link',
]

interface BodyProps {
  value: string
  error: string | undefined
  max: number
  kind: NotificationKind
  change(value: string): void
}

/** The field for the text of a message, with buttons that insert placeholders. */
export function MessageBody({ value, error: given, max, kind, change }: BodyProps) {
  const { t } = useText(messagesTexts)
  const id = useId()
  const { errors } = useForm()
  const error = given ?? errors.body ?? errors[id]
  const words = kind === 'PAYMENT_DUE' ? wordsOfInvoices : wordsOfVisits
  const area = useRef<HTMLTextAreaElement>(null)
  function insert(word: Word) {
    const field = area.current
    if (!field) return
    // Inserted like typed text, so that undo works and the form notices the change.
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
