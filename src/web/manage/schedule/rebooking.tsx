import { RebookingList } from '../../parts/workplace/rebooking_list.tsx'
import { useText } from '../../text/language.ts'
import { manageTexts } from '../../text/manage/common.ts'
import { rebookingTexts } from '../../text/manage/schedule/rebooking.ts'
import { Section } from '../parts/section.tsx'

/** The rebooking list, as a section for managers. */
export function RebookingSection() {
  const { t } = useText(rebookingTexts)
  const { t: common } = useText(manageTexts)
  return (
    <Section title={common.section.rebooking} lead={t.lead}>
      <RebookingList />
    </Section>
  )
}
