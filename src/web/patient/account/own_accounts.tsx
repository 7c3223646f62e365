import { useState } from 'react'
import { graphql } from '../../data/generated/gql.ts'
import { loadCurrentPerson, request } from '../../data/session.ts'
import { useQuery } from '../../data/use_query.ts'
import { Notice, Problem } from '../../parts/feedback/notice.tsx'
import { Pending } from '../../parts/feedback/pending.tsx'
import { Field } from '../../parts/form/field.tsx'
import { Form } from '../../parts/form/form.tsx'
import { useText } from '../../text/language.ts'
import { ownAccountsTexts } from '../../text/patient/own_accounts.ts'
import { useCurrentPassword } from './use_current_password.ts'

const Merges = graphql(`
  query Merges($id: BigInt!) {
    customer(id: $id) {
      customerMergesByIntoCustomerId(first: 100) {
        nodes { id basis mergedAt undoneAt fromCustomerId fromCustomer { fullName } }
      }
    }
  }
`)
const RequestAccountMerge = graphql(`
  mutation RequestAccountMerge($email: String!, $currentPassword: String) {
    requestAccountMerge(input: { email: $email, currentPassword: $currentPassword }) { clientMutationId }
  }
`)
const UndoMerge = graphql(`
  mutation UndoMerge($id: BigInt!) { undoMerge(input: { customerId: $id }) { clientMutationId } }
`)

/** Merges another account of the same person by a mailed link, and lists the merged ones, which can be separated again. */
export function OwnAccounts({ id }: { id: string }) {
  const { t } = useText(ownAccountsTexts)
  const password = useCurrentPassword(t.wrong)
  const [asked, setAsked] = useState<string[]>([])
  return (
    <section className="card padded" aria-labelledby="accounts">
      <h2 id="accounts">{t.section}</h2>
      <p>{t.lead}</p>
      <Merged id={id} />
      {asked.length > 0 && <Notice tone="good">{<p>{t.asked(asked.at(-1) ?? '')}</p>}</Notice>}
      <Form
        key={asked.length}
        submit={t.ask}
        onSubmit={async ({ otherEmail = '', ownPassword = '' }) => {
          password.clear()
          await request(RequestAccountMerge, { email: otherEmail, currentPassword: ownPassword })
          setAsked((before) => [...before, otherEmail])
        }}
        onRefusal={password.onRefusal}
      >
        <Field label={t.address} name="otherEmail" type="email" autoComplete="off" required />
        <Field label={t.password} name="ownPassword" {...password.field} />
      </Form>
    </section>
  )
}

function Merged({ id }: { id: string }) {
  const { t, locale } = useText(ownAccountsTexts)
  const { data, pending, refetch } = useQuery(Merges, { id })
  const [error, setError] = useState<unknown>()
  const merges = (data?.customer?.customerMergesByIntoCustomerId.nodes ?? []).flatMap((merge) =>
    merge && !merge.undoneAt ? [merge] : [],
  )
  if (merges.length === 0) return <Pending when={pending} />
  const separate = (customerId: string) =>
    request(UndoMerge, { id: customerId }).then(async () => {
      refetch()
      await loadCurrentPerson()
    }, setError)
  return (
    <div className="records">
      <h3>{t.together}</h3>
      {error !== undefined && <Problem error={error} />}
      <ul className="family">
        {merges.map(({ id: mergeId, basis, mergedAt, fromCustomerId, fromCustomer }) => {
          const name = fromCustomer?.fullName ?? ''
          const day = new Date(mergedAt).toLocaleDateString(locale, { day: 'numeric', month: 'long', year: 'numeric' })
          return (
            <li key={mergeId}>
              <span>
                <strong>{name}</strong>
                <small>{[t.bases[basis], t.since(day)].join(' · ')}</small>
              </span>
              <button
                type="button"
                className="button quiet-danger"
                aria-label={t.separateOf(name, t.bases[basis])}
                onClick={() => void separate(fromCustomerId)}
              >
                {t.separate}
              </button>
            </li>
          )
        })}
      </ul>
    </div>
  )
}
