import { NotFound } from '../parts/feedback/notice.tsx'
import { Toast } from '../parts/feedback/toast.tsx'
import { Page } from '../parts/layout/page.tsx'
import { RebookingList } from '../parts/workplace/rebooking_list.tsx'
import { useWorkplace } from '../parts/workplace/workplace.tsx'
import { dayTexts } from '../text/desk/day.ts'
import { useText } from '../text/language.ts'
import { rebookingTexts } from '../text/manage/schedule/rebooking.ts'

/** The rebooking list, for the desk. */
export function RebookingPage() {
  const { t } = useText(dayTexts)
  const { t: rebooking } = useText(rebookingTexts)
  const { clinic, isDesk } = useWorkplace()
  if (!isDesk) return <NotFound />
  return (
    <Page title={t.rebooking} lead={rebooking.lead} back={{ href: `/desk/${clinic.id}`, label: t.toDay }} wide>
      <RebookingList />
      <Toast />
    </Page>
  )
}
