import { type FormEvent, type ReactNode, useEffect, useRef, useState } from 'react'
import { flushSync } from 'react-dom'
import { Refusal } from '../../data/client.ts'
import { useText } from '../../text/language.ts'
import { commonTexts } from '../../text/shared/common.ts'
import { useErrorText } from '../error_text.ts'
import { Notice } from '../notice.tsx'
import { FormContext } from './form_context.ts'
import { useUnsaved } from './unsaved.ts'
import { validityText } from './validity.ts'

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

type Control = HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement

const isControl = (element: Element): element is Control => /^(INPUT|SELECT|TEXTAREA)$/.test(element.tagName)

const isStale = (error: unknown) => error instanceof Refusal && error.code === 'stale_row_version'

/**
 * A form. All fields are checked before it is submitted: each invalid one shows its error, and the first gets the
 * focus, as does the field that a refusal of the server is about. While a submission is under way, another one is
 * ignored.
 */
export function Form({
  onSubmit,
  submit,
  fieldOf,
  onRefusal,
  guarded = false,
  onDirty,
  reload,
  aside,
  danger,
  plain,
  children,
}: FormProps) {
  const { t } = useText(commonTexts)
  const errorText = useErrorText()
  const [busy, setBusy] = useState(false)
  const [isDirty, setDirty] = useState(false)
  const [error, setError] = useState<unknown>()
  const [errors, setErrors] = useState<Record<string, string>>({})
  const form = useRef<HTMLFormElement>(null)
  useUnsaved(guarded && isDirty)
  useEffect(() => onDirty?.(isDirty), [isDirty, onDirty])
  useEffect(() => {
    if (Object.keys(errors).length > 0) form.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus()
  }, [errors])

  const controls = () => [...(form.current?.elements ?? [])].filter(isControl)

  /** Shows a refusal at the field that it is about. Returns false if the form has no such field. */
  function showAtField(thrown: unknown): boolean {
    if (!(thrown instanceof Refusal)) return false
    const name = fieldOf?.(thrown) ?? thrown.detail.argument
    const isHere = controls().some((control) => control.name === name)
    if (isHere) setErrors({ [String(name)]: errorText(thrown) })
    return isHere
  }

  async function send(event: FormEvent<HTMLFormElement>) {
    event.preventDefault()
    if (busy) return
    const sent = event.currentTarget
    // Synchronously: the error of an earlier refusal makes a date field invalid for the browser.
    flushSync(() => {
      setError(undefined)
      setErrors({})
    })
    if (!sent.checkValidity()) {
      const invalid = controls().filter(({ validity, id }) => id && !validity.valid)
      setErrors(Object.fromEntries(invalid.map((control) => [control.id, validityText(control.validity, control, t)])))
      return
    }
    const entries = [...new FormData(sent)].map(([name, value]) => [name, String(value).trim()] as const)
    setBusy(true)
    try {
      await onSubmit(Object.fromEntries(entries.filter(([, value]) => value !== '')))
      setDirty(false)
    } catch (thrown) {
      if (!showAtField(thrown) && !onRefusal?.(thrown)) setError(thrown)
    }
    setBusy(false)
  }

  const clear = (...names: string[]) => {
    if (names.some((name) => name in errors)) {
      setErrors(Object.fromEntries(Object.entries(errors).filter(([name]) => !names.includes(name))))
    }
  }

  return (
    <form
      ref={form}
      className="form"
      noValidate
      onSubmit={send}
      onInput={({ target }) => {
        setDirty(true)
        clear((target as Control).id, (target as Control).name)
      }}
    >
      <FormContext value={{ errors, clear, markDirty: () => setDirty(true) }}>{children}</FormContext>
      {error !== undefined && (
        <Notice tone="bad">
          <p>{isStale(error) && reload ? t.stale : errorText(error)}</p>
          {isStale(error) && reload && (
            <button
              type="button"
              className="button small"
              onClick={() => {
                setError(undefined)
                setDirty(false)
                reload()
              }}
            >
              {t.load}
            </button>
          )}
        </Notice>
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
