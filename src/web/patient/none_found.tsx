import type { ReactNode } from 'react'
import { Empty } from '../parts/notice.tsx'
import { useText } from '../text/language.ts'
import { dayAndClock, longDate } from '../time.ts'
import { useAsked } from '../use_query.ts'
import type { Search } from './search.ts'
import { nextFree } from './search_slots.ts'

interface NoneFoundProps {
  search: Search
  /** Leads to another day. */
  show(date: string): void
  /** Other ways on. */
  children?: ReactNode
}

/** What to do where a search finds nothing: it names the next free time that it would find on another day. */
export function NoneFound({ search, show, children }: NoneFoundProps) {
  const { t, locale } = useText()
  const { data } = useAsked(JSON.stringify(search), async (signal) => ({ slot: await nextFree(search, signal) }))
  const { slot } = data ?? {}
  return (
    <Empty title={t.search.emptyTitle}>
      {slot && (
        <>
          <p>
            {t.search.nextFree(dayAndClock(slot.startsAt, slot.timeZone, locale), slot.doctorName, slot.clinicName)}
          </p>
          <button type="button" className="button primary" onClick={() => show(slot.slotDate)}>
            {t.search.showNext(longDate(slot.slotDate, locale))}
          </button>
        </>
      )}
      {data && !slot && <p>{t.search.empty}</p>}
      {children}
    </Empty>
  )
}
