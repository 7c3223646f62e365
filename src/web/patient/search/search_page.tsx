import { lazy, Suspense } from 'react'
import { Link, useSearchParams } from 'wouter'
import { Pending } from '../../parts/feedback/pending.tsx'
import { Page } from '../../parts/layout/page.tsx'
import { useText } from '../../text/language.ts'
import { searchTexts } from '../../text/patient/search.ts'
import { DayStrip } from './day_strip.tsx'
import { FreeTimes } from './free_times.tsx'
import { NoneFound } from './none_found.tsx'
import { readSearch, type Search, searchAddress, writeSearch } from './search.ts'
import { SearchForm } from './search_form.tsx'
import { bookAddress } from './slots.ts'

// Without a connection the page itself reports an error, so this part shows none when it cannot be loaded.
const WaitForSearch = lazy(() => import('./wait_for_search.tsx').catch(() => ({ default: () => null })))

/** The front page: search for free times. The search is in the address, so that it can be bookmarked and shared. */
export function SearchPage() {
  const { t } = useText(searchTexts)
  const [parameters, setParameters] = useSearchParams()
  const search = readSearch(parameters)
  const change = (changed: Partial<Search>) => setParameters(writeSearch({ ...search, ...changed }), { replace: true })
  return (
    <Page title={t.title} lead={t.lead}>
      <search className="card search" aria-label={t.form}>
        <SearchForm search={search} change={change} />
        <DayStrip search={search} choose={(date) => change({ date })} />
      </search>
      <FreeTimes
        key={parameters.toString()}
        search={search}
        draw={(slot, content) => (
          <Link href={bookAddress(slot, search)} className="time">
            {content}
          </Link>
        )}
        none={
          <NoneFound search={search} show={(date) => change({ date })}>
            {(search.clinic || search.date) && (
              // A new history entry, so that Back returns to this search.
              <Link href={searchAddress({ specialization: search.specialization })} className="button">
                {t.emptyAction}
              </Link>
            )}
          </NoneFound>
        }
      />
      {search.clinic && (
        <Suspense fallback={<Pending />}>
          <WaitForSearch key={parameters.toString()} search={search} clinicId={search.clinic} />
        </Suspense>
      )}
    </Page>
  )
}
