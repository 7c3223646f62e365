import { type ReactNode, useEffect, useState } from 'react'
import { useAsync } from '../../data/use_query.ts'
import { Problem } from '../../parts/feedback/notice.tsx'
import { useText } from '../../text/language.ts'
import { searchTexts } from '../../text/patient/search.ts'
import { commonTexts } from '../../text/shared/common.ts'
import { firstTimes } from './first_times.ts'
import type { Search } from './search.ts'
import { searchSlots } from './search_slots.ts'
import { type DrawSlot, SlotList } from './slot_list.tsx'
import type { FreeSlot } from './slots.ts'

interface FreeTimesProps {
  search: Search
  draw: DrawSlot
  /** Shown when there are none. */
  none: ReactNode
}

/** The free times of a search, page by page. Needs a `key` that changes with the search. */
export function FreeTimes({ search, draw, none }: FreeTimesProps) {
  const { t } = useText(searchTexts)
  const [earlier, setEarlier] = useState<FreeSlot[]>([])
  const [after, setAfter] = useState<string>()
  const { data, error, loading, refetch } = useAsync(JSON.stringify([search, after]), (signal) =>
    searchSlots(search, after, signal),
  )
  useEffect(() => {
    // Times may have been taken, so a reader who comes back to the page sees what is free now.
    const look = () => document.visibilityState === 'visible' && refetch()
    document.addEventListener('visibilitychange', look)
    return () => document.removeEventListener('visibilitychange', look)
  }, [refetch])

  if (error !== undefined) return <Problem error={error} retry={refetch} />
  if (!data) return <Waiting search={search} />
  const slots = [...earlier, ...data.slots.filter(({ cursor }) => cursor !== earlier.at(-1)?.cursor)]
  return (
    <section aria-label={t.results} aria-busy={loading}>
      <p className="found" role="status">
        {slots.length > 0 && t.found(slots.length, data.after !== undefined)}
      </p>
      {slots.length === 0 && data.after === undefined && none}
      <SlotList slots={slots} draw={draw} />
      {data.after !== undefined && (
        <button
          type="button"
          className="button wide-button"
          aria-disabled={loading}
          onClick={() => {
            if (loading) return
            setEarlier(slots)
            setAfter(data.after)
          }}
        >
          {t.more}
        </button>
      )}
    </section>
  )
}

/** The first times that came with the page, or placeholders for the cards, while they are loading. */
function Waiting({ search }: { search: Search }) {
  const { t, language } = useText(commonTexts)
  const isAnything = Object.values(search).every((value) => value === undefined)
  const first = isAnything ? firstTimes(language) : undefined
  if (first) return <div className="pending" aria-busy="true" ref={(place) => place?.append(first)} />
  return (
    <section className="pending" aria-busy="true">
      <p className="found" role="status">
        {t.loading}
      </p>
      <div className="day" aria-hidden="true">
        <div className="skeleton-bar heading" />
        <div className="doctor-days">
          {[1, 2, 3, 4].map((n) => (
            <div key={n} className="skeleton-bar card-skeleton" />
          ))}
        </div>
      </div>
    </section>
  )
}
