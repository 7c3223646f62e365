import { type ButtonHTMLAttributes, type KeyboardEvent, useEffect, useRef, useState } from 'react'
import { Icon } from '../../parts/icon.tsx'
import { nameIn, useText } from '../../text/language.ts'
import { manageTexts } from '../../text/manage/common.ts'
import { templatesTexts } from '../../text/manage/schedule/templates.ts'
import { localClock } from '../../time/local_clock.ts'
import { dateText } from '../../time/time.ts'
import { comingAfter, isValidOn, type Template } from './plan.ts'
import type { PlanChange } from './use_plan_changes.ts'
import type { TimeSlot } from './use_time_slots.ts'

interface WeekGridProps {
  doctorName: string
  slots: TimeSlot[]
  templates: Template[]
  /** The local date of which the plan is shown. */
  date: string
  /** The service for which what is switched on is reserved; null for all. */
  serviceId: string | null
  /** Changes that are being saved; they are shown as if they were saved. */
  waiting: PlanChange[]
  /** Changes that were refused: their cells are marked. */
  refused: PlanChange[]
  toggle(weekday: number, slots: TimeSlot[], on: boolean): void
}

export const weekdays = [1, 2, 3, 4, 5, 6, 7] as const

const isIn = (change: PlanChange, slotId: string, weekday: number) =>
  change.weekday === weekday && change.timeSlotIds.includes(slotId)

/**
 * Whether a cell is on, and for which service it is reserved: by the last change that waits for an answer, else by the
 * stored templates.
 */
export function cellState(
  templates: Template[],
  waiting: PlanChange[],
  slotId: string,
  weekday: number,
  date: string,
): { on: boolean; serviceId: string | null } {
  const change = waiting.findLast((each) => isIn(each, slotId, weekday))
  if (change) return change
  const template = templates.find(
    (each) => each.timeSlotId === slotId && each.weekday === weekday && isValidOn(each, date),
  )
  return { on: template !== undefined, serviceId: template?.serviceId ?? null }
}

const steps: Record<string, [number, number]> = {
  ArrowUp: [-1, 0],
  ArrowDown: [1, 0],
  ArrowLeft: [0, -1],
  ArrowRight: [0, 1],
  Home: [0, -7],
  End: [0, 7],
}

/** The grid is one Tab stop; the arrow keys move within it. Row -1 is the header, column 0 is Monday. */
function useGridFocus(rows: number) {
  const [place, setPlace] = useState({ row: 0, column: 0 })
  const table = useRef<HTMLTableElement>(null)
  const moved = useRef(false)
  useEffect(() => {
    if (!moved.current) return
    moved.current = false
    table.current?.querySelector<HTMLElement>(`[data-place="${place.row} ${place.column}"]`)?.focus()
  }, [place])

  function move(event: KeyboardEvent) {
    const step = steps[event.key]
    if (!step) return
    event.preventDefault()
    moved.current = true
    setPlace(({ row, column }) => ({
      row: Math.min(Math.max(row + step[0], -1), rows - 1),
      column: Math.min(Math.max(column + step[1], 0), 6),
    }))
  }

  const cellProps = (row: number, column: number) => ({
    'data-place': `${row} ${column}`,
    tabIndex: place.row === row && place.column === column ? 0 : -1,
    onFocus: () => setPlace({ row, column }),
  })
  return { table, move, cellProps }
}

/**
 * A doctor's week, with weekdays as columns and time slots as rows. A click, Space or Enter switches a cell; one that is
 * reserved for another service than the chosen one is reserved for the chosen one first.
 */
