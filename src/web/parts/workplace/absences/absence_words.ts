import { useText } from '../../../text/language.ts'
import { absencesTexts } from '../../../text/manage/schedule/absences.ts'
import { localClock } from '../../../time/local_clock.ts'
import { dateText } from '../../../time/time.ts'
import type { Absence } from './use_absences.ts'

/** How an absence is named: its dates and times, and its kind with them. */
export function useAbsenceWords() {
  const { t, locale } = useText(absencesTexts)
  const time = (clock: string | null) => (clock ? ` ${localClock(clock, locale)}` : '')
  const day = (date: string) => dateText(date, locale, { weekday: 'short', day: 'numeric', month: 'short' })
  const span = ({ firstDate, lastDate, startTime, endTime }: Absence) =>
    firstDate === lastDate && !startTime && !endTime
      ? day(firstDate)
      : `${day(firstDate)}${time(startTime)} – ${firstDate === lastDate && endTime ? '' : day(lastDate)}${time(endTime)}`
  return { span, nameOf: (absence: Absence) => `${t.kind[absence.kind]}, ${span(absence)}` }
}
