import { type FormEvent, type ReactNode, useState } from 'react'
import { useText } from '../text/language.ts'
import { Notice, wordsOf } from './notice.tsx'

interface FormProps {
  /** What to do with the fields, trimmed, by their names; empty ones are left out. What it throws is told in the form. */
  onSubmit(fields: Record<string, string>): Promise<void>
  submit: ReactNode
  /** Errors that the caller tells in its own way: true when it did. */
  onRefusal?(error: unknown): boolean
  /** A second button beside the first. */
  aside?: ReactNode
  danger?: boolean
  /** One of several buttons of equal weight. */
  plain?: boolean
  children?: ReactNode
}

/** A form that can be sent once at a time, and says what came of it. */
export function Form({ onSubmit, submit, onRefusal, aside, danger, plain, children }: FormProps) {
  const { t } = useText()
  const [busy, setBusy] = useState(false)
  const [error, setError] = useState<unknown>()

  async function send(event: FormEvent<HTMLFormElement>) {
    event.preventDefault()
    if (busy) return
    const entries = [...new FormData(event.currentTarget)].map(([name, value]) => [name, String(value).trim()] as const)
    setBusy(true)
    setError(undefined)
    try {
      await onSubmit(Object.fromEntries(entries.filter(([, value]) => value !== '')))
    } catch (thrown) {
      if (!onRefusal?.(thrown)) setError(thrown)
    }
    setBusy(false)
  }

  return (
    <form className="form" onSubmit={send}>
      {children}
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
