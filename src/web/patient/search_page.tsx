import { useEffect, useState } from 'react'
import { Link, useSearchParams } from 'wouter'
import { Empty, Problem } from '../parts/notice.tsx'
import { Page } from '../parts/page.tsx'
import { useText } from '../text/language.ts'
import { useAsked } from '../use_query.ts'
import { DayStrip } from './day_strip.tsx'
import { readSearch, type Search, searchSlots, writeSearch } from './search.ts'
import { SearchForm } from './search_form.tsx'
import { SlotList } from './slot_list.tsx'
import { bookAddress, type FreeSlot } from './slots.ts'

/** The front page: find free times. What is searched for stands in the address, so it can be kept and passed on. */
export function SearchPage() {
  const { t } = useText()
  const [parameters, setParameters] = useSearchParams()
  const search = readSearch(parameters)
  const change = (changed: Partial<Search>) => setParameters(writeSearch({ ...search, ...changed }), { replace: true })
  return (
    <Page title={t.search.title} lead={t.search.lead}>
      <search className="card search" aria-label={t.search.form}>
        <SearchForm search={search} change={change} />
        <DayStrip date={search.date} choose={(date) => change({ date })} />
      </search>
      <Results key={parameters.toString()} search={search} widen={() => setParameters({}, { replace: true })} />
    </Page>
  )
}

function Results({ search, widen }: { search: Search; widen(): void }) {
  const { t } = useText()
  const [earlier, setEarlier] = useState<FreeSlot[]>([])
  const [after, setAfter] = useState<string>()
  const { data, error, loading, again } = useAsked(JSON.stringify([search, after]), (signal) =>
    searchSlots(search, after, signal),
  )
  useEffect(() => {
    // Times get taken: whoever comes back to the page after a while sees those that are free now.
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
      {slots.length === 0 && data.after === undefined && (
        <Empty title={t.search.emptyTitle}>
          <p>{t.search.empty}</p>
          <button type="button" className="button" onClick={widen}>
            {t.search.emptyAction}
          </button>
        </Empty>
      )}
      <SlotList
        slots={slots}
        draw={(slot, content) => (
          <Link href={bookAddress(slot)} className="time">
            {content}
          </Link>
        )}
      />
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
