import { type InputHTMLAttributes, type ReactNode, useId } from 'react'
import { useText } from '../../text/language.ts'
import { accountTexts } from '../../text/shared/account.ts'
import { useForm } from './form_context.ts'

interface Described {
  label: string
  hint?: string | undefined
  /** An error that the surrounding form does not know. */
  error?: string | undefined
}

/** The attributes that connect a control to its label, hint and error. */
interface Ties {
  id: string
  'aria-describedby': string | undefined
  'aria-invalid': true | undefined
}

interface LabelledProps extends Described {
  /** The name of the control; a refusal may refer to it. */
  name?: string | undefined
  /** Interrupts a screen reader when there is an error. */
  alert?: boolean
  className?: string
  children(ties: Ties): ReactNode
}

/** A control with its label, hint and error, all connected for screen readers. */
export function Labelled({ label, hint, error: given, name, alert, className = 'field', children }: LabelledProps) {
  const id = useId()
  const { errors } = useForm()
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

interface FieldProps extends InputHTMLAttributes<HTMLInputElement>, Described {
  /** More than one line: two, or this number. */
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

/** A field for a new password. */
export function NewPasswordField({ label, name = 'password' }: NewPasswordProps) {
  const { t } = useText(accountTexts)
  return (
    <Field
      label={label}
      name={name}
      type="password"
      autoComplete="new-password"
      hint={t.passwordHint}
      // The database enforces this; here it is checked before the form is sent.
      minLength={10}
      required
    />
  )
}

interface TwoOptionsProps {
  legend: string
  /** The name of the radio buttons; it must be unique on the page. */
  name: string
  isSecond: boolean
  choose(isSecond: boolean): void
  first: string
  second: string
}

/** A switch between two alternatives; what follows it depends on the choice. */
export function TwoOptions({ legend, name, isSecond, choose, first, second }: TwoOptionsProps) {
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

interface SelectProps extends Described {
  name?: string
  /** What is chosen, if the caller keeps it; otherwise what is chosen at first. */
  value?: string
  defaultValue?: string | undefined
  required?: boolean
  onChange?(value: string): void
  onFocus?(): void
  onBlur?(): void
  children: ReactNode
}

/** One of a few: the browser's own list, which works best on phones, with our style. */
export function Select({ label, hint, error, onChange, children, ...select }: SelectProps) {
  return (
    <Labelled label={label} hint={hint} error={error} name={select.name}>
      {(ties) => (
        <select {...ties} {...select} onChange={({ target }) => onChange?.(target.value)}>
          {children}
        </select>
      )}
    </Labelled>
  )
}
