import { useLocation } from 'wouter'
import { Page } from '../../parts/layout/page.tsx'
import { useWorkplace } from '../../parts/workplace/workplace.tsx'
import { accountTexts } from '../../text/desk/account.ts'
import { dayTexts } from '../../text/desk/day.ts'
import { useText } from '../../text/language.ts'
import { PatientField } from '../slot/patient_field.tsx'

/** Finds the account of a patient. */
export default function AccountsPage() {
  const { t } = useText(accountTexts)
  const { t: day } = useText(dayTexts)
  const { clinic } = useWorkplace()
  const [, go] = useLocation()

  return (
    <Page title={t.title} lead={t.lead} back={{ href: `/desk/${clinic.id}`, label: day.toDay }} narrow>
      <div className="card padded">
        <PatientField
          patient={undefined}
          choose={(patient) => patient && go(`/desk/${clinic.id}/account/${patient.id}`)}
          isMissing={false}
        />
      </div>
    </Page>
  )
}