export function WeekGrid(props: WeekGridProps) {
  const { doctorName, slots, templates, date, serviceId, waiting, toggle } = props
  const { t, locale } = useText(templatesTexts)
  const { t: common } = useText(manageTexts)
  const { table, move, cellProps } = useGridFocus(slots.length)
  return (
    // biome-ignore lint/a11y/noNoninteractiveElementToInteractiveRole: a grid by keyboard, made of a table
    <table ref={table} role="grid" aria-label={t.gridOf(doctorName)} className="week-grid" onKeyDown={move}>
      <thead>
        <tr>
          <th scope="col">{t.timeSlot}</th>
          {weekdays.map((weekday) => {
            const name = common.weekdays[weekday - 1] ?? ''
            const states = slots.map(({ id }) => cellState(templates, waiting, id, weekday, date))
            const all = states.every(({ on }) => on)
            const asChosen = states.every((state) => state.on && state.serviceId === serviceId)
            return (
              <th key={weekday} scope="col" aria-label={name}>
                <button
                  type="button"
                  aria-pressed={all}
                  {...cellProps(-1, weekday - 1)}
                  onClick={() => toggle(weekday, slots, !asChosen)}
                >
                  {/* The first of 2024 was a Monday. */}
                  {dateText(`2024-01-0${weekday}`, locale, { weekday: 'short' })}
                  <span className="visually-hidden">, {t.wholeDay(name)}</span>
                </button>
              </th>
            )
          })}
        </tr>
      </thead>
      <tbody>
        {slots.map((slot, row) => (
          <tr key={slot.id}>
            <th scope="row">
              <span className="slot-time">{timesOf(slot, locale)}</span>
              <small>{slot.name}</small>
            </th>
            {weekdays.map((weekday) => (
              <td key={weekday}>
                <WeekCell {...props} slot={slot} weekday={weekday} focus={cellProps(row, weekday - 1)} />
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  )
}

const timesOf = ({ startTime, endTime }: TimeSlot, locale: string) =>
  `${localClock(startTime, locale)}–${localClock(endTime, locale)}`

interface WeekCellProps extends WeekGridProps {
  slot: TimeSlot
  weekday: number
  /** The attributes by which the keyboard reaches the cell in the grid. */
  focus: ButtonHTMLAttributes<HTMLButtonElement>
}

function WeekCell(props: WeekCellProps) {
  const { slot, weekday, focus, templates, date, serviceId, waiting, refused, toggle } = props
  const { t, locale, language } = useText(templatesTexts)
  const { t: common } = useText(manageTexts)
  const state = cellState(templates, waiting, slot.id, weekday, date)
  const isWaiting = waiting.some((change) => isIn(change, slot.id, weekday))
  const isRefused = !isWaiting && refused.some((change) => isIn(change, slot.id, weekday))
  const notes = isWaiting ? [] : storedNotes()
  const label = [
    t.cell(common.weekdays[weekday - 1] ?? '', timesOf(slot, locale)),
    ...notes,
    isRefused ? t.notChanged : undefined,
  ]

  /** For which service the template of the cell is reserved, and until when it is valid, or from when one will be. */
  function storedNotes(): (string | undefined)[] {
    const day = (when: string) => dateText(when, locale, { day: 'numeric', month: 'short', year: 'numeric' })
    const here = templates.filter((template) => template.timeSlotId === slot.id && template.weekday === weekday)
    const valid = here.find((template) => isValidOn(template, date))
    const coming = valid ? undefined : comingAfter(here, date)
    const service = (valid ?? coming)?.service
    return [
      service ? nameIn(language, service) : undefined,
      valid?.validUntil ? t.validUntil(day(valid.validUntil)) : undefined,
      coming?.validFrom ? t.validFrom(day(coming.validFrom)) : undefined,
    ]
  }

  return (
    <button
      type="button"
      className={`week-cell${isWaiting ? ' waiting' : ''}${isRefused ? ' refused' : ''}`}
      aria-pressed={state.on}
      aria-label={label.filter(Boolean).join(', ')}
      {...focus}
      onClick={() => toggle(weekday, [slot], !(state.on && state.serviceId === serviceId))}
    >
      {state.on && <Icon name="check" />}
      {notes.some(Boolean) && <small>{notes.filter(Boolean).join(', ')}</small>}
    </button>
  )
}
