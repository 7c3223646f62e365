import { useEffect, useState } from 'react'
import { Link } from 'wouter'
import { Refusal } from '../../data/client.ts'
import { graphql } from '../../data/generated/gql.ts'
import { request } from '../../data/session.ts'
import { usePaginatedQuery } from '../../data/use_paginated_query.ts'
import { useErrorText } from '../../parts/feedback/error_text.ts'
import { showToast } from '../../parts/feedback/toast.tsx'
import { Icon } from '../../parts/icon.tsx'
import { Loaded } from '../../parts/listing.tsx'
import { useWorkplace } from '../../parts/workplace/workplace.tsx'
import { useText } from '../../text/language.ts'
import { manageTexts } from '../../text/manage/common.ts'
import { templatesTexts } from '../../text/manage/schedule/templates.ts'
import { localClock, minutesBetween } from '../../time/local_clock.ts'
import { dateText } from '../../time/time.ts'
import type { DateRange } from './plan.ts'
import type { PlanChanges, RefusedChange } from './use_plan_changes.ts'
import type { TimeSlot } from './use_time_slots.ts'
import { cellState, WeekGrid, weekdays } from './week_grid.tsx'

const ManageTemplates = graphql(`
  query ManageTemplates($clinicId: BigInt!, $doctorId: BigInt!, $after: Cursor) {
    doctorSlotTemplates(
      filter: { clinicId: { equalTo: $clinicId }, doctorId: { equalTo: $doctorId } }
      first: 100
      after: $after
    ) {
      nodes { timeSlotId weekday validFrom validUntil serviceId service { id name names } }
      pageInfo { hasNextPage endCursor }
    }
  }
`)
const ApplyTemplates = graphql(`
  mutation ApplyTemplates($clinicId: BigInt!) {
    applyTemplates(input: { clinicId: $clinicId }) { slotGenerationRun { slotsMade } }
  }
`)

/** The detail of plan_overlaps (sql/schedule/add_to_weekly_plan.sql). */
interface Overlap {
  weekday: number
  timeSlotId: string
  startTime: string
  endTime: string
  overlaps: {
    weekday: number
    timeSlotId: string
    startTime: string
    endTime: string
    validFrom: string | null
    validUntil: string | null
  }
}

interface DoctorPlanProps {
  doctor: { id: string; fullName: string }
  doctorName(id: string): string
  slots: TimeSlot[]
  span: DateRange
  /** The service for which what is switched on is reserved; null for all. */
  serviceId: string | null
  changes: PlanChanges
}

/** A doctor's weekly plan: the grid, and below it the state of the changes. Changes are saved as they are made. */
export function DoctorPlan({ doctor, doctorName, slots, span, serviceId, changes }: DoctorPlanProps) {
  const { t } = useText(templatesTexts)
  const { clinic } = useWorkplace()
  const applying = useApplyTemplates(changes)
  const stored = usePaginatedQuery(
    ManageTemplates,
    { clinicId: clinic.id, doctorId: doctor.id },
    (result) => result.doctorSlotTemplates,
    { all: true },
  )
  // The templates that are read now are newer than those in earlier answers.
  const { forget, refused } = changes
  useEffect(() => forget(doctor.id), [forget, doctor.id])
  // The refusal may be due to a change by somebody else, so the plan is read again.
  const { refetch } = stored
  useEffect(() => {
    if (refused.length > 0) refetch()
  }, [refused.length, refetch])

  const waiting = changes.waiting.filter(({ doctorId }) => doctorId === doctor.id)
  const refusedHere = refused.filter(({ change }) => change.doctorId === doctor.id)

  function toggle(weekday: number, switched: TimeSlot[], on: boolean) {
    applying.planWasChanged()
    changes.change({ doctorId: doctor.id, weekday, timeSlotIds: switched.map(({ id }) => id), on, serviceId, span })
  }

  return (
    <Loaded query={stored} skeleton="block">
      {({ nodes }) => {
        const answered = changes.answered(doctor.id)
        const templates = [
          ...nodes.filter(({ weekday }) => !answered.some((column) => column.weekday === weekday)),
          ...answered.flatMap((column) => column.templates),
        ]
        const planned = slots.flatMap((slot) =>
          weekdays.flatMap((weekday) => (cellState(templates, waiting, slot.id, weekday, span.from).on ? [slot] : [])),
        )
        return (
          <>
            <div className="card week-card">
              <WeekGrid
                doctorName={doctor.fullName}
                slots={slots}
                templates={templates}
                date={span.from}
                serviceId={serviceId}
                waiting={waiting}
                refused={refusedHere.map(({ change }) => change)}
                toggle={toggle}
              />
              <p className="hint week-help">{t.help}</p>
            </div>
            <PlanFooter planned={planned} doctorName={doctorName} changes={changes} applying={applying} />
          </>
        )
      }}
    </Loaded>
  )
}

