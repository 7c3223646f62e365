import { type ComponentProps, createContext, type ReactNode, useContext, useEffect, useRef, useState } from 'react'
import { Refusal } from '../graphql/client.ts'
import { DateField, type DateFieldProps } from '../parts/date_field.tsx'
import { Field, Labelled } from '../parts/field.tsx'
import { Form } from '../parts/form.tsx'
import { Notice } from '../parts/notice.tsx'
import { Sheet } from '../parts/sheet.tsx'
import { useManageText } from './text/common.ts'
import { useUnsaved } from './unsaved.tsx'
import { useWords } from './words.ts'

export type Fields = Record<string, string | undefined>

interface FormState {
  errors: Record<string, string>
  /** What is edited by other things than inputs says so itself. */
  touch(): void
}

const FormContext = createContext<FormState>({ errors: {}, touch() {} })

/** Says that a form has changed, for controls that are no inputs. */
export const useTouch = () => useContext(FormContext).touch

export interface EditFormProps {
  submit: string
  /** Stores the fields, trimmed; empty ones are missing. What it throws is told in the form. */
  save(fields: Fields): Promise<void>
  /** The name of the field that a refusal is about, to tell it there. */
  fieldOf?(refusal: Refusal): string | undefined
  /** Gets what somebody else has saved meanwhile. */
  reload?(): void
  onDirty?(dirty: boolean): void
  aside?: ReactNode
  children: ReactNode
}

/** A form over something stored: tells refusals at their fields, stale edits with a way on, and guards what is not saved. */
export function EditForm({ submit, save, fieldOf, reload, onDirty, aside, children }: EditFormProps) {
  const { t } = useManageText()
  const words = useWords()
  const [dirty, setDirty] = useState(false)
  const [errors, setErrors] = useState<Record<string, string>>({})
  const [problem, setProblem] = useState<unknown>()
  const box = useRef<HTMLDivElement>(null)
  useUnsaved(dirty)
  useEffect(() => onDirty?.(dirty), [dirty, onDirty])
  useEffect(() => {
    // What is wrong is where one goes on.
    if (Object.keys(errors).length > 0) box.current?.querySelector<HTMLElement>('[aria-invalid]')?.focus()
  }, [errors])

  /** The input that the database says it is about, if the form has it. */
  function inputOf({ detail }: Refusal): string | undefined {
    const inputs = [...(box.current?.querySelectorAll<HTMLInputElement>('[name]') ?? [])]
    return inputs.find(({ name }) => name === detail.argument)?.name
  }

  const stale = problem instanceof Refusal && problem.code === 'stale_row_version'
  const touch = () => setDirty(true)
  return (
    <div ref={box} onInput={touch}>
      <Form
        submit={submit}
        aside={aside}
        onSubmit={async (fields) => {
          setErrors({})
          setProblem(undefined)
          await save(fields)
          setDirty(false)
        }}
        onRefusal={(error) => {
          const field = error instanceof Refusal ? (fieldOf?.(error) ?? inputOf(error)) : undefined
          if (field) setErrors({ [field]: words(error) })
          else setProblem(error)
          return true
        }}
      >
        <FormContext value={{ errors, touch }}>{children}</FormContext>
        {problem !== undefined && (
          <Notice tone="bad">
            <p>{stale && reload ? t.stale : words(problem)}</p>
            {stale && reload && (
              <button
                type="button"
                className="button small"
                onClick={() => {
                  setProblem(undefined)
                  setDirty(false)
                  reload()
                }}
              >
                {t.load}
              </button>
            )}
          </Notice>
        )}
      </Form>
    </div>
  )
}

/** An input of an EditForm. */
export function Input({ name, ...props }: ComponentProps<typeof Field> & { name: string }) {
  const { errors } = useContext(FormContext)
  return <Field name={name} error={errors[name]} {...props} />
}

interface DateProps extends Omit<DateFieldProps, 'value' | 'onChange'> {
  name: string
  defaultValue: string
}

/** A date, in an EditForm. */
export function DateInput({ name, defaultValue, ...props }: DateProps) {
  const { errors, touch } = useContext(FormContext)
  const [value, setValue] = useState(defaultValue)
  return (
    <DateField
      {...props}
      name={name}
      error={errors[name]}
      value={value}
      onChange={(date) => {
        setValue(date)
        touch()
      }}
    />
  )
}

interface SelectProps {
  label: string
  name: string
  defaultValue?: string | undefined
  hint?: string | undefined
  required?: boolean
  onChange?(value: string): void
  children: ReactNode
}

/** One of a few, in an EditForm. */
export function Select({ label, name, defaultValue, hint, required, onChange, children }: SelectProps) {
  const error = useContext(FormContext).errors[name]
  return (
    <Labelled label={label} hint={hint} error={error}>
      {(ties) => (
        <select
          {...ties}
          name={name}
          defaultValue={defaultValue}
          required={required}
          onChange={({ target }) => onChange?.(target.value)}
        >
          {children}
        </select>
      )}
    </Labelled>
  )
}

/** An EditForm in a dialog, which asks before it throws away what was entered. */
export function FormSheet({
  title,
  close,
  lead,
  ...form
}: EditFormProps & { title: string; lead?: ReactNode; close(): void }) {
  const { t } = useManageText()
  const [dirty, setDirty] = useState(false)
  const [asking, setAsking] = useState(false)
  return (
    <>
      <Sheet title={title} close={() => (dirty ? setAsking(true) : close())}>
        {lead}
        <EditForm
          {...form}
          onDirty={setDirty}
          aside={
            <button type="button" className="button" onClick={() => (dirty ? setAsking(true) : close())}>
              {t.cancel}
            </button>
          }
        />
      </Sheet>
      {asking && (
        <Sheet title={t.discard} close={() => setAsking(false)}>
          <div className="form-end">
            <button type="button" className="button danger" onClick={close}>
              {t.discardIt}
            </button>
            <button type="button" className="button" onClick={() => setAsking(false)}>
              {t.goOn}
            </button>
          </div>
        </Sheet>
      )}
    </>
  )
}

interface ConfirmProps {
  title: string
  children?: ReactNode
  submit: string
  /** What is confirmed; what it throws is told in the dialog. */
  confirm(): Promise<void>
  onRefusal?(error: unknown): boolean
  close(): void
}

/** Asks before something that cannot be undone. */
export function Confirm({ title, children, submit, confirm, onRefusal, close }: ConfirmProps) {
  const { t } = useManageText()
  const words = useWords()
  const [problem, setProblem] = useState<unknown>()
  return (
    <Sheet title={title} close={close}>
      {children}
      <Form
        danger
        submit={submit}
        onSubmit={confirm}
        onRefusal={(error) => {
          if (!onRefusal?.(error)) setProblem(error)
          return true
        }}
        aside={
          <button type="button" className="button" onClick={close}>
            {t.cancel}
          </button>
        }
      >
        {problem !== undefined && (
          <Notice tone="bad">
            <p>{words(problem)}</p>
          </Notice>
        )}
      </Form>
    </Sheet>
  )
}
