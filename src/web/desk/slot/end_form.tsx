import { Field } from '../../parts/form/field.tsx'
import { Form } from '../../parts/form/form.tsx'
import { slotTexts } from '../../text/desk/slot.ts'
import { useText } from '../../text/language.ts'

interface EndFormProps {
  submit: string
  /** The action. An error that it throws is shown in the form. */
  act(reason: string | undefined): Promise<void>
  keep(): void
}

/** Asks for confirmation and a reason before a cancellation or a withdrawal. The patient gets the reason. */
export function EndForm({ submit, act, keep }: EndFormProps) {
  const { t } = useText(slotTexts)
  return (
    <Form
      danger
      submit={submit}
      onSubmit={({ reason }) => act(reason)}
      aside={
        <button type="button" className="button" onClick={keep}>
          {t.keep}
        </button>
      }
    >
      <Field label={t.reason} name="reason" autoComplete="off" maxLength={500} />
    </Form>
  )
}
