import { Suspense, useState } from 'react'
import { useFreeDays } from '../../data/free_days.ts'
import { OtherDay } from '../../parts/date/loaded_other_day.tsx'
import { Icon } from '../../parts/icon.tsx'
import { useText } from '../../text/language.ts'
import { searchTexts } from '../../text/patient/search.ts'
import { calendarTexts } from '../../text/shared/calendar.ts'
import { dateText, localDate, ownZone, plusDays } from '../../time/time.ts'
import type { Search } from './search.ts'

interface DayStripProps {
  /** The search whose day is chosen; no date means the soonest times. */
  search: Search
  choose(date: string | undefined): void
}

/** The days to choose from: the soonest, the next seven, or any other. Days without free times are marked. */
export function DayStrip({ search, choose }: DayStripProps) {
  const { t, locale } = useText(searchTexts)
  const { t: calendar } = useText(calendarTexts)
  const { date } = search
  const today = localDate(undefined, ownZone)
  const days = Array.from({ length: 7 }, (_, n) => plusDays(today, n))
  const isFree = useFreeDays(search, today, plusDays(today, 6))
  const [reached, setReached] = useState(false)
  const other = date !== undefined && !days.includes(date)
  return (
    <fieldset className="day-strip">
      <legend className="visually-hidden">{t.days}</legend>
      <button type="button" className="day-chip" aria-pressed={date === undefined} onClick={() => choose(undefined)}>
        {t.soonest}
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
            {isFree(day) === false && `, ${calendar.dayNone}`}
          </span>
        </button>
      ))}
      {reached || other ? (
        <Suspense fallback={<OtherDayButton date={other ? date : undefined} />}>
          <OtherDay
            today={today}
            date={other ? date : undefined}
            free={search}
            onlyFree
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

/** Shown until the button of the calendar is loaded, and as wide as that. */
function OtherDayButton({ date, reach }: { date?: string | undefined; reach?: () => void }) {
  const { t, locale } = useText(calendarTexts)
  return (
    <button
      type="button"
      className="day-chip other-day"
      aria-haspopup="dialog"
      data-chosen={date !== undefined || undefined}
      onClick={reach}
    >
      <Icon name="calendar" />
      {date ? dateText(date, locale, { day: 'numeric', month: 'short' }) : t.otherDay}
    </button>
  )
}