/** Applies the weekly plans to the existing slots, after the changes that are being saved. */
function useApplyTemplates(changes: PlanChanges) {
  const { t } = useText(templatesTexts)
  const { clinic } = useWorkplace()
  const errorText = useErrorText()
  const [isRunning, setRunning] = useState(false)
  const [isPending, setPending] = useState(false)
  const [problem, setProblem] = useState<string>()

  function apply() {
    if (isRunning) return
    setRunning(true)
    setProblem(undefined)
    changes.afterwards(async () => {
      try {
        const run = (await request(ApplyTemplates, { clinicId: clinic.id })).applyTemplates?.slotGenerationRun
        setPending(false)
        if (run) showToast(t.applied(run.slotsMade))
        else setProblem(t.notYet)
      } catch (error) {
        setProblem(errorText(error))
      }
      setRunning(false)
    })
  }

  function planWasChanged() {
    setProblem(undefined)
    setPending(true)
  }
  return { isRunning, isPending, problem, apply, planWasChanged }
}

interface PlanFooterProps {
  planned: TimeSlot[]
  doctorName(id: string): string
  changes: PlanChanges
  applying: ReturnType<typeof useApplyTemplates>
}

/** Below the grid: the total, what was refused, what is being saved, and the button that applies the plan. */
function PlanFooter({ planned, doctorName, changes, applying }: PlanFooterProps) {
  const { t } = useText(templatesTexts)
  const { t: common } = useText(manageTexts)
  const { clinic } = useWorkplace()
  const refusalText = useRefusalText(doctorName)
  const { isRunning, isPending, problem, apply } = applying
  const { refused } = changes
  return (
    <div className="week-foot card">
      <Total planned={planned} />
      <div className="week-said" role="alert">
        {refused.map((one) => (
          <p key={JSON.stringify(one.change)} className="field-error">
            {refusalText(one)}
          </p>
        ))}
        {problem && (
          <p className="field-error">
            {problem} {problem === t.notYet && <Link href={`/manage/${clinic.id}/generation`}>{t.toGeneration}</Link>}
          </p>
        )}
      </div>
      {refused.length > 0 && (
        <button type="button" className="icon-button" aria-label={common.close} onClick={changes.dismiss}>
          <Icon name="cross" />
        </button>
      )}
      <p className="hint" role="status">
        {changes.waiting.length > 0 ? t.saving(changes.waiting.length) : isPending ? t.pending : t.settled}
      </p>
      <button
        type="button"
        className={`button small${isPending ? ' primary' : ''}`}
        aria-disabled={isRunning}
        onClick={apply}
      >
        {t.apply}
      </button>
    </div>
  )
}

/** The number of slots and hours in a week of the plan. */
function Total({ planned }: { planned: TimeSlot[] }) {
  const { t, locale } = useText(templatesTexts)
  const hours = planned.reduce((sum, slot) => sum + minutesBetween(slot.startTime, slot.endTime), 0) / 60
  return (
    <p className="week-total">{t.total(planned.length, hours.toLocaleString(locale, { maximumFractionDigits: 1 }))}</p>
  )
}

/** Says why a change was refused, and that no part of it was saved. */
function useRefusalText(doctorName: (id: string) => string): (refused: RefusedChange) => string {
  const { t, locale } = useText(templatesTexts)
  const { t: common } = useText(manageTexts)
  const errorText = useErrorText()
  const day = (date: string) => dateText(date, locale, { day: 'numeric', month: 'short', year: 'numeric' })
  const clocks = ({ startTime, endTime }: { startTime: string; endTime: string }) =>
    `${localClock(startTime, locale)}–${localClock(endTime, locale)}`
  const weekdayName = (weekday: number) => common.weekdays[weekday - 1] ?? ''

  function reason({ change, error }: RefusedChange): string {
    if (!(error instanceof Refusal) || error.code !== 'plan_overlaps') return errorText(error)
    const wanted = error.detail as unknown as Overlap
    const { overlaps: other } = wanted
    const name = doctorName(change.doctorId)
    if (other.weekday === change.weekday && change.timeSlotIds.includes(other.timeSlotId)) {
      return t.overlapEachOther(name, weekdayName(other.weekday), clocks(other), clocks(wanted))
    }
    const dates = [
      other.validFrom && other.validFrom > change.span.from && t.validFrom(day(other.validFrom)),
      other.validUntil && t.validUntil(day(other.validUntil)),
    ]
    return t.overlap(name, t.overlapItem(weekdayName(other.weekday), clocks(other), dates.filter(Boolean).join(', ')))
  }

  return (refused) =>
    t.refused(weekdayName(refused.change.weekday), doctorName(refused.change.doctorId), reason(refused))
}
