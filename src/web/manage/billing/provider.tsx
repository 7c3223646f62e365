import { useState } from 'react'
import { graphql } from '../../data/generated/gql.ts'
import type { ProviderOfClinicQuery } from '../../data/generated/graphql.ts'
import { request } from '../../data/session.ts'
import { useQuery } from '../../data/use_query.ts'
import { showToast } from '../../parts/feedback/toast.tsx'
import { Field, Select } from '../../parts/form/field.tsx'
import { Form } from '../../parts/form/form.tsx'
import { Loaded } from '../../parts/listing.tsx'
import { useWorkplace } from '../../parts/workplace/workplace.tsx'
import { useText } from '../../text/language.ts'
import { billingTexts } from '../../text/manage/billing.ts'
import { manageTexts } from '../../text/manage/common.ts'

const ProviderOfClinic = graphql(`
  query ProviderOfClinic($clinicId: BigInt!) { providerAccount(clinicId: $clinicId) { provider account } }
`)
const SetProvider = graphql(`
  mutation SetProvider($input: SetProviderAccountInput!) { setProviderAccount(input: $input) { policy { clinicId } } }
`)

const providers = ['none', 'stripe', 'development'] as const

/** How patients pay the clinic online. */
export function Provider() {
  const { t } = useText(billingTexts)
  const { clinic } = useWorkplace()
  const query = useQuery(ProviderOfClinic, { clinicId: clinic.id })
  return (
    <section className="below" aria-labelledby="provider">
      <h2 id="provider">{t.online}</h2>
      <div className="card padded">
        <p className="hint">{t.onlineLead}</p>
        <Loaded query={query}>{(data) => <ProviderForm stored={data.providerAccount} />}</Loaded>
      </div>
    </section>
  )
}

function ProviderForm({ stored }: { stored: ProviderOfClinicQuery['providerAccount'] }) {
  const { t } = useText(billingTexts)
  const { t: common } = useText(manageTexts)
  const { clinic } = useWorkplace()
  const [provider, choose] = useState<string>(stored?.provider ?? 'none')
  return (
    <Form
      guarded
      submit={common.save}
      onSubmit={async ({ account }) => {
        const chosen = provider === 'none' ? null : provider
        await request(SetProvider, {
          input: { clinicId: clinic.id, provider: chosen, account: account ?? null },
        })
        showToast(common.saved)
      }}
    >
      <Select label={t.provider} name="provider" value={provider} onChange={choose}>
        {providers.map((it) => (
          <option key={it} value={it}>
            {t.providers[it]}
          </option>
        ))}
      </Select>
      {provider === 'stripe' && (
        <Field
          label={`${t.providerAccount} (${common.optional})`}
          hint={t.providerAccountHint}
          name="account"
          defaultValue={stored?.account ?? ''}
          maxLength={100}
          autoComplete="off"
        />
      )}
    </Form>
  )
}
