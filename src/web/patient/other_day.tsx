import { parseDate } from '@internationalized/date'
import { useState } from 'react'
import { Button, Dialog, DialogTrigger, I18nProvider, Popover } from 'react-aria-components'
import { Icon } from '../parts/icon.tsx'
import { Month } from '../parts/month.tsx'
import { useText } from '../text/language.ts'
import { dateText, localDate, ownZone } from '../time.ts'
import { useFreeDays } from './free_days.ts'
import type { Search } from './search.ts'

interface OtherDayProps {
  label?: string
  /** The first date that can be chosen. */
  today?: string | undefined
  date: string | undefined
  /** Whose days with free times are marked, and no others can be chosen. */
  search?: Search | undefined
  choose(date: string): void
  /** Open from the start: its button was pressed before it was here. */
  openAtOnce?: boolean
}

/** Any date, from a month's calendar that opens beside its button. */
export default function OtherDay({ label, today, date, search, choose, openAtOnce = false }: OtherDayProps) {
  const { t, locale } = useText()
  const [open, setOpen] = useState(openAtOnce)
  return (
    <I18nProvider locale={locale}>
      <DialogTrigger isOpen={open} onOpenChange={setOpen}>
        <Button className="day-chip other-day" data-chosen={date !== undefined || undefined}>
          <Icon name="calendar" />
          {label ?? (date ? dateText(date, locale, { day: 'numeric', month: 'short' }) : t.search.otherDay)}
        </Button>
        <Popover className="popover" placement="bottom end">
          <Dialog aria-label={t.search.otherDay}>
            <DaysOfMonth
              today={today}
              date={date}
              search={search}
              choose={(chosen) => {
                setOpen(false)
                choose(chosen)
              }}
            />
          </Dialog>
        </Popover>
      </DialogTrigger>
    </I18nProvider>
  )
}

/** A month; while it is open, the free days of the one that is seen are asked for. */
function DaysOfMonth({ today, date, search, choose }: Pick<OtherDayProps, 'today' | 'date' | 'search' | 'choose'>) {
  const { t } = useText()
  const [seen, setSeen] = useState(parseDate(date ?? today ?? localDate(undefined, ownZone)))
  const first = seen.set({ day: 1 }).toString()
  const last = seen.set({ day: 31 }).toString()
  const isFree = useFreeDays(search, today && first < today ? today : first, last)
  return (
    <Month
      aria-label={t.search.otherDay}
      value={date ? parseDate(date) : null}
      minValue={today ? parseDate(today) : null}
      isFree={isFree}
      isDateUnavailable={(day) => isFree(day.toString()) === false}
      onFocusChange={(day) => setSeen(parseDate(day.toString()))}
      onChange={(chosen) => choose(chosen.toString())}
    />
  )
}
