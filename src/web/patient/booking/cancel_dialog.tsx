import { Field } from '../../parts/form/field.tsx'
import { Form } from '../../parts/form/form.tsx'
import { Sheet } from '../../parts/layout/sheet.tsx'
import { useText } from '../../text/language.ts'
import { bookingsTexts } from '../../text/patient/bookings.ts'
import { accountTexts } from '../../text/shared/account.ts'

interface CancelDialogProps {
  /** Cancels the booking. Throws as request() does. */
  cancel(reason: string | undefined): Promise<void>
  stop(): void
}

/** Asks for confirmation before a booking is cancelled. */
export function CancelDialog({ cancel, stop }: CancelDialogProps) {
  const { t } = useText(bookingsTexts)
  const { t: account } = useText(accountTexts)
  return (
    <Sheet title={t.cancelTitle} close={stop}>
      <p>{t.cancelLead}</p>
      <Form
        danger
        submit={t.cancelSubmit}
        onSubmit={({ reason }) => cancel(reason)}
        aside={
          <button type="button" className="button" onClick={stop}>
            {t.keep}
          </button>
        }
      >
        <Field label={`${t.cancelReason} (${account.optional})`} name="reason" maxLength={500} />
      </Form>
    </Sheet>
  )
}
