import { Toast } from '../parts/feedback/toast.tsx'
import { Page } from '../parts/layout/page.tsx'
import { Absences } from '../parts/workplace/absences/absences.tsx'
import { useWorkplace } from '../parts/workplace/workplace.tsx'
import { dayTexts } from '../text/desk/day.ts'
import { useText } from '../text/language.ts'
import { absencesTexts } from '../text/manage/schedule/absences.ts'

/** The absences, for the desk, and for doctors their own. */
export default function AbsencesPage() {
  const { t: day } = useText(dayTexts)
  const { t } = useText(absencesTexts)
  const { clinic } = useWorkplace()
  return (
    <Page title={t.title} lead={t.lead} back={{ href: `/desk/${clinic.id}`, label: day.toDay }} wide>
      <Absences />
      <Toast />
    </Page>
  )
}
