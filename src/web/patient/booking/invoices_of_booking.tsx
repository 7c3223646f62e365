import { Link } from 'wouter'
import { graphql } from '../../data/generated/gql.ts'
import { useQuery } from '../../data/use_query.ts'
import { Pending } from '../../parts/feedback/pending.tsx'
import { useText } from '../../text/language.ts'
import { bookingsTexts } from '../../text/patient/bookings.ts'

const InvoicesOfVisit = graphql(`
  query InvoicesOfVisit($clinicId: BigInt!, $bookingId: BigInt!) {
    invoiceLines(filter: { clinicId: { equalTo: $clinicId }, bookingId: { equalTo: $bookingId } }, orderBy: [ID_ASC], first: 50) {
      nodes { invoice { id number } }
    }
  }
`)

/** Links to the invoices of a visit. Shows nothing if there are none. */
export function InvoicesOfBooking({ clinicId, bookingId }: { clinicId: string; bookingId: string }) {
  const { t } = useText(bookingsTexts)
  const { data, pending } = useQuery(InvoicesOfVisit, { clinicId, bookingId })
  if (pending) return <Pending />
  const invoices = new Map(
    data?.invoiceLines?.nodes.flatMap((line) => (line?.invoice ? [[line.invoice.id, line.invoice]] : [])),
  )
  return [...invoices.values()].map(({ id, number }) => (
    <p key={id}>
      <Link href={`/payments/${clinicId}/${id}`}>{[t.invoice, number].filter(Boolean).join(' ')}</Link>
    </p>
  ))
}
