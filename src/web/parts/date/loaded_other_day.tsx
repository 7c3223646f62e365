import { lazy } from 'react'
import { useText } from '../../text/language.ts'
import { calendarTexts } from '../../text/shared/calendar.ts'
import type { OtherDayProps } from './other_day.tsx'

/** OtherDay, which is as large as a page and loaded when it is needed; where that fails, the browser's own calendar. */
export const OtherDay = lazy(() => import('./other_day.tsx').catch(() => ({ default: PlainOtherDay })))

function PlainOtherDay({ label, today, date, onlyFree, choose }: OtherDayProps) {
  const { t } = useText(calendarTexts)
  return (
    <input
      type="date"
      className="day-chip other-day"
      aria-label={label ?? t.otherDay}
      min={onlyFree ? today : undefined}
      defaultValue={date}
      onChange={({ target }) => target.value !== '' && target.validity.valid && choose(target.value)}
    />
  )
}
