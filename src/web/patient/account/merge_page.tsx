import { useEffect, useState } from 'react'
import { Link } from 'wouter'
import { Refusal } from '../../data/client.ts'
import { graphql } from '../../data/generated/gql.ts'
import { loadCurrentPerson, type Person, request, useCurrentPerson } from '../../data/session.ts'
import { useQuery } from '../../data/use_query.ts'
import { SignIn } from '../../parts/account_forms.tsx'
import { AreaErrorTextsContext } from '../../parts/feedback/error_text.ts'
import { Loading, Notice } from '../../parts/feedback/notice.tsx'
import { Pending } from '../../parts/feedback/pending.tsx'
import { Select } from '../../parts/form/field.tsx'
import { Form } from '../../parts/form/form.tsx'
import { Page } from '../../parts/layout/page.tsx'
import { useText } from '../../text/language.ts'
import { mergeErrorTexts, mergeTexts } from '../../text/patient/merge.ts'
import { dependantsIn } from './dependants.ts'

const ConfirmMerge = graphql(`
  mutation ConfirmMerge($token: String!, $for: BigInt) {
    confirmMerge(input: { token: $token, forCustomerId: $for }) { clientMutationId }
  }
`)
const WhoseRecord = graphql(`
  query WhoseRecord {
    guardianships(first: 50, orderBy: [DEPENDANT_CUSTOMER_ID_ASC]) { nodes { ...Dependant } }
  }
`)

/**
 * The page that the link of a mail opens: /confirm-email/merge#token=…. It merges nothing before the person, signed in to the account
 * that asked, presses the button: mail scanners open links, too.
 */
export function MergePage() {
  const { t } = useText(mergeTexts)
  const person = useCurrentPerson()
  // Read once when the page opens, so that signing in does not lose it.
  const [token] = useState(() => new URLSearchParams(location.hash.slice(1)).get('token'))
  const [state, setState] = useState<'asking' | 'done' | 'invalid'>(token ? 'asking' : 'invalid')
  // The next user of this computer must not find the link.
  useEffect(() => history.replaceState(history.state, '', location.pathname), [])
  if (person === undefined) return <Loading />
  return (
    <Page title={t.title} lead={state === 'asking' ? (person ? t.pageLead : t.signIn) : undefined} narrow>
      {state === 'done' && (
        <>
          <Notice tone="good">{<p>{t.done}</p>}</Notice>
          <Link href="/bookings" className="button primary">
            {t.toBookings}
          </Link>
        </>
      )}
      {state === 'invalid' && <Notice tone="bad">{<p>{token ? t.invalid : t.noToken}</p>}</Notice>}
      {state === 'asking' && token && (
        <div className="card padded">
          {person ? (
            <Confirm
              person={person}
              confirm={async (whose) => {
                await request(ConfirmMerge, { token, for: whose })
                await loadCurrentPerson()
                setState('done')
              }}
              invalid={() => setState('invalid')}
            />
          ) : (
            <SignIn />
          )}
        </div>
      )}
    </Page>
  )
}

interface ConfirmProps {
  person: Person
  confirm(whose: string | null): Promise<void>
  invalid(): void
}

function Confirm({ person, confirm, invalid }: ConfirmProps) {
  const { t } = useText(mergeTexts)
  const { data, pending } = useQuery(WhoseRecord, {})
  const dependants = dependantsIn(data?.guardianships?.nodes, person)
  return (
    <AreaErrorTextsContext value={mergeErrorTexts}>
      <Form
        submit={t.confirm}
        onSubmit={({ whose }) => confirm(whose || null)}
        onRefusal={(refusal) => {
          const isInvalid = refusal instanceof Refusal && refusal.code === 'merge_link_invalid'
          if (isInvalid) invalid()
          return isInvalid
        }}
      >
        <Pending when={pending} />
        {dependants.length > 0 && (
          <Select label={t.whose} name="whose" defaultValue="">
            <option value="">{t.me(person.fullName ?? '')}</option>
            {dependants.map(({ id, fullName }) => (
              <option key={id} value={id}>
                {fullName}
              </option>
            ))}
          </Select>
        )}
      </Form>
    </AreaErrorTextsContext>
  )
}
