import { Link } from 'wouter'
import { graphql } from '../../data/generated/gql.ts'
import { usePaginatedQuery } from '../../data/use_paginated_query.ts'
import { Empty } from '../../parts/feedback/notice.tsx'
import { Listing } from '../../parts/listing.tsx'
import { useWorkplace } from '../../parts/workplace/workplace.tsx'
import { useText } from '../../text/language.ts'
import { billingTexts } from '../../text/manage/billing.ts'
import { dateText, localDate } from '../../time/time.ts'
import { useCurrency } from './use_currency.ts'

const OpenInvoices = graphql(`
  query OpenInvoices($clinicId: BigInt!, $after: Cursor) {
    invoices(
      filter: { clinicId: { equalTo: $clinicId }, state: { equalTo: OPEN } }
      orderBy: [ISSUED_AT_ASC, ID_ASC], first: 20, after: $after
    ) {
      nodes { id number currency due issuedAt dueOn customerId clinicCustomer { fullName } }
      pageInfo { hasNextPage endCursor }
    }
  }
`)

/** The invoices on which something is due, the oldest first. */
export function OpenItems() {
  const { t, locale } = useText(billingTexts)
  const { clinic } = useWorkplace()
  const money = useCurrency()?.money
  const query = usePaginatedQuery(OpenInvoices, { clinicId: clinic.id }, ({ invoices }) => invoices)
  const date = (instant: string) => dateText(localDate(instant, clinic.timeZone), locale, { dateStyle: 'medium' })
  return (
    <section aria-labelledby="open-items">
      <h2 id="open-items">{t.openItems}</h2>
      <Listing
        query={query}
        empty={
          <Empty title={t.noOpenItems}>
            <p>{t.noOpenItemsHint}</p>
          </Empty>
        }
      >
        {({ number, currency, due, issuedAt, dueOn, customerId, clinicCustomer }) => (
          <>
            <div className="row-words">
              <h3 className="row-title">{clinicCustomer?.fullName}</h3>
              <p className="row-more">
                {number} · {issuedAt && t.issued(date(issuedAt))}
                {dueOn && ` · ${t.dueOn(dateText(dueOn, locale, { dateStyle: 'medium' }))}`}
              </p>
            </div>
            <strong className="number">{money?.text(due, currency)}</strong>
            <div className="row-actions">
              <Link href={`/desk/${clinic.id}/account/${customerId}`} className="button small">
                {t.account}
                <span className="visually-hidden">, {clinicCustomer?.fullName}</span>
              </Link>
            </div>
          </>
        )}
      </Listing>
    </section>
  )
}
