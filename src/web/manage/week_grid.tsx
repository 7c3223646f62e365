import { type KeyboardEvent, useEffect, useRef, useState } from 'react'
import { Link } from 'wouter'
import { Refusal } from '../graphql/client.ts'
import { graphql } from '../graphql/generated/gql.ts'
import { Icon } from '../parts/icon.tsx'
import { ask } from '../session.ts'
import { useWorkplace } from '../staff/clinic.tsx'
import { dateText } from '../time.ts'
import { localClock, minutesBetween } from './local_clock.ts'
import { type Change, comingAfter, isValidOn, type Span, switchOff, switchOn, type Template } from './plan.ts'
import { say } from './say.tsx'
import { useManageText } from './text/common.ts'
import { useTemplatesText } from './text/templates.ts'
import type { TimeSlot } from './time_slots.tsx'
import { useWords } from './words.ts'

const AddTemplate = graphql(`
  mutation AddTemplate($template: DoctorSlotTemplateInput!) {
    createDoctorSlotTemplate(input: { doctorSlotTemplate: $template }) { doctorSlotTemplate { id } }
  }
`)
const EditTemplate = graphql(`
  mutation EditTemplate($clinicId: BigInt!, $id: BigInt!, $patch: DoctorSlotTemplatePatch!) {
    updateDoctorSlotTemplate(input: { clinicId: $clinicId, id: $id, patch: $patch }) { doctorSlotTemplate { id } }
  }
`)
const RemoveTemplate = graphql(`
  mutation RemoveTemplate($clinicId: BigInt!, $templateId: BigInt!, $rowVersion: Int!) {
    removeDoctorSlotTemplate(input: { clinicId: $clinicId, templateId: $templateId, rowVersion: $rowVersion }) {
      doctorSlotTemplate { id }
    }
  }
`)
const ApplyTemplates = graphql(`
  mutation ApplyTemplates($clinicId: BigInt!) {
    applyTemplates(input: { clinicId: $clinicId }) { slotGenerationRun { slotsMade } }
  }
`)

interface WeekGridProps {
  doctor: { id: string; fullName: string }
  slots: TimeSlot[]
  templates: Template[]
  span: Span
  changed(): void
}

const weekdays = [1, 2, 3, 4, 5, 6, 7] as const

