import { Field } from '../parts/field.tsx'
import { Form } from '../parts/form.tsx'
import { useDeskText } from './text.ts'

interface EndFormProps {
  submit: string
  /** Does it. What it throws is told in the form. */
  act(reason: string | undefined): Promise<void>
  keep(): void
}

/** The last question before something is cancelled or withdrawn: why, which whoever had booked is told. */
export function EndForm({ submit, act, keep }: EndFormProps) {
  const { t } = useDeskText()
  return (
    <Form
      danger
      submit={submit}
      onSubmit={({ reason }) => act(reason)}
      aside={
        <button type="button" className="button" onClick={keep}>
          {t.slot.keep}
        </button>
      }
    >
      <Field label={t.slot.reason} name="reason" autoComplete="off" maxLength={500} />
    </Form>
  )
}
