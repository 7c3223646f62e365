import { type ComponentProps, createContext, type ReactNode, useContext, useEffect, useState } from 'react'
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

const TouchContext = createContext(() => {})

/** Says that a form has changed, for controls that are not inputs. */
export const useTouch = () => useContext(TouchContext)

export interface EditFormProps {
  submit: string
  /** Stores the fields, trimmed; empty ones are missing. What it throws is shown in the form. */
  save(fields: Fields): Promise<void>
  /** The name of the field that a refusal is about, where its `argument` does not say so. */
  fieldOf?(refusal: Refusal): string | undefined
  /** Gets what somebody else has saved in the meantime. */
  reload?(): void
  onDirty?(dirty: boolean): void
  aside?: ReactNode
  children: ReactNode
}

/** A form over something stored: shows stale edits with a way on, and guards what is not saved. */
export function EditForm({ submit, save, fieldOf, reload, onDirty, aside, children }: EditFormProps) {
  const { t } = useManageText()
  const words = useWords()
  const [dirty, setDirty] = useState(false)
  const [problem, setProblem] = useState<unknown>()
  useUnsaved(dirty)
  useEffect(() => onDirty?.(dirty), [dirty, onDirty])

  const stale = problem instanceof Refusal && problem.code === 'stale_row_version'
  const touch = () => setDirty(true)
  return (
    <div onInput={touch}>
      <Form
        submit={submit}
        aside={aside}
        fieldOf={fieldOf}
        words={words}
        onSubmit={async (fields) => {
          setProblem(undefined)
          await save(fields)
          setDirty(false)
        }}
        onRefusal={(error) => {
          setProblem(error)
          return true
        }}
      >
        <TouchContext value={touch}>{children}</TouchContext>
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
export const Input = (props: ComponentProps<typeof Field> & { name: string }) => <Field {...props} />

interface DateProps extends Omit<DateFieldProps, 'value' | 'onChange'> {
  name: string
  defaultValue: string
}

/** A date, in an EditForm. */
export function DateInput({ name, defaultValue, ...props }: DateProps) {
  const touch = useTouch()
  const [value, setValue] = useState(defaultValue)
  return (
    <DateField
      {...props}
      name={name}
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
  return (
    <Labelled label={label} hint={hint} name={name}>
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
