import { NotFound } from '../parts/notice.tsx'
import { Page } from '../parts/page.tsx'
import { RebookingList } from '../parts/rebooking_list.tsx'
import { Toast } from '../parts/toast.tsx'
import { useWorkplace } from '../parts/workplace.tsx'
import { dayTexts } from '../text/desk/day.ts'
import { useText } from '../text/language.ts'
import { rebookingTexts } from '../text/manage/rebooking.ts'

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
