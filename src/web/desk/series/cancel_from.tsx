import { useState } from 'react'
import { request } from '../../data/session.ts'
import { useKeyed } from '../../data/use_keyed.ts'
import { showToast } from '../../parts/feedback/toast.tsx'
import { Sheet } from '../../parts/layout/sheet.tsx'
import { useWorkplace } from '../../parts/workplace/workplace.tsx'
import { seriesTexts } from '../../text/desk/series.ts'
import { useText } from '../../text/language.ts'
import { EndForm } from '../slot/end_form.tsx'
import { CancelSeries } from './documents.ts'

interface CancelFromProps {
  seriesId: string
  fromDate: string
  /** How many visits there are from this date on. */
  count: number
  done(): void
}

/** Cancels the visits of a series from a date on, after a question. */
export function CancelFrom({ seriesId, fromDate, count, done }: CancelFromProps) {
  const { t } = useText(seriesTexts)
  const { clinic } = useWorkplace()
  const keyed = useKeyed()
  const [isAsking, setIsAsking] = useState(false)
  async function cancel(reason: string | undefined) {
    const input = keyed({ clinicId: clinic.id, seriesId, fromDate, reason })
    const ended = (await request(CancelSeries, { input })).cancelSeries?.bookings ?? []
    setIsAsking(false)
    showToast(t.cancelDone(ended.length))
    done()
  }
  return (
    <>
      <button type="button" className="button quiet-danger" onClick={() => setIsAsking(true)}>
        {t.cancel}
      </button>
      {isAsking && (
        <Sheet title={t.cancelTitle(count)} close={() => setIsAsking(false)}>
          <EndForm submit={t.cancel} act={cancel} keep={() => setIsAsking(false)} />
        </Sheet>
      )}
    </>
  )
}
