import { Link, useSearchParams } from 'wouter'
import { Page } from '../parts/page.tsx'
import { useText } from '../text/language.ts'
import { DayStrip } from './day_strip.tsx'
import { FreeTimes } from './free_times.tsx'
import { NoneFound } from './none_found.tsx'
import { readSearch, type Search, searchAddress, writeSearch } from './search.ts'
import { SearchForm } from './search_form.tsx'
import { bookAddress } from './slots.ts'

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
              // Another address, so that Back leads to this search again.
              <Link href={searchAddress({ specialization: search.specialization })} className="button">
                {t.search.emptyAction}
              </Link>
            )}
          </NoneFound>
        }
      />
    </Page>
  )
}
