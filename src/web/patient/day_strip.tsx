import { lazy, Suspense, useState } from 'react'
import { Icon } from '../parts/icon.tsx'
import { useText } from '../text/language.ts'
import { dateText, localDate, ownZone, plusDays } from '../time.ts'

// A month's calendar weighs as much as the rest of this page: fetched when somebody reaches for it.
const OtherDay = lazy(() => import('./other_day.tsx'))

/** The days to choose from: the soonest, the next seven, or any other. `date` is undefined for the soonest. */
export function DayStrip({ date, choose }: { date: string | undefined; choose(date: string | undefined): void }) {
  const { t, locale } = useText()
  const today = localDate(undefined, ownZone)
  const days = Array.from({ length: 7 }, (_, n) => plusDays(today, n))
  const [reached, setReached] = useState(false)
  const other = date !== undefined && !days.includes(date)
  return (
    <fieldset className="day-strip">
      <legend className="visually-hidden">{t.search.days}</legend>
      <button type="button" className="day-chip" aria-pressed={date === undefined} onClick={() => choose(undefined)}>
        {t.search.soonest}
      </button>
      {days.map((day) => (
        <button key={day} type="button" className="day-chip" aria-pressed={date === day} onClick={() => choose(day)}>
          <small>{dateText(day, locale, { weekday: 'short' })} </small>
          {dateText(day, locale, { day: 'numeric' })}
          <span className="visually-hidden"> {dateText(day, locale, { month: 'long' })}</span>
        </button>
      ))}
      {reached || other ? (
        <Suspense fallback={<OtherDayButton />}>
          <OtherDay today={today} date={other ? date : undefined} choose={choose} openAtOnce={reached} />
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
