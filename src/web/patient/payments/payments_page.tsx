import { graphql } from '../../data/generated/gql.ts'
import { type Person, useCurrentPerson } from '../../data/session.ts'
import { useQuery } from '../../data/use_query.ts'
import { AccountForms } from '../../parts/account_forms.tsx'
import { Notice, Problem } from '../../parts/feedback/notice.tsx'
import { Page } from '../../parts/layout/page.tsx'
import { useText } from '../../text/language.ts'
import { paymentsTexts } from '../../text/patient/payments.ts'
import { profileTexts } from '../../text/patient/profile.ts'
import { BegunPayments } from './begun_payments.tsx'
import { Credits } from './credits.tsx'
import { Invoices } from './invoices.tsx'
import { Payments } from './payments.tsx'

const MyClinics = graphql(`
  query MyClinics {
    clinicsWithRecords(first: 100) { nodes { id } }
  }
`)

/** The invoices, payments and credit of a patient and of those for whom they book. */
export function PaymentsPage() {
  const { t } = useText(paymentsTexts)
  const { t: profile } = useText(profileTexts)
  const person = useCurrentPerson()
  const customerIds = customerIdsOf(person)
  return (
    <Page title={t.title} narrow lead={person === null ? t.signIn : t.lead}>
      {person === null && (
        <div className="card padded">
          <AccountForms newFirst={false} />
        </div>
      )}
      {person && customerIds.length === 0 && <Notice tone="plain">{<p>{profile.noCustomer}</p>}</Notice>}
      {person && customerIds.length > 0 && <Money customerIds={customerIds} ownName={person.fullName} />}
    </Page>
  )
}

function Money({ customerIds, ownName }: { customerIds: string[]; ownName: string | null }) {
  const { data, error, refetch } = useQuery(MyClinics, {})
  if (error !== undefined) return <Problem error={error} retry={refetch} />
  if (!data) return <div className="pending skeleton-bar card-skeleton" aria-hidden="true" />
  const clinicIds = data.clinicsWithRecords?.nodes.flatMap((clinic) => (clinic ? [clinic.id] : [])) ?? []
  const whose = { customerIds, clinicIds }
  return (
    <>
      <BegunPayments whose={whose} />
      <Invoices whose={whose} ownName={ownName} />
      <Credits whose={whose} />
      <Payments whose={whose} />
    </>
  )
}

const customerIdsOf = (person: Person | null | undefined): string[] =>
  person?.customerIds?.flatMap((id) => id ?? []) ?? []
