import { type InputHTMLAttributes, type ReactNode, useId } from 'react'
import { useText } from '../text/language.ts'
import { useFieldErrors } from './field_errors.ts'

interface Said {
  label: string
  hint?: string | undefined
  /** What is wrong with what was entered, where the form around does not know it. */
  error?: string | undefined
}

/** What ties a control to its label, its hint and its error. */
interface Ties {
  id: string
  'aria-describedby': string | undefined
  'aria-invalid': true | undefined
}

interface LabelledProps extends Said {
  /** Of the control: a refusal may name it. */
  name?: string | undefined
  /** Interrupts a screen reader when there is an error. */
  alert?: boolean
  className?: string
  children(ties: Ties): ReactNode
}

/** A control with its label, its hint and what is wrong with it, all read out by a screen reader. */
export function Labelled({ label, hint, error: given, name, alert, className = 'field', children }: LabelledProps) {
  const id = useId()
  const { errors } = useFieldErrors()
  const error = given ?? errors[id] ?? (name && errors[name])
  const described = [hint && `${id}-hint`, error && `${id}-error`].filter(Boolean).join(' ')
  return (
    <div className={className}>
      <label htmlFor={id}>{label}</label>
      {children({ id, 'aria-describedby': described || undefined, 'aria-invalid': error ? true : undefined })}
      {hint && (
        <p className="hint" id={`${id}-hint`}>
          {hint}
        </p>
      )}
      {error && (
        <p className="field-error" id={`${id}-error`} role={alert && given ? 'alert' : undefined}>
          {error}
        </p>
      )}
    </div>
  )
}

interface FieldProps extends InputHTMLAttributes<HTMLInputElement>, Said {
  /** More than one line: two, or as many as this. */
  long?: boolean | number
}

/** A labelled input. */
export function Field({ label, hint, error, long, ...input }: FieldProps) {
  return (
    <Labelled label={label} hint={hint} error={error} name={input.name} alert>
      {(ties) =>
        long ? (
          <textarea
            {...ties}
            name={input.name}
            rows={long === true ? 2 : long}
            maxLength={input.maxLength}
            required={input.required}
            defaultValue={input.defaultValue}
          />
        ) : (
          <input {...ties} {...input} />
        )
      }
    </Labelled>
  )
}

interface NewPasswordProps {
  label: string
  name?: string
}

/** A password that somebody thinks of now. */
export function NewPasswordField({ label, name = 'password' }: NewPasswordProps) {
  const { t } = useText()
  return (
    <Field
      label={label}
      name={name}
      type="password"
      autoComplete="new-password"
      hint={t.account.passwordHint}
      // The database decides; this says so before anything is sent.
      minLength={10}
      required
    />
  )
}

interface EitherProps {
  legend: string
  /** Of the radio buttons, and so of one such field on a page. */
  name: string
  isSecond: boolean
  choose(isSecond: boolean): void
  first: string
  second: string
}

/** One of two, side by side: what follows is for the one that is chosen. */
export function Either({ legend, name, isSecond, choose, first, second }: EitherProps) {
  return (
    <fieldset className="switch">
      <legend className="visually-hidden">{legend}</legend>
      {[false, true].map((choice) => (
        <label key={String(choice)}>
          <input type="radio" name={name} checked={isSecond === choice} onChange={() => choose(choice)} />
          <span>{choice ? second : first}</span>
        </label>
      ))}
    </fieldset>
  )
}

interface ChoiceProps {
  label: string
  value: string
  onChange(value: string): void
  onFocus?(): void
  onBlur?(): void
  children: ReactNode
}

/** One of a few: the browser's own list, which is at its best on phones, in our clothes. */
export function Choice({ label, value, onChange, children, ...on }: ChoiceProps) {
  return (
    <Labelled label={label}>
      {(ties) => (
        <select {...ties} value={value} onChange={({ target }) => onChange(target.value)} {...on}>
          {children}
        </select>
      )}
    </Labelled>
  )
}
