import { graphql } from '../../data/generated/gql.ts'
import { request } from '../../data/session.ts'
import { useQuery } from '../../data/use_query.ts'
import { showToast } from '../../parts/feedback/toast.tsx'
import { Field } from '../../parts/form/field.tsx'
import { Form } from '../../parts/form/form.tsx'
import { Loaded } from '../../parts/listing.tsx'
import { useWorkplace } from '../../parts/workplace/workplace.tsx'
import { useText } from '../../text/language.ts'
import { billingTexts } from '../../text/manage/billing.ts'
import { manageTexts } from '../../text/manage/common.ts'

const TermOfPayment = graphql(`
  query TermOfPayment($clinicId: BigInt!) { policy(clinicId: $clinicId) { clinicId paymentTerm rowVersion } }
`)
const SetTermOfPayment = graphql(`
  mutation SetTermOfPayment($clinicId: BigInt!, $patch: PolicyPatch!) {
    updatePolicy(input: { clinicId: $clinicId, patch: $patch }) { policy { clinicId paymentTerm rowVersion } }
  }
`)

/** In how many days the clinic's invoices are to be paid. */
export function PaymentTerm() {
  const { t } = useText(billingTexts)
  const { t: common } = useText(manageTexts)
  const { clinic } = useWorkplace()
  const query = useQuery(TermOfPayment, { clinicId: clinic.id })
  return (
    <section className="below" aria-labelledby="payment-term">
      <h2 id="payment-term">{t.term}</h2>
      <div className="card padded">
        <Loaded query={query}>
          {({ policy }) =>
            policy && (
              <Form
                key={policy.rowVersion}
                guarded
                submit={t.saveTerm}
                reload={query.refetch}
                fieldOf={({ code }) => (code === 'check_violation' ? 'paymentTerm' : undefined)}
                onSubmit={async ({ paymentTerm }) => {
                  const patch = { paymentTerm: Number(paymentTerm), rowVersion: policy.rowVersion }
                  await request(SetTermOfPayment, { clinicId: clinic.id, patch })
                  showToast(common.saved)
                  query.refetch()
                }}
              >
                <Field
                  label={t.termDays}
                  hint={t.termHint}
                  name="paymentTerm"
                  type="number"
                  min={0}
                  max={365}
                  required
                  defaultValue={policy.paymentTerm}
                />
              </Form>
            )
          }
        </Loaded>
      </div>
    </section>
  )
}
