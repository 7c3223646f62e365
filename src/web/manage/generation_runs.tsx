import { graphql } from '../graphql/generated/gql.ts'
import type { ManageRunsQuery } from '../graphql/generated/graphql.ts'
import { Empty } from '../parts/notice.tsx'
import { useWorkplace } from '../staff/clinic.tsx'
import { dateText, dayAndClock } from '../time.ts'
import { usePages } from '../use_pages.ts'
import { localClock } from './local_clock.ts'
import { Paged } from './section.tsx'
import { useDoctorNames } from './staff_sheet.tsx'
import { useGenerationText } from './text/generation.ts'
import { ManageTimeSlots } from './time_slots.tsx'

const ManageRuns = graphql(`
  query ManageRuns($clinicId: BigInt!, $after: Cursor) {
    slotGenerationRuns(filter: { clinicId: { equalTo: $clinicId } }, first: 20, after: $after, orderBy: [ID_DESC]) {
      nodes {
        id ranAt dueAt fromDate toDate slotsMade templatesPassedOver alreadyExisting inThePast skippedLocalTimes overlapping examples
      }
      pageInfo { hasNextPage endCursor }
    }
  }
`)

type Run = NonNullable<NonNullable<ManageRunsQuery['slotGenerationRuns']>['nodes'][number]>
const reasons = ['alreadyExisting', 'inThePast', 'skippedLocalTimes', 'overlapping'] as const
export type RunCounts = Pick<Run, 'slotsMade' | 'templatesPassedOver' | (typeof reasons)[number]>

/** What was passed over, counted by reason. */
export function Reasons({ run }: { run: RunCounts }) {
  const { t } = useGenerationText()
  const counted = reasons.filter((reason) => run[reason] > 0)
  if (counted.length === 0) return null
  return <p>{counted.map((reason) => `${run[reason]} ${t.reasons[reason]}`).join(', ')}</p>
}

/** Every generation there was, the last one first. */
export function Runs() {
  const { t, locale } = useGenerationText()
  const { clinic } = useWorkplace()
  const asked = usePages(ManageRuns, { clinicId: clinic.id }, (result) => result.slotGenerationRuns)
  const instant = (at: string) => dayAndClock(at, clinic.timeZone, locale, 'medium')
  const day = (date: string) => dateText(date, locale, { day: 'numeric', month: 'short' })
  return (
    <section className="below">
      <h2>{t.history}</h2>
      <Paged
        asked={asked}
        empty={
          <Empty title={t.emptyTitle}>
            <p>{t.empty}</p>
          </Empty>
        }
      >
        {(runs) => (
          <>
            {/* Wider than a phone; who has no mouse scrolls it with the arrow keys. */}
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
  const { t, locale } = useGenerationText()
  // What lies in the past needs no mending.
  const telling = examples.filter(({ reason }) => reason !== 'slot_in_the_past')
  const { clinic } = useWorkplace()
  const doctors = useDoctorNames()
  const slots = usePages(ManageTimeSlots, telling.length > 0 ? { clinicId: clinic.id } : null, (r) => r.timeSlots, {
    all: true,
  })
  if (telling.length === 0) return null
  return (
    <details className="examples">
      <summary>{t.look}</summary>
      <ul>
        {telling.map(({ reason, doctorId, timeSlotId, slotDate }) => {
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
