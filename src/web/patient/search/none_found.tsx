import type { ReactNode } from 'react'
import { useAsync } from '../../data/use_query.ts'
import { Empty } from '../../parts/feedback/notice.tsx'
import { Pending } from '../../parts/feedback/pending.tsx'
import { useText } from '../../text/language.ts'
import { searchTexts } from '../../text/patient/search.ts'
import { dayAndClock, longDate } from '../../time/time.ts'
import type { Search } from './search.ts'
import { nextFree } from './search_slots.ts'

interface NoneFoundProps {
  search: Search
  /** Called with the day of the next free time. */
  show(date: string): void
  /** Other actions. */
  children?: ReactNode
}

/** Shown when a search finds nothing: names the next free time on another day. */
export function NoneFound({ search, show, children }: NoneFoundProps) {
  const { t, locale } = useText(searchTexts)
  const { data, pending } = useAsync(JSON.stringify(search), async (signal) => ({
    slot: await nextFree(search, signal),
  }))
  const { slot } = data ?? {}
  return (
    <Empty title={t.emptyTitle}>
      <Pending when={pending} />
      {slot && (
        <>
          <p>{t.nextFree(dayAndClock(slot.startsAt, slot.timeZone, locale), slot.doctorName, slot.clinicName)}</p>
          <button type="button" className="button primary" onClick={() => show(slot.slotDate)}>
            {t.showNext(longDate(slot.slotDate, locale))}
          </button>
        </>
      )}
      {data && !slot && <p>{t.empty}</p>}
      {children}
    </Empty>
  )
}
