import { Link } from 'wouter'
import { graphql } from '../../data/generated/gql.ts'
import type { MyInvoicesQuery } from '../../data/generated/graphql.ts'
import { usePaginatedQuery } from '../../data/use_paginated_query.ts'
import { AreaErrorTextsContext } from '../../parts/feedback/error_text.ts'
import { Empty, Problem } from '../../parts/feedback/notice.tsx'
import { useMoney } from '../../parts/money/use_money.ts'
import { useText } from '../../text/language.ts'
import { payErrorTexts } from '../../text/patient/pay.ts'
import { paymentsTexts } from '../../text/patient/payments.ts'
import { localDate, longDate } from '../../time/time.ts'
import { LoadMore } from './load_more.tsx'
import { PayTogether } from './pay_together.tsx'
import '../pay/pay.css'

const MyInvoices = graphql(`
  query MyInvoices($customerIds: [BigInt!]!, $states: [InvoiceState!]!, $after: Cursor) {
    invoices(
      filter: { customerId: { in: $customerIds }, state: { in: $states } }
      orderBy: [CREATED_AT_DESC], first: 20, after: $after
    ) {
      nodes {
        id clinicId number state currency total due issuedAt dueOn createdAt clinic { name timeZone } customer { id fullName }
      }
      pageInfo { hasNextPage endCursor }
    }
  }
`)

type Row = NonNullable<NonNullable<MyInvoicesQuery['invoices']>['nodes'][number]>

interface InvoicesProps {
  customerIds: string[]
  ownName: string | null
}

/** The invoices of a patient, first those that are to be paid. */
export function Invoices({ customerIds, ownName }: InvoicesProps) {
  const { t } = useText(paymentsTexts)
  const read = (data: MyInvoicesQuery) => data.invoices
  const open = usePaginatedQuery(MyInvoices, { customerIds, states: ['OPEN'] }, read, { all: true })
  const others = usePaginatedQuery(MyInvoices, { customerIds, states: ['DRAFT', 'SETTLED', 'VOID'] }, read)
  const error = open.error ?? others.error
  if (error !== undefined) {
    const retry = () => {
      open.refetch()
      others.refetch()
    }
    return <Problem error={error} retry={retry} />
  }
  if (!open.data || !others.data) return <div className="pending skeleton-bar card-skeleton" aria-hidden="true" />
  if (open.data.nodes.length + others.data.nodes.length === 0) {
    return (
      <Empty title={t.none}>
        <p>{t.noneLead}</p>
      </Empty>
    )
  }
  return (
    <>
      <Rows title={t.open} rows={open.data.nodes} ownName={ownName} />
      <AreaErrorTextsContext value={payErrorTexts}>
        <PayTogether invoices={open.data.nodes} />
      </AreaErrorTextsContext>
      <Rows title={t.others} rows={others.data.nodes} ownName={ownName} />
      <LoadMore {...others} />
    </>
  )
}

function Rows({ title, rows, ownName }: { title: string; rows: Row[]; ownName: string | null }) {
  if (rows.length === 0) return null
  return (
    <section className="booking-rows">
      <h2>{title}</h2>
      <ul>
        {rows.map((row) => (
          <li key={row.id}>
            <InvoiceRow row={row} ownName={ownName} />
          </li>
        ))}
      </ul>
    </section>
  )
}

function InvoiceRow({ row, ownName }: { row: Row; ownName: string | null }) {
  const { t, locale } = useText(paymentsTexts)
  const money = useMoney()
  const { id, clinicId, clinic, number, state, currency, total, due, customer, issuedAt, dueOn, createdAt } = row
  return (
    <Link href={`/payments/${clinicId}/${id}`} className="card booking-row">
      <span className="booking-words">
        <strong>{t.numbered(number)}</strong>
        <span>{clinic?.name}</span>
        {clinic && <small>{longDate(localDate(issuedAt ?? createdAt, clinic.timeZone), locale)}</small>}
        {state === 'OPEN' && dueOn && <small>{t.dueOn(longDate(dueOn, locale))}</small>}
        {customer && customer.fullName !== ownName && <small>{t.of(customer.fullName)}</small>}
      </span>
      <span className="row-amount">
        <strong>{money?.text(state === 'OPEN' ? due : total, currency)}</strong>
        <small>{t.states[state]}</small>
      </span>
    </Link>
  )
}
