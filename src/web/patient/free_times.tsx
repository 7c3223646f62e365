import { type ReactNode, useEffect, useState } from 'react'
import { Problem } from '../parts/notice.tsx'
import { useText } from '../text/language.ts'
import { useAsked } from '../use_query.ts'
import type { Search } from './search.ts'
import { searchSlots } from './search_slots.ts'
import { type DrawSlot, SlotList } from './slot_list.tsx'
import type { FreeSlot } from './slots.ts'

interface FreeTimesProps {
  search: Search
  draw: DrawSlot
  /** What is shown when there are none. */
  none: ReactNode
}

/** The free times of a search, page by page. Another search is another element: it wants a `key`. */
export function FreeTimes({ search, draw, none }: FreeTimesProps) {
  const { t } = useText()
  const [earlier, setEarlier] = useState<FreeSlot[]>([])
  const [after, setAfter] = useState<string>()
  const { data, error, loading, again } = useAsked(JSON.stringify([search, after]), (signal) =>
    searchSlots(search, after, signal),
  )
  useEffect(() => {
    // Times get taken: anyone who comes back to the page after a while sees those that are free now.
    const look = () => document.visibilityState === 'visible' && again()
    document.addEventListener('visibilitychange', look)
    return () => document.removeEventListener('visibilitychange', look)
  }, [again])

  if (error !== undefined) return <Problem error={error} again={again} />
  if (!data) return <Waiting />
  const slots = [...earlier, ...data.slots.filter(({ cursor }) => cursor !== earlier.at(-1)?.cursor)]
  return (
    <section aria-label={t.search.results} aria-busy={loading}>
      <p className="found" role="status">
        {slots.length > 0 && t.search.found(slots.length, data.after !== undefined)}
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
          {t.search.more}
        </button>
      )}
    </section>
  )
}

/** Cards as they will be, before they are there. */
function Waiting() {
  const { t } = useText()
  return (
    <section aria-busy="true">
      <p className="found" role="status">
        {t.problem.loading}
      </p>
      <div className="day" aria-hidden="true">
        <div className="bone heading" />
        <div className="doctor-days">
          {[1, 2, 3, 4].map((n) => (
            <div key={n} className="bone card-bone" />
          ))}
        </div>
      </div>
    </section>
  )
}
