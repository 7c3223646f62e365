import { useState } from 'react'
import { AreaErrorTextsContext } from '../../parts/feedback/error_text.ts'
import { Notice } from '../../parts/feedback/notice.tsx'
import { Form } from '../../parts/form/form.tsx'
import { useText } from '../../text/language.ts'
import { waitingErrorTexts, waitingTexts } from '../../text/patient/waiting.ts'

/** A button that puts the patient on the waiting list, and afterwards says so. */
export function WaitButton({ label, joined, join }: { label: string; joined: string; join(): Promise<unknown> }) {
  const { t } = useText(waitingTexts)
  const [done, setDone] = useState(false)
  if (done) return <Notice tone="good">{<p>{joined}</p>}</Notice>
  return (
    <AreaErrorTextsContext value={waitingErrorTexts}>
      <Form
        submit={label}
        plain
        onSubmit={async () => {
          await join()
          setDone(true)
        }}
      >
        <p className="hint">{t.notifyLead}</p>
      </Form>
    </AreaErrorTextsContext>
  )
}
