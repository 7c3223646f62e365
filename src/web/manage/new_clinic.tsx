import { useLocation } from 'wouter'
import { graphql } from '../graphql/generated/gql.ts'
import { SignIn } from '../parts/account_forms.tsx'
import { Empty, Loading } from '../parts/notice.tsx'
import { Page } from '../parts/page.tsx'
import { ask, useWho } from '../session.ts'
import { ownZone } from '../time.ts'
import { ClinicFields, clinicFieldOf } from './clinic_fields.tsx'
import { EditForm } from './form.tsx'
import { say } from './say.tsx'
import { useClinicText } from './text/clinic.ts'
import { useManageText } from './text/common.ts'

const CreateClinic = graphql(`
  mutation CreateClinic($clinic: ClinicInput!) {
    createClinic(input: { clinic: $clinic }) { clinic { id name } }
  }
`)

/** A clinic that has not been there: /manage/new, for administrators. */
export function NewClinicPage() {
  const { t } = useClinicText()
  const { t: common } = useManageText()
  const who = useWho()
  const [, go] = useLocation()
  if (who === undefined) return <Loading />
  return (
    <Page title={common.newClinic} lead={t.newLead} narrow>
      {who === null && (
        <div className="card padded">
          <SignIn />
        </div>
      )}
      {who && !who.isAdmin && <Empty title={t.adminsOnly} />}
      {who?.isAdmin && (
        <div className="card padded">
          <EditForm
            submit={t.create}
            save={async ({ name = '', timeZone = '', address, phone, email, country }) => {
              const contact = { address: address ?? null, phone: phone ?? null, email: email ?? null }
              const values = { name, timeZone, country: country?.toUpperCase() ?? null, ...contact }
              const made = (await ask(CreateClinic, { clinic: values })).createClinic?.clinic
              if (!made) return
              say(t.created(made.name))
              go(`/manage/${made.id}`)
            }}
            fieldOf={clinicFieldOf}
          >
            <ClinicFields clinic={{ timeZone: ownZone }} />
          </EditForm>
        </div>
      )}
    </Page>
  )
}
