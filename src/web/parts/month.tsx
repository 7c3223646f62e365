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
import { useText } from '../text/language.ts'
import { dateText } from '../time.ts'
import { Icon } from './icon.tsx'

interface MonthProps extends CalendarProps<DateValue> {
  /** Whether a day has free times, where that is known. */
  isFree?: (date: string) => boolean | undefined
}

/** A month of days to choose from. In a dialog the arrow keys go on in it. */
export function Month({ isFree, ...props }: MonthProps) {
  const { t, locale } = useText()

  // React Aria calls the first day that can be chosen the "first available date", whether or not anything is free on it.
  function nameOf(date: string, isToday: boolean, isSelected: boolean): string {
    const free = isFree?.(date)
    const name = dateText(date, locale, { weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' })
    const more = [
      isToday && t.search.dayToday,
      isSelected && t.search.dayChosen,
      free !== undefined && (free ? t.search.dayFree : t.search.dayNone),
    ]
    return [name, ...more.filter(Boolean)].join(', ')
  }

  return (
    <Calendar {...props} autoFocus className="calendar">
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
                  data-free={isFree?.(date.toString())}
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
