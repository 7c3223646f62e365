import { parseDate } from '@internationalized/date'
import { useState } from 'react'
import {
  Button,
  Calendar,
  CalendarCell,
  CalendarGrid,
  CalendarGridBody,
  CalendarGridHeader,
  CalendarHeaderCell,
  type CalendarProps,
  type DateValue,
  Heading,
} from 'react-aria-components'
import { type FreeTimesOf, useFreeDays } from '../../data/free_days.ts'
import { useText } from '../../text/language.ts'
import { calendarTexts } from '../../text/shared/calendar.ts'
import { dateText } from '../../time/time.ts'
import { Icon } from '../icon.tsx'

interface MonthProps extends CalendarProps<DateValue> {
  /** A date of the month that is shown first. */
  first: string
  /** Free times are marked from this day on. */
  today: string
  /** The days with these free times are marked; those of the visible month are requested. */
  free?: FreeTimesOf | undefined
  /** No other days can be chosen. */
  onlyFree?: boolean | undefined
}

/** A month of days to choose from. When it opens in a dialog, it gets the focus, so that the arrow keys work in it at once. */
export function Month({ first, today, free, onlyFree, ...props }: MonthProps) {
  const { t, locale } = useText(calendarTexts)
  const [seen, setSeen] = useState(() => parseDate(first).set({ day: 1 }))
  const from = seen.toString() < today ? today : seen.toString()
  const isFree = useFreeDays(free, from, seen.set({ day: 31 }).toString())

  // React Aria calls the first day that can be chosen the "first available date", whether or not anything is free on
  // it.
  function nameOf(date: string, isToday: boolean, isSelected: boolean): string {
    const hasTimes = isFree(date)
    const name = dateText(date, locale, { weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' })
    const more = [
      isToday && t.dayToday,
      isSelected && t.dayChosen,
      hasTimes !== undefined && (hasTimes ? t.dayFree : t.dayNone),
    ]
    return [name, ...more.filter(Boolean)].join(', ')
  }

  return (
    <Calendar
      {...props}
      autoFocus
      className="calendar"
      onFocusChange={(day) => setSeen(parseDate(day.toString()).set({ day: 1 }))}
      {...(onlyFree && { isDateUnavailable: (day: DateValue) => isFree(day.toString()) === false })}
    >
      <header>
        <Button slot="previous" className="icon-button">
          <Icon name="arrowLeft" />
        </Button>
        <Heading />
        <Button slot="next" className="icon-button">
          <Icon name="arrowRight" />
        </Button>
      </header>
      <CalendarGrid>
        <CalendarGridHeader>{(day) => <CalendarHeaderCell>{day}</CalendarHeaderCell>}</CalendarGridHeader>
        <CalendarGridBody>
          {(day) => (
            <CalendarCell
              date={day}
              className="calendar-cell"
              render={(cell, { date, isToday, isSelected }) => (
                // biome-ignore lint/a11y/useAriaPropsSupportedByRole: it has the role of a button, among what React Aria gives
                <div
                  {...cell}
                  data-free={isFree(date.toString())}
                  aria-label={nameOf(date.toString(), isToday, isSelected)}
                />
              )}
            />
          )}
        </CalendarGridBody>
      </CalendarGrid>
    </Calendar>
  )
}
