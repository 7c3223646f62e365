import { lazy, Suspense, useState } from 'react'
import { Icon } from '../parts/icon.tsx'
import { useText } from '../text/language.ts'
import { dateText, localDate, ownZone, plusDays } from '../time.ts'
import { useFreeDays } from './free_days.ts'
import type { Search } from './search.ts'

// A month's calendar weighs as much as the rest of this page: fetched when somebody reaches for it.
const OtherDay = lazy(() => import('./other_day.tsx'))

interface DayStripProps {
  /** For what; without a date for the soonest. */
  search: Search
  choose(date: string | undefined): void
}

/** The days to choose from: the soonest, the next seven, or any other; those without free times say so. */
export function DayStrip({ search, choose }: DayStripProps) {
  const { t, locale } = useText()
  const { date } = search
  const today = localDate(undefined, ownZone)
  const days = Array.from({ length: 7 }, (_, n) => plusDays(today, n))
  const isFree = useFreeDays(search, today, plusDays(today, 6))
  const [reached, setReached] = useState(false)
  const other = date !== undefined && !days.includes(date)
  return (
    <fieldset className="day-strip">
      <legend className="visually-hidden">{t.search.days}</legend>
      <button type="button" className="day-chip" aria-pressed={date === undefined} onClick={() => choose(undefined)}>
        {t.search.soonest}
      </button>
      {days.map((day) => (
        <button
          key={day}
          type="button"
          className="day-chip"
          aria-pressed={date === day}
          data-free={isFree(day)}
          onClick={() => choose(day)}
        >
          <small>{dateText(day, locale, { weekday: 'short' })} </small>
          {dateText(day, locale, { day: 'numeric' })}
          <span className="visually-hidden">
            {` ${dateText(day, locale, { month: 'long' })}`}
            {isFree(day) === false && `, ${t.search.dayNone}`}
          </span>
        </button>
      ))}
      {reached || other ? (
        <Suspense fallback={<OtherDayButton />}>
          <OtherDay
            today={today}
            date={other ? date : undefined}
            search={search}
            choose={choose}
            openAtOnce={reached}
          />
        </Suspense>
      ) : (
        <OtherDayButton reach={() => setReached(true)} />
      )}
    </fieldset>
  )
}

/** Stands for the calendar's button until that is there. */
function OtherDayButton({ reach }: { reach?: () => void }) {
  const { t } = useText()
  return (
    <button type="button" className="day-chip other-day" aria-haspopup="dialog" onClick={reach}>
      <Icon name="calendar" />
      {t.search.otherDay}
    </button>
  )
}
