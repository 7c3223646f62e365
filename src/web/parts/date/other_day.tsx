import { parseDate } from '@internationalized/date'
import { useState } from 'react'
import { Button, Dialog, DialogTrigger, I18nProvider, Popover } from 'react-aria-components'
import type { FreeTimesOf } from '../../data/free_days.ts'
import { useText } from '../../text/language.ts'
import { calendarTexts } from '../../text/shared/calendar.ts'
import { dateText } from '../../time/time.ts'
import { Icon } from '../icon.tsx'
import { Month } from './month.tsx'

export interface OtherDayProps {
  label?: string
  /** Free times are marked from this day on. */
  today: string
  date: string | undefined
  /** The days with these free times are marked. */
  free: FreeTimesOf
  /** No other days can be chosen. */
  onlyFree?: boolean
  choose(date: string): void
  /** Open at first, because its button was pressed while this was loading. */
  openAtOnce?: boolean
}

/** A button that opens a month's calendar to choose any date. */
export default function OtherDay({ label, today, date, free, onlyFree, choose, openAtOnce = false }: OtherDayProps) {
  const { t, locale } = useText(calendarTexts)
  const [open, setOpen] = useState(openAtOnce)
  return (
    <I18nProvider locale={locale}>
      <DialogTrigger isOpen={open} onOpenChange={setOpen}>
        <Button className="day-chip other-day" data-chosen={date !== undefined || undefined}>
          <Icon name="calendar" />
          {label ?? (date ? dateText(date, locale, { day: 'numeric', month: 'short' }) : t.otherDay)}
        </Button>
        <Popover className="popover" placement="bottom end">
          <Dialog aria-label={t.otherDay}>
            <Month
              aria-label={t.otherDay}
              value={date ? parseDate(date) : null}
              minValue={onlyFree ? parseDate(today) : null}
              first={date ?? today}
              today={today}
              free={free}
              onlyFree={onlyFree}
              onChange={(chosen) => {
                setOpen(false)
                choose(chosen.toString())
              }}
            />
          </Dialog>
        </Popover>
      </DialogTrigger>
    </I18nProvider>
  )
}
