import { useState } from 'react'
import type { PlannedVisitFragment } from '../../data/generated/graphql.ts'
import { request } from '../../data/session.ts'
import { Notice } from '../../parts/feedback/notice.tsx'
import { Select } from '../../parts/form/field.tsx'
import { Form } from '../../parts/form/form.tsx'
import { useWorkplace } from '../../parts/workplace/workplace.tsx'
import { seriesTexts } from '../../text/desk/series.ts'
import { useText } from '../../text/language.ts'
import { clock, dateText, localDate, longDate } from '../../time/time.ts'
import { GenerateSeriesSlots } from './documents.ts'

/** A chosen date with its slot. When a series is moved, also the visit that moves there. */
export interface Chosen {
  bookingId: string | null
  bookingSlotId: string
}

interface PlanListProps {
  planned: PlannedVisitFragment[]
  /** The text for a date that is not chosen. */
  none: string
  submit(count: number): string
  /** Called with the dates that are chosen. An error that it throws is shown. */
  onSubmit(chosen: Chosen[]): Promise<void>
  /** Plans again. */
  refetch(): void
}

/** The dates of a planned series: each with its slot, or why there is none and other slots nearby. */
export function PlanList({ planned, none, submit, onSubmit, refetch }: PlanListProps) {
  const { t } = useText(seriesTexts)
  const [choices, setChoices] = useState<Record<string, string>>({})
  const keyOf = ({ bookingId, slotDate }: PlannedVisitFragment) => bookingId ?? slotDate ?? ''
  const chosen = planned.flatMap((visit) => {
    const bookingSlotId = choices[keyOf(visit)] ?? (visit.reason ? '' : visit.bookingSlotId)
    return bookingSlotId ? [{ bookingId: visit.bookingId, bookingSlotId }] : []
  })
  return (
    <section aria-label={t.dates}>
      <h2>{t.dates}</h2>
      <MissingSlots planned={planned} refetch={refetch} />
      <Form submit={submit(chosen.length)} onSubmit={() => onSubmit(chosen)}>
        <ul className="rows card">
          {planned.map((visit) => (
            <li key={keyOf(visit)} className="row padded">
              <VisitChoice
                visit={visit}
                none={none}
                value={choices[keyOf(visit)] ?? (visit.reason ? '' : (visit.bookingSlotId ?? ''))}
                choose={(slot) => setChoices({ ...choices, [keyOf(visit)]: slot })}
              />
            </li>
          ))}
        </ul>
      </Form>
    </section>
  )
}

interface VisitChoiceProps {
  visit: PlannedVisitFragment
  none: string
  value: string
  choose(slotId: string): void
}

/** One date: its slot, or others nearby, or none. */
function VisitChoice({ visit, none, value, choose }: VisitChoiceProps) {
  const { t, locale } = useText(seriesTexts)
  const { timeZone } = useWorkplace().clinic
  const { slotDate, reason, startsAt, bookingSlotId, alternatives } = visit
  const when = (instant: string) => {
    const date = dateText(localDate(instant, timeZone), locale, { weekday: 'short', day: 'numeric', month: 'short' })
    return `${date}, ${clock(instant, timeZone, locale)}`
  }
  return (
    <Select
      label={longDate(slotDate ?? '', locale)}
      hint={reason ? (t.reasons[reason] ?? reason) : undefined}
      value={value}
      onChange={choose}
    >
      {!reason && bookingSlotId && startsAt && (
        <option value={bookingSlotId}>{clock(startsAt, timeZone, locale)}</option>
      )}
      {alternatives?.map(
        (other) =>
          other?.bookingSlotId &&
          other.startsAt && (
            <option key={other.bookingSlotId} value={other.bookingSlotId}>
              {when(other.startsAt)}
            </option>
          ),
      )}
      <option value="">{none}</option>
    </Select>
  )
}

/** Makes the slots of dates beyond the weeks for which slots were generated. */
function MissingSlots({ planned, refetch }: Pick<PlanListProps, 'planned' | 'refetch'>) {
  const { t } = useText(seriesTexts)
  const { clinic } = useWorkplace()
  const slotDates = planned.flatMap(({ slotDate, reason }) =>
    reason === 'not_generated' && slotDate ? [slotDate] : [],
  )
  if (slotDates.length === 0) return null
  return (
    <Notice tone="plain">
      <p>{t.notGenerated}</p>
      <Form
        plain
        submit={t.generate}
        onSubmit={async () => {
          await request(GenerateSeriesSlots, { input: { clinicId: clinic.id, slotDates } })
          refetch()
        }}
      />
    </Notice>
  )
}
