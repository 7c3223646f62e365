import { useState } from 'react'
import { NotFound } from '../../parts/feedback/notice.tsx'
import { Toast } from '../../parts/feedback/toast.tsx'
import { Page } from '../../parts/layout/page.tsx'
import { useWorkplace } from '../../parts/workplace/workplace.tsx'
import { dayTexts } from '../../text/desk/day.ts'
import { deskWaitingTexts } from '../../text/desk/waiting.ts'
import { useText } from '../../text/language.ts'
import { JoinSheet } from './join_sheet.tsx'
import { WaitingPatients } from './waiting_patients.tsx'

/** The waiting list of the clinic, for the desk. */
export default function WaitingPage() {
  const { t } = useText(deskWaitingTexts)
  const { t: day } = useText(dayTexts)
  const { clinic, isDesk } = useWorkplace()
  const [isAdding, setAdding] = useState(false)
  const [version, setVersion] = useState(0)
  if (!isDesk) return <NotFound />
  return (
    <Page title={t.title} lead={t.lead} back={{ href: `/desk/${clinic.id}`, label: day.toDay }} wide>
      <div className="waiting-bar">
        <p className="hint">{t.order}</p>
        <button type="button" className="button primary" onClick={() => setAdding(true)}>
          {t.add}
        </button>
      </div>
      <WaitingPatients key={version} />
      {isAdding && <JoinSheet saved={() => setVersion(version + 1)} close={() => setAdding(false)} />}
      <Toast />
    </Page>
  )
}
