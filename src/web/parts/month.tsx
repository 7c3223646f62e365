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
import { Icon } from './icon.tsx'

/** A month of days to choose from. In a dialog whoever opened it goes on in it, by the arrow keys. */
export function Month(props: CalendarProps<DateValue>) {
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
        <CalendarGridBody>{(day) => <CalendarCell date={day} className="calendar-cell" />}</CalendarGridBody>
      </CalendarGrid>
    </Calendar>
  )
}
