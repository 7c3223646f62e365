import { Link } from 'wouter'
import { useText } from '../../text/language.ts'
import { payTexts } from '../../text/patient/pay.ts'
import { ServiceSummary } from '../parts/chosen_service.tsx'
import { VisitSummary } from '../parts/visit_summary.tsx'
import type { Checkout, CheckoutPart } from './use_checkout.ts'

/** What a payment is for, with links to what it has become. */
export function CheckoutParts({ checkout }: { checkout: Checkout }) {
  return checkout.parts.map((part) =>
    part.bookingSlotId ? <Visit key={part.id} {...{ part, checkout }} /> : <Invoice key={part.id} part={part} />,
  )
}

function Visit({ part, checkout }: { part: CheckoutPart; checkout: Checkout }) {
  const { t } = useText(payTexts)
  const { clinicId, clinic, service, booking, bookingId, bookingSlot } = part
  const isLost = !part.isOpen && !bookingId
  const { startsAt, endsAt, doctor } = booking ?? bookingSlot ?? {}
  return (
    <>
      {/* A slot that somebody else has is not shown any more. */}
      {startsAt && (
        <VisitSummary
          startsAt={startsAt}
          endsAt={booking ? endsAt : undefined}
          clinic={clinic ?? undefined}
          doctorName={doctor?.fullName}
          lost={isLost}
          online={booking?.isOnline}
        >
          {service && <ServiceSummary service={{ preparation: null, preparations: {}, ...service }} />}
        </VisitSummary>
      )}
      {part.invoiceId && <Invoice part={part} />}
      {bookingId && (
        <p>
          <Link href={`/bookings/${clinicId}/${bookingId}`} className="button primary">
            {t.toBooking}
          </Link>
        </p>
      )}
      {isLost && checkout.state !== 'PAID' && bookingSlot && (
        <p>
          <Link href={bookAddress(part, bookingSlot.doctorId)} className="button primary">
            {t.again}
          </Link>
        </p>
      )}
    </>
  )
}

const bookAddress = ({ clinicId, bookingSlotId, serviceId }: CheckoutPart, doctor: string) => {
  const search = new URLSearchParams({ clinic: clinicId, doctor, service: serviceId ?? '' }).toString()
  return `/book/${clinicId}/${bookingSlotId}?${new URLSearchParams({ doctor, search })}`
}

function Invoice({ part }: { part: CheckoutPart }) {
  const { t } = useText(payTexts)
  return (
    <p className="own-note">
      <span>{part.clinic?.name}</span>
      <Link href={`/payments/${part.clinicId}/${part.invoiceId}`}>{t.invoice(part.invoice?.number ?? null)}</Link>
    </p>
  )
}
