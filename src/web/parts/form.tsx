import { type FormEvent, type ReactNode, useEffect, useRef, useState } from 'react'
import { flushSync } from 'react-dom'
import { Refusal } from '../graphql/client.ts'
import { useText } from '../text/language.ts'
import { FieldErrorsContext } from './field_errors.ts'
import { Notice, wordsOf } from './notice.tsx'
import { wordsOfValidity } from './validity.ts'

interface FormProps {
  /** What to do with the fields, trimmed, by their names; empty ones are left out. What it throws is shown in the form. */
  onSubmit(fields: Record<string, string>): Promise<void>
  submit: ReactNode
  /** The name of the field that a refusal is about, where its `argument` does not say so. */
  fieldOf?: ((refusal: Refusal) => string | undefined) | undefined
  /** The words for an error at a field; those of all pages by default. */
  words?(error: unknown): string
  /** Errors about no field, which the caller shows in its own way: true when it did. */
  onRefusal?(error: unknown): boolean
  /** A second button beside the first. */
  aside?: ReactNode
  danger?: boolean
  /** One of several buttons of equal weight. */
  plain?: boolean
  children?: ReactNode
}

type Control = HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement

const isControl = (element: Element): element is Control => /^(INPUT|SELECT|TEXTAREA)$/.test(element.tagName)

/**
 * A form that can be sent once at a time. Before it is sent all fields are checked at once: what is wrong is shown at each,
 * and the first of them gets the focus. So does the field that a refusal of the server is about.
 */
export function Form({ onSubmit, submit, fieldOf, words, onRefusal, aside, danger, plain, children }: FormProps) {
  const { t } = useText()
  const [busy, setBusy] = useState(false)
  const [error, setError] = useState<unknown>()
  const [errors, setErrors] = useState<Record<string, string>>({})
  const form = useRef<HTMLFormElement>(null)
  useEffect(() => {
    if (Object.keys(errors).length > 0) form.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus()
  }, [errors])

  const controls = () => [...(form.current?.elements ?? [])].filter(isControl)

  /** Shows at its field what a refusal says of it; false when there is no such field. */
  function showAtField(thrown: unknown): boolean {
    if (!(thrown instanceof Refusal)) return false
    const name = fieldOf?.(thrown) ?? thrown.detail.argument
    const isHere = controls().some((control) => control.name === name)
    if (isHere) setErrors({ [String(name)]: words?.(thrown) ?? wordsOf(thrown, t) })
    return isHere
  }

  async function send(event: FormEvent<HTMLFormElement>) {
    event.preventDefault()
    if (busy) return
    const sent = event.currentTarget
    // At once: what a refusal said of a date keeps the browser from finding it valid.
    flushSync(() => {
      setError(undefined)
      setErrors({})
    })
    if (!sent.checkValidity()) {
      const wrong = controls().filter(({ validity, id }) => id && !validity.valid)
      setErrors(Object.fromEntries(wrong.map((control) => [control.id, wordsOfValidity(control.validity, control, t)])))
      return
    }
    const entries = [...new FormData(sent)].map(([name, value]) => [name, String(value).trim()] as const)
    setBusy(true)
    try {
      await onSubmit(Object.fromEntries(entries.filter(([, value]) => value !== '')))
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
      onInput={({ target }) => clear((target as Control).id, (target as Control).name)}
    >
      <FieldErrorsContext value={{ errors, clear }}>{children}</FieldErrorsContext>
      {error !== undefined && (
        <Notice tone="bad">
          <p>{wordsOf(error, t)}</p>
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
