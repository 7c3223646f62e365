import { useRef } from 'react'
import { useText } from '../../../text/language.ts'
import { absencesTexts } from '../../../text/manage/schedule/absences.ts'
import { dateText } from '../../../time/time.ts'
import type { Absence } from './use_absences.ts'

interface YearChartProps {
  year: number
  today: string
  absences: Absence[]
  /** Called with the first and the last day over which the reader has dragged. */
  drag(from: string, until: string): void
}

const days = Array.from({ length: 31 }, (_, n) => n + 1)
const months = Array.from({ length: 12 }, (_, n) => n + 1)
const dateOf = (year: number, month: number, day: number) =>
  `${year}-${String(month).padStart(2, '0')}-${String(day).padStart(2, '0')}`
const isDate = (date: string) => {
  const at = new Date(`${date}T00:00Z`)
  return !Number.isNaN(at.getTime()) && at.toISOString().startsWith(date)
}
const isWeekend = (date: string) => new Date(`${date}T00:00Z`).getUTCDay() % 6 === 0
/** The day under the pointer. */
const dayAt = (target: EventTarget) => (target as Element).closest<HTMLElement>('[data-day]')?.dataset.day

/** A year: a row for each month, a cell for each day, coloured by why somebody is absent. */
export function YearChart({ year, today, absences, drag }: YearChartProps) {
  const { t, locale } = useText(absencesTexts)
  const start = useRef<string>(undefined)
  return (
    // The chart is wider than a phone. It has a Tab stop so that it can be scrolled with the arrow keys.
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard
    <section className="card year-scroll" aria-label={t.overview(year)} tabIndex={0}>
      <table
        className="year"
        // A shortcut for the button "Add an absence", which works by keyboard.
        onPointerDown={({ target, pointerType }) => {
          start.current = pointerType === 'mouse' ? dayAt(target) : undefined
        }}
        onPointerUp={({ target }) => {
          const ends = [start.current, dayAt(target)].filter((day) => day !== undefined).toSorted()
          start.current = undefined
          if (ends.length === 2) drag(ends[0] as string, ends[1] as string)
        }}
      >
        <thead>
          <tr>
            <th scope="col">
              <span className="visually-hidden">{t.month}</span>
            </th>
            {days.map((day) => (
              <th key={day} scope="col">
                {day}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {months.map((month) => (
            <tr key={month}>
              <th scope="row">{dateText(dateOf(year, month, 1), locale, { month: 'short' })}</th>
              {days.map((day) => (
                <DayCell key={day} date={dateOf(year, month, day)} today={today} absences={absences} />
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}

interface DayCellProps {
  /** The month may not have this day. */
  date: string
  today: string
  absences: Absence[]
}

function DayCell({ date, today, absences }: DayCellProps) {
  const { t, locale } = useText(absencesTexts)
  if (!isDate(date)) return <td className="no-day" />
  const here = absences.filter(({ firstDate, lastDate }) => firstDate <= date && date <= lastDate)
  // If there are several on a day, the absence of everyone determines its colour.
  const shown = here.find(({ doctorId }) => doctorId === null) ?? here[0]
  const names = here.map(({ kind, doctor }) => `${t.kind[kind]}, ${doctor?.fullName ?? t.everyone}`).join('; ')
  return (
    <td
      data-day={date}
      className={[shown?.kind.toLowerCase(), isWeekend(date) && 'weekend', date === today && 'today']
        .filter(Boolean)
        .join(' ')}
      title={shown && `${dateText(date, locale, { day: 'numeric', month: 'long' })}: ${names}`}
    >
      {shown && <span className="visually-hidden">{names}</span>}
    </td>
  )
}
