import { graphql } from '../graphql/generated/gql.ts'
import { Field } from '../parts/field.tsx'
import { Form } from '../parts/form.tsx'
import { Sheet } from '../parts/sheet.tsx'
import { ask } from '../session.ts'
import { useText } from '../text/language.ts'

const Cancel = graphql(`
  mutation Cancel($clinicId: BigInt!, $bookingId: BigInt!, $reason: String) {
    cancelBooking(input: { clinicId: $clinicId, bookingId: $bookingId, reason: $reason }) { booking { id status } }
  }
`)

interface CancelDialogProps {
  booking: { clinicId: string; id: string }
  cancelled(): void
  stop(): void
}

/** Asks before a booking is given up. */
export function CancelDialog({ booking, cancelled, stop }: CancelDialogProps) {
  const { t } = useText()
  return (
    <Sheet title={t.bookings.cancelTitle} close={stop}>
      <p>{t.bookings.cancelLead}</p>
      <Form
        danger
        submit={t.bookings.cancelSubmit}
        onSubmit={async ({ reason }) => {
          await ask(Cancel, { clinicId: booking.clinicId, bookingId: booking.id, reason })
          cancelled()
        }}
        aside={
          <button type="button" className="button" onClick={stop}>
            {t.bookings.keep}
          </button>
        }
      >
        <Field label={`${t.bookings.cancelReason} (${t.account.optional})`} name="reason" maxLength={500} />
      </Form>
    </Sheet>
  )
}
