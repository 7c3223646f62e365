import { useLocation } from 'wouter'
import { graphql } from '../../data/generated/gql.ts'
import { request, useCurrentPerson } from '../../data/session.ts'
import { SignIn } from '../../parts/account_forms.tsx'
import { Empty, Loading } from '../../parts/feedback/notice.tsx'
import { showToast } from '../../parts/feedback/toast.tsx'
import { Form } from '../../parts/form/form.tsx'
import { Page } from '../../parts/layout/page.tsx'
import { useText } from '../../text/language.ts'
import { clinicTexts } from '../../text/manage/clinic.ts'
import { manageTexts } from '../../text/manage/common.ts'
import { ownZone } from '../../time/time.ts'
import { ClinicFields, clinicFieldOf } from './clinic_fields.tsx'

const CreateClinic = graphql(`
  mutation CreateClinic($clinic: ClinicInput!) {
    createClinic(input: { clinic: $clinic }) { clinic { id name } }
  }
`)

/** The page on which administrators add a clinic: /manage/new. */
export function NewClinicPage() {
  const { t } = useText(clinicTexts)
  const { t: common } = useText(manageTexts)
  const person = useCurrentPerson()
  const [, go] = useLocation()
  if (person === undefined) return <Loading />
  return (
    <Page title={common.newClinic} lead={t.newLead} narrow>
      {person === null && (
        <div className="card padded">
          <SignIn />
        </div>
      )}
      {person && !person.isAdmin && <Empty title={t.adminsOnly} />}
      {person?.isAdmin && (
        <div className="card padded">
          <Form
            guarded
            submit={t.create}
            onSubmit={async ({ name = '', timeZone = '', address, phone, email, country }) => {
              const contact = { address: address ?? null, phone: phone ?? null, email: email ?? null }
              const values = { name, timeZone, country: country?.toUpperCase() ?? null, ...contact }
              const made = (await request(CreateClinic, { clinic: values })).createClinic?.clinic
              if (!made) return
              showToast(t.created(made.name))
              go(`/manage/${made.id}`)
            }}
            fieldOf={clinicFieldOf}
          >
            <ClinicFields clinic={{ timeZone: ownZone }} />
          </Form>
        </div>
      )}
    </Page>
  )
}
