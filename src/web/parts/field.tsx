import { type InputHTMLAttributes, type ReactNode, useId } from 'react'

interface FieldProps extends InputHTMLAttributes<HTMLInputElement> {
  label: string
  hint?: string
  /** What is wrong with what was entered. */
  error?: string | undefined
  /** More than one line: two, or as many as this. */
  long?: boolean | number
}

/** A labelled input with its hint and what is wrong with it, all told by a screen reader. */
export function Field({ label, hint, error, long, ...input }: FieldProps) {
  const id = useId()
  const described = [hint && `${id}-hint`, error && `${id}-error`].filter(Boolean).join(' ')
  const shared = { id, 'aria-describedby': described || undefined, 'aria-invalid': error ? true : undefined }
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      {long ? (
        <textarea
          {...shared}
          name={input.name}
          rows={long === true ? 2 : long}
          maxLength={input.maxLength}
          required={input.required}
          defaultValue={input.defaultValue}
        />
      ) : (
        <input {...shared} {...input} />
      )}
      {hint && (
        <p className="hint" id={`${id}-hint`}>
          {hint}
        </p>
      )}
      {error && (
        <p className="field-error" id={`${id}-error`} role="alert">
          {error}
        </p>
      )}
    </div>
  )
}

interface ChoiceProps {
  label: string
  value: string
  onChange(value: string): void
  children: ReactNode
}

/** One of a few: the browser's own list, which is at its best on phones, in our clothes. */
export function Choice({ label, value, onChange, children }: ChoiceProps) {
  const id = useId()
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <select id={id} value={value} onChange={({ target }) => onChange(target.value)}>
        {children}
      </select>
    </div>
  )
}
