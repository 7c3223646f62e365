import { Absences } from '../../parts/workplace/absences/absences.tsx'
import { useText } from '../../text/language.ts'
import { absencesTexts } from '../../text/manage/schedule/absences.ts'
import { Section } from '../parts/section.tsx'

/** The absences, as a section for managers. */
export function AbsencesSection() {
  const { t } = useText(absencesTexts)
  return (
    <Section title={t.title} lead={t.lead}>
      <Absences />
    </Section>
  )
}
