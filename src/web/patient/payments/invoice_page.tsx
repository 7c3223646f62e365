import { Link } from 'wouter'
import { useCurrentPerson } from '../../data/session.ts'
import { useQuery } from '../../data/use_query.ts'
import { AccountForms } from '../../parts/account_forms.tsx'
import { AreaErrorTextsContext } from '../../parts/feedback/error_text.ts'
import { Notice, Problem } from '../../parts/feedback/notice.tsx'
import { Pending } from '../../parts/feedback/pending.tsx'
import { Page } from '../../parts/layout/page.tsx'
import { useText } from '../../text/language.ts'
import { payErrorTexts } from '../../text/patient/pay.ts'
import { paymentsTexts } from '../../text/patient/payments.ts'
import { localDate, longDate } from '../../time/time.ts'
import { DownloadInvoice } from './download_invoice.tsx'
import { InvoiceAmounts } from './invoice_amounts.tsx'
import { MyInvoice, type MyInvoiceRow } from './my_invoice.ts'
import { PayInvoice } from './pay_invoice.tsx'

/** One invoice of a patient: what it charges, what was paid, and how the rest is paid. */
export function InvoicePage({ clinicId, id }: { clinicId: string; id: string }) {
  const { t } = useText(paymentsTexts)
  const person = useCurrentPerson()
  const { data, error, pending, refetch } = useQuery(MyInvoice, person ? { clinicId, id } : null)
  const invoice = data?.invoice
  if (person === null) {
    return (
      <Page title={t.invoice} lead={t.signIn} narrow>
        <div className="card padded">
          <AccountForms newFirst={false} />
        </div>
      </Page>
    )
  }
  return (
    <AreaErrorTextsContext value={payErrorTexts}>
      <Page
        title={invoice ? t.numbered(invoice.number) : t.invoice}
        back={{ href: '/payments', label: t.back }}
        about={id}
        narrow
      >
        <Pending when={pending} />
        {error !== undefined && <Problem error={error} retry={refetch} />}
        {data && !invoice && <Notice tone="plain">{<p>{t.notFound}</p>}</Notice>}
        {invoice && <Invoice invoice={invoice} ownName={person?.fullName} changed={refetch} />}
      </Page>
    </AreaErrorTextsContext>
  )
}

interface InvoiceProps {
  invoice: MyInvoiceRow
  ownName: string | null | undefined
  changed(): void
}

function Invoice({ invoice, ownName, changed }: InvoiceProps) {
  const { t, locale } = useText(paymentsTexts)
  const { clinic, clinicId, customer, issuedAt, dueOn, state, invoiceLines } = invoice
  const bookingId = invoiceLines.nodes.find((line) => line?.kind === 'VISIT')?.bookingId
  return (
    <>
      <div className="card padded">
        <p>
          <strong>{clinic?.name}</strong>
        </p>
        {customer && customer.fullName !== ownName && <p>{t.of(customer.fullName)}</p>}
        <p>
          {t.states[state]}
          {issuedAt && clinic && `. ${t.issued(longDate(localDate(issuedAt, clinic.timeZone), locale))}`}
          {state === 'OPEN' && dueOn && `. ${t.dueOn(longDate(dueOn, locale))}`}
        </p>
        <InvoiceAmounts invoice={invoice} />
      </div>
      <PayInvoice invoice={invoice} changed={changed} />
      <div className="actions">
        <DownloadInvoice invoice={invoice} />
        {bookingId && (
          <Link href={`/bookings/${clinicId}/${bookingId}`} className="button">
            {t.toBooking}
          </Link>
        )}
      </div>
    </>
  )
}