/** A doctor's week: weekdays as columns, time slots as rows; a cell is switched by a click, Space or Enter. */
export function WeekGrid({ doctor, slots, templates, span, changed }: WeekGridProps) {
  const { t, locale } = useTemplatesText()
  const { t: common } = useManageText()
  const { clinic } = useWorkplace()
  const words = useWords()
  const [busy, setBusy] = useState(false)
  const [problem, setProblem] = useState<string>()
  const [pending, setPending] = useState(false)
  // Row -1 is the head, column 0 Monday. One Tab stop for the whole grid, arrow keys within it.
  const [place, setPlace] = useState({ row: 0, column: 0 })
  const table = useRef<HTMLTableElement>(null)
  const moved = useRef(false)
  useEffect(() => {
    if (!moved.current) return
    moved.current = false
    table.current?.querySelector<HTMLElement>(`[data-place="${place.row} ${place.column}"]`)?.focus()
  }, [place])

  const inCell = (slotId: string, weekday: number) =>
    templates.filter((template) => template.timeSlotId === slotId && template.weekday === weekday)
  const validIn = (slotId: string, weekday: number) =>
    inCell(slotId, weekday).find((template) => isValidOn(template, span.from))
  const timeOf = ({ startTime, endTime }: TimeSlot) => `${localClock(startTime, locale)}–${localClock(endTime, locale)}`
  const day = (date: string) => dateText(date, locale, { day: 'numeric', month: 'short', year: 'numeric' })

  const planned = slots.flatMap((slot) => weekdays.flatMap((weekday) => (validIn(slot.id, weekday) ? [slot] : [])))
  const hours = planned.reduce((sum, slot) => sum + minutesBetween(slot.startTime, slot.endTime), 0) / 60

  async function write(slotId: string, weekday: number, change: Change) {
    const clinicId = clinic.id
    if (change.kind === 'remove') {
      const { id: templateId, rowVersion } = change.template
      return ask(RemoveTemplate, { clinicId, templateId, rowVersion })
    }
    if (change.kind === 'update') {
      const { kind: _, template, ...patch } = change
      return ask(EditTemplate, { clinicId, id: template.id, patch: { ...patch, rowVersion: template.rowVersion } })
    }
    const { validFrom, validUntil } = change
    return ask(AddTemplate, {
      template: { clinicId, doctorId: doctor.id, timeSlotId: slotId, weekday, validFrom, validUntil },
    })
  }

  async function toggle(cells: { slot: TimeSlot; weekday: number }[], on: boolean) {
    if (busy) return
    setBusy(true)
    setProblem(undefined)
    for (const { slot, weekday } of cells) {
      const valid = validIn(slot.id, weekday)
      if (Boolean(valid) === on) continue
      try {
        const changes = valid ? switchOff(valid, span) : switchOn(inCell(slot.id, weekday), span)
        for (const change of changes) await write(slot.id, weekday, change)
        setPending(true)
      } catch (error) {
        const overlaps = error instanceof Refusal && error.code === 'exclusion_violation'
        setProblem(overlaps ? whyOverlapping(slot, weekday) : words(error))
        break
      }
    }
    setBusy(false)
    changed()
  }

  /** The database has refused; which of the plan's other cells it is about can be seen here. */
  function whyOverlapping(slot: TimeSlot, weekday: number): string {
    const other = templates.find((template) => {
      const its = slots.find(({ id }) => id === template.timeSlotId)
      const dates =
        (template.validUntil === null || template.validUntil >= span.from) &&
        (template.validFrom === null || span.until === null || template.validFrom <= span.until)
      return (
        its &&
        dates &&
        !(its.id === slot.id && isValidOn(template, span.from)) &&
        meet(slot, weekday, its, template.weekday)
      )
    })
    const its = slots.find(({ id }) => id === other?.timeSlotId)
    if (!other || !its) return t.overlapPlain
    const dates = [
      other.validFrom && other.validFrom > span.from && t.validFrom(day(other.validFrom)),
      other.validUntil && t.validUntil(day(other.validUntil)),
    ]
    const weekdayName = common.weekdays[other.weekday - 1] ?? ''
    return t.overlap(doctor.fullName, t.overlapItem(weekdayName, timeOf(its), dates.filter(Boolean).join(', ')))
  }

  async function apply() {
    setBusy(true)
    try {
      const run = (await ask(ApplyTemplates, { clinicId: clinic.id })).applyTemplates?.slotGenerationRun
      setPending(false)
      if (run) say(t.applied(run.slotsMade))
      else setProblem(t.notYet)
    } catch (error) {
      setProblem(words(error))
    }
    setBusy(false)
  }

  function move(event: KeyboardEvent) {
    const steps: Record<string, [number, number]> = {
      ArrowUp: [-1, 0],
      ArrowDown: [1, 0],
      ArrowLeft: [0, -1],
      ArrowRight: [0, 1],
      Home: [0, -7],
      End: [0, 7],
    }
    const step = steps[event.key]
    if (!step) return
    event.preventDefault()
    moved.current = true
    setPlace(({ row, column }) => ({
      row: Math.min(Math.max(row + step[0], -1), slots.length - 1),
      column: Math.min(Math.max(column + step[1], 0), 6),
    }))
  }

  const cellProps = (row: number, column: number) => ({
    'data-place': `${row} ${column}`,
    tabIndex: place.row === row && place.column === column ? 0 : -1,
    onFocus: () => setPlace({ row, column }),
  })

  return (
    <>
      <div className="card week-card">
        {/* biome-ignore lint/a11y/noNoninteractiveElementToInteractiveRole: a grid by keyboard, made of a table */}
        <table ref={table} role="grid" aria-label={t.gridOf(doctor.fullName)} className="week-grid" onKeyDown={move}>
          <thead>
            <tr>
              <th scope="col">{t.timeSlot}</th>
              {weekdays.map((weekday) => {
                const name = common.weekdays[weekday - 1] ?? ''
                const all = slots.every(({ id }) => validIn(id, weekday))
                return (
                  <th key={weekday} scope="col" aria-label={name}>
                    <button
                      type="button"
                      aria-pressed={all}
                      {...cellProps(-1, weekday - 1)}
                      onClick={() =>
                        toggle(
                          slots.map((slot) => ({ slot, weekday })),
                          !all,
                        )
                      }
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
                  <span className="slot-time">{timeOf(slot)}</span>
                  <small>{slot.name}</small>
                </th>
                {weekdays.map((weekday) => {
                  const valid = validIn(slot.id, weekday)
                  const coming = valid ? undefined : comingAfter(inCell(slot.id, weekday), span.from)
                  const note = valid?.validUntil
                    ? t.validUntil(day(valid.validUntil))
                    : coming?.validFrom
                      ? t.validFrom(day(coming.validFrom))
                      : undefined
                  const label = t.cell(common.weekdays[weekday - 1] ?? '', timeOf(slot))
                  return (
                    <td key={weekday}>
                      <button
                        type="button"
                        className="week-cell"
                        aria-pressed={valid !== undefined}
                        aria-label={note ? `${label}, ${note}` : label}
                        {...cellProps(row, weekday - 1)}
                        onClick={() => toggle([{ slot, weekday }], valid === undefined)}
                      >
                        {valid && <Icon name="check" />}
                        {note && <small>{note}</small>}
                      </button>
                    </td>
                  )
                })}
              </tr>
            ))}
          </tbody>
        </table>
        <p className="hint week-help">{t.help}</p>
      </div>
      <div className="week-foot card">
        <p className="week-total">
          {t.total(planned.length, hours.toLocaleString(locale, { maximumFractionDigits: 1 }))}
        </p>
        <div className="week-said" role="alert">
          {problem && (
            <p className="field-error">
              {problem} {problem === t.notYet && <Link href={`/manage/${clinic.id}/generation`}>{t.toGeneration}</Link>}
            </p>
          )}
        </div>
        {!problem && <p className="hint">{pending ? t.pending : t.settled}</p>}
        <button
          type="button"
          className={`button small${pending ? ' primary' : ''}`}
          aria-disabled={busy}
          onClick={apply}
        >
          {t.apply}
        </button>
      </div>
    </>
  )
}

/** Whether two time slots on two weekdays meet; one that crosses midnight reaches into the next day. */
function meet(a: TimeSlot, aDay: number, b: TimeSlot, bDay: number): boolean {
  const minutes = ({ startTime, endTime }: TimeSlot, weekday: number) => {
    const start = (weekday - 1) * 1440 + (minutesBetween('00:00', startTime) % 1440)
    return { start, end: start + minutesBetween(startTime, endTime) }
  }
  const one = minutes(a, aDay)
  const other = minutes(b, bDay)
  // Sunday night reaches into Monday.
  return [-10080, 0, 10080].some((shift) => one.start < other.end + shift && other.start + shift < one.end)
}
