import { useState } from 'react'
import { graphql } from '../../data/generated/gql.ts'
import { request } from '../../data/session.ts'
import { useErrorText } from '../../parts/feedback/error_text.ts'
import { Empty } from '../../parts/feedback/notice.tsx'
import { showToast, Toast } from '../../parts/feedback/toast.tsx'
import { Page } from '../../parts/layout/page.tsx'
import { Loaded } from '../../parts/listing.tsx'
import { useMoney } from '../../parts/money/use_money.ts'
import { useWorkplace } from '../../parts/workplace/workplace.tsx'
import { accountTexts } from '../../text/desk/account.ts'
import { useText } from '../../text/language.ts'
import { type Account, AccountContext, creditOf, dueIn, useAccount, useAccountQueries } from './account.ts'
import { GoodwillSheet } from './credit_sheets.tsx'
import { Invoices } from './invoices.tsx'
import { PaymentSheet } from './payment_sheet.tsx'
import { Payments } from './payments.tsx'
import './account.css'

const CreateInvoice = graphql(`
  mutation DeskCreateInvoice($input: CreateInvoiceInput!) { createInvoice(input: $input) { invoice { id } } }
`)

/** The account of a patient in the clinic's records: what is due, invoices, payments and credit. */
export default function AccountPage({ customerId }: { customerId: string }) {
  const { t } = useText(accountTexts)
  const { clinic } = useWorkplace()
  const { head, invoices, payments, error, changed } = useAccountQueries(clinic.id, customerId)
  const money = useMoney()
  const person = head?.clinicCustomer
  const data =
    head && invoices && payments && money
      ? { ...head, invoices, payments, money, person: head.clinicCustomer }
      : undefined
  return (
    <Page
      title={person?.fullName ?? t.account}
      lead={[person?.phone, person?.email].filter(Boolean).join(' · ')}
      back={{ href: `/desk/${clinic.id}/accounts`, label: t.title }}
    >
      <Loaded query={{ ...(data && { data }), error, loading: !data, pending: !data, refetch: changed }}>
        {(loaded) =>
          loaded.person ? (
            <AccountContext
              value={
                {
                  clinicId: clinic.id,
                  customerId,
                  name: loaded.person.fullName,
                  currency: loaded.policy?.currency ?? '',
                  invoices: loaded.invoices,
                  payments: loaded.payments,
                  creditIn: (currency) => creditOf(loaded, currency)?.available ?? '0',
                  reservedIn: (currency) => creditOf(loaded, currency)?.reserved ?? '0',
                  money: loaded.money,
                  changed,
                } satisfies Account
              }
            >
              <Summary />
              <Invoices />
              <Payments />
            </AccountContext>
          ) : (
            <Empty title={t.noRecord} />
          )
        }
      </Loaded>
      <Toast />
    </Page>
  )
}

/** What is due, the credit, and what can be done with the account. */
function Summary() {
  const { t } = useText(accountTexts)
  const { isManager } = useWorkplace()
  const errorText = useErrorText()
  const { clinicId, customerId, currency, invoices, creditIn, reservedIn, money, changed } = useAccount()
  const [opened, setOpened] = useState<'pay' | 'goodwill'>()
  const close = () => setOpened(undefined)
  async function addInvoice() {
    try {
      await request(CreateInvoice, { input: { clinicId, customerId } })
      showToast(t.saved)
    } catch (error) {
      showToast(errorText(error))
    }
    changed()
  }
  return (
    <>
      <dl className="account-figures card padded">
        <div>
          <dt>{t.due}</dt>
          <dd>{money.text(dueIn(invoices, currency), currency)}</dd>
        </div>
        <div>
          <dt>{t.credit}</dt>
          <dd>
            {money.text(creditIn(currency), currency)}
            {reservedIn(currency) !== '0' && <small>{t.reserved(money.text(reservedIn(currency), currency))}</small>}
          </dd>
        </div>
      </dl>
      <div className="account-actions">
        <button type="button" className="button primary" onClick={() => setOpened('pay')}>
          {t.pay}
        </button>
        <button type="button" className="button" onClick={addInvoice}>
          {t.newInvoice}
        </button>
        {isManager && (
          <button type="button" className="button" onClick={() => setOpened('goodwill')}>
            {t.goodwill}
          </button>
        )}
      </div>
      {opened === 'pay' && <PaymentSheet close={close} />}
      {opened === 'goodwill' && <GoodwillSheet close={close} />}
    </>
  )
}
