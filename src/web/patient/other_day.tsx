import { parseDate } from '@internationalized/date'
import { useState } from 'react'
import { Button, Dialog, DialogTrigger, I18nProvider, Popover } from 'react-aria-components'
import { Icon } from '../parts/icon.tsx'
import { Month } from '../parts/month.tsx'
import { useText } from '../text/language.ts'
import { dateText } from '../time.ts'

interface OtherDayProps {
  label?: string
  /** The first date that can be chosen. */
  today?: string
  date: string | undefined
  choose(date: string): void
  /** Open from the start: its button was pressed before it was here. */
  openAtOnce?: boolean
}

/** Any date, from a month's calendar that opens beside its button. */
export default function OtherDay({ label, today, date, choose, openAtOnce = false }: OtherDayProps) {
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
            <Month
              aria-label={t.search.otherDay}
              value={date ? parseDate(date) : null}
              minValue={today ? parseDate(today) : null}
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
