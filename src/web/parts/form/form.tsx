import { type FormEvent, type ReactNode, useEffect, useRef, useState } from 'react'
import { flushSync } from 'react-dom'
import { Refusal } from '../../data/client.ts'
import { useText } from '../../text/language.ts'
import { commonTexts } from '../../text/shared/common.ts'
import { useErrorText } from '../feedback/error_text.ts'
import { Notice } from '../feedback/notice.tsx'
import { type FieldErrors, useFieldErrors } from './field_errors.ts'
import { FormContext } from './form_context.ts'
import { useUnsaved } from './unsaved.ts'

/** The fields of a form by name, trimmed; empty ones are left out. */
export type Fields = Record<string, string | undefined>

export interface FormProps {
  /** Called with the fields when all are valid. An error that it throws is shown in the form. */
  onSubmit(fields: Fields): Promise<void>
  submit: ReactNode
  /** The name of the field that a refusal is about, if the refusal's own `argument` does not name it. */
  fieldOf?: ((refusal: Refusal) => string | undefined) | undefined
  /** Called with an error that is about no field. Returns true if the caller shows it. */
  onRefusal?: ((error: unknown) => boolean) | undefined
  /** Warns before the page is left with changes that are not saved. */
  guarded?: boolean
  onDirty?(isDirty: boolean): void
  /** Loads what somebody else has saved in the meantime; offered when the edited row is out of date. */
  reload?: (() => void) | undefined
  /** A second button, beside the submit button. */
  aside?: ReactNode
  danger?: boolean
  /** The submit button is one of several of equal weight. */
  plain?: boolean
  children?: ReactNode
}

const isStale = (error: unknown) => error instanceof Refusal && error.code === 'stale_row_version'

/**
 * A form. All fields are checked before it is submitted: each invalid one shows its error, and the first gets the
 * focus, as does the field that a refusal of the server is about. While a submission is under way, another one is
 * ignored.
 */
export function Form({
  submit,
  guarded = false,
  onDirty,
  reload,
  aside,
  danger,
  plain,
  children,
  ...handlers
}: FormProps) {
  const [isDirty, setDirty] = useState(false)
  const form = useRef<HTMLFormElement>(null)
  const fieldErrors = useFieldErrors(form)
  const { errors, clear } = fieldErrors
  const { busy, error, forgetError, send } = useSubmission(handlers, fieldErrors, () => setDirty(false))
  useUnsaved(guarded && isDirty)
  useEffect(() => onDirty?.(isDirty), [isDirty, onDirty])

  return (
    <form
      ref={form}
      className="form"
      noValidate
      onSubmit={send}
      onInput={({ target }) => {
        setDirty(true)
        clear((target as HTMLInputElement).id, (target as HTMLInputElement).name)
      }}
    >
      <FormContext value={{ errors, clear, markDirty: () => setDirty(true) }}>{children}</FormContext>
      {error !== undefined && (
        <FormProblem
          error={error}
          reload={
            reload &&
            (() => {
              forgetError()
              setDirty(false)
              reload()
            })
          }
        />
      )}
      <div className="form-end">
        <button type="submit" className={`button ${danger ? 'danger' : plain ? '' : 'primary'}`} aria-disabled={busy}>
          {submit}
        </button>
        {aside}
      </div>
    </form>
  )
}

/** Submits a form, once at a time. `error` is one that is shown at no field. */
function useSubmission(
  { onSubmit, fieldOf, onRefusal }: Pick<FormProps, 'onSubmit' | 'fieldOf' | 'onRefusal'>,
  { clearAll, showInvalid, showRefusal }: FieldErrors,
  submitted: () => void,
) {
  const [busy, setBusy] = useState(false)
  const [error, setError] = useState<unknown>()

  const wasShownAtField = (thrown: unknown) =>
    thrown instanceof Refusal && showRefusal(thrown, fieldOf?.(thrown) ?? thrown.detail.argument)

  async function send(event: FormEvent<HTMLFormElement>) {
    event.preventDefault()
    if (busy) return
    const sent = event.currentTarget
    // Synchronously: the error of an earlier refusal makes a date field invalid for the browser.
    flushSync(() => {
      setError(undefined)
      clearAll()
    })
    if (!sent.checkValidity()) return showInvalid()
    const fields = fieldsOf(sent)
    setBusy(true)
    try {
      await onSubmit(fields)
      submitted()
    } catch (thrown) {
      if (!wasShownAtField(thrown) && !onRefusal?.(thrown)) setError(thrown)
    }
    setBusy(false)
  }

  return { busy, error, forgetError: () => setError(undefined), send }
}

function fieldsOf(form: HTMLFormElement): Fields {
  const entries = [...new FormData(form)].map(([name, value]) => [name, String(value).trim()] as const)
  return Object.fromEntries(entries.filter(([, value]) => value !== ''))
}

/** An error that is about no field. If the edited row is out of date, it can be loaded again. */
function FormProblem({ error, reload }: { error: unknown; reload: (() => void) | undefined }) {
  const { t } = useText(commonTexts)
  const errorText = useErrorText()
  const reloadStale = isStale(error) && reload
  return (
    <Notice tone="bad">
      <p>{reloadStale ? t.stale : errorText(error)}</p>
      {reloadStale && (
        <button type="button" className="button small" onClick={reloadStale}>
          {t.load}
        </button>
      )}
    </Notice>
  )
}
