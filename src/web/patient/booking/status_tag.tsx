import type { BookingStatus } from '../../data/generated/graphql.ts'
import { useText } from '../../text/language.ts'
import { statusTexts } from '../../text/shared/status.ts'

/** The status of a booking, unless it is just booked. */
export function StatusTag({ status }: { status: BookingStatus }) {
  const { t } = useText(statusTexts)
  if (status === 'BOOKED') return null
  return (
    <p>
      <span className={`tag ${status.toLowerCase()}`}>{t[status]}</span>
    </p>
  )
}
