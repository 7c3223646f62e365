import { graphql } from '../../data/generated/gql.ts'
import type { ManageRunsQuery } from '../../data/generated/graphql.ts'
import { usePaginatedQuery } from '../../data/use_paginated_query.ts'
import { Empty } from '../../parts/feedback/notice.tsx'
import { Paged } from '../../parts/listing.tsx'
import { useDoctorNames } from '../../parts/workplace/use_doctor_names.ts'
import { useWorkplace } from '../../parts/workplace/workplace.tsx'
import { useText } from '../../text/language.ts'
import { generationTexts } from '../../text/manage/schedule/generation.ts'
import { localClock } from '../../time/local_clock.ts'
import { dateText, dayAndClock } from '../../time/time.ts'
import { useTimeSlots } from './use_time_slots.ts'

const ManageRuns = graphql(`
  query ManageRuns($clinicId: BigInt!, $after: Cursor) {
    slotGenerationRuns(filter: { clinicId: { equalTo: $clinicId } }, first: 20, after: $after, orderBy: [ID_DESC]) {
      nodes {
        id ranAt dueAt fromDate toDate slotsMade templatesPassedOver alreadyExisting inThePast skippedLocalTimes overlapping doctorAbsent examples
      }
      pageInfo { hasNextPage endCursor }
    }
  }
`)

type Run = NonNullable<NonNullable<ManageRunsQuery['slotGenerationRuns']>['nodes'][number]>
const reasons = ['alreadyExisting', 'inThePast', 'skippedLocalTimes', 'overlapping', 'doctorAbsent'] as const
export type RunCounts = Pick<Run, 'slotsMade' | 'templatesPassedOver' | (typeof reasons)[number]>

/** The templates that were skipped, counted by reason. */
export function Reasons({ run }: { run: RunCounts }) {
  const { t } = useText(generationTexts)
  const counted = reasons.filter((reason) => run[reason] > 0)
  if (counted.length === 0) return null
  return <p>{counted.map((reason) => `${run[reason]} ${t.reasons[reason]}`).join(', ')}</p>
}

/** All runs of the generation, the latest first. */
export function Runs() {
  const { t, locale } = useText(generationTexts)
  const { clinic } = useWorkplace()
  const query = usePaginatedQuery(ManageRuns, { clinicId: clinic.id }, (result) => result.slotGenerationRuns)
  const instant = (at: string) => dayAndClock(at, clinic.timeZone, locale, 'medium')
  const day = (date: string) => dateText(date, locale, { day: 'numeric', month: 'short' })
  return (
    <section className="below">
      <h2>{t.history}</h2>
      <Paged
        query={query}
        empty={
          <Empty title={t.emptyTitle}>
            <p>{t.empty}</p>
          </Empty>
        }
      >
        {(runs) => (
          <>
            {/* The table is wider than a phone. Readers without a mouse scroll it with the arrow keys. */}
            {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard */}
            <section className="card table-scroll" aria-label={t.history} tabIndex={0}>
              <table className="table">
                <thead>
                  <tr>
                    <th scope="col">{t.ranAt}</th>
                    <th scope="col">{t.how}</th>
                    <th scope="col">{t.range}</th>
                    <th scope="col" className="number">
                      {t.slotsMade}
                    </th>
                    <th scope="col">{t.passedOver}</th>
                  </tr>
                </thead>
                <tbody>
                  {runs.map((run) => (
                    <tr key={run.id}>
                      <td>{instant(run.ranAt)}</td>
                      <td>{run.dueAt ? t.bySchedule : t.byHand}</td>
                      <td>
                        {day(run.fromDate)} – {day(run.toDate)}
                      </td>
                      <td className="number">{run.slotsMade}</td>
                      <td>
                        {run.templatesPassedOver === 0 ? '–' : <Reasons run={run} />}
                        <Examples examples={run.examples as Example[]} />
                      </td>
                    </tr>
                  ))}
                </tbody>
              </table>
            </section>
          </>
        )}
      </Paged>
    </section>
  )
}

interface Example {
  reason: string
  doctorId: string
  timeSlotId: string
  slotDate: string
}

function Examples({ examples }: { examples: Example[] }) {
  const { t, locale } = useText(generationTexts)
  // Slots in the past need no correction.
  const future = examples.filter(({ reason }) => reason !== 'slot_in_the_past')
  const doctors = useDoctorNames()
  const slots = useTimeSlots({ skip: future.length === 0 })
  if (future.length === 0) return null
  return (
    <details className="examples">
      <summary>{t.look}</summary>
      <ul>
        {future.map(({ reason, doctorId, timeSlotId, slotDate }) => {
          const doctor = doctors.data?.nodes.find(({ id }) => id === doctorId)
          const slot = slots.data?.nodes.find(({ id }) => id === timeSlotId)
          return (
            <li key={`${doctorId} ${timeSlotId} ${slotDate}`}>
              {[
                dateText(slotDate, locale, { weekday: 'short', day: 'numeric', month: 'short' }),
                slot && localClock(slot.startTime, locale),
                doctor?.fullName ?? t.someDoctor,
                t.reason[reason] ?? reason,
              ]
                .filter(Boolean)
                .join(', ')}
            </li>
          )
        })}
      </ul>
    </details>
  )
}
