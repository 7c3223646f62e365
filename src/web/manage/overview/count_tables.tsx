import { useText } from '../../text/language.ts'
import { overviewTexts } from '../../text/manage/overview.ts'
import { dateText } from '../../time/time.ts'
import { allOf, type Counts, type DoctorDay, occupancy, parts, sum } from './counts.ts'
import { Percent } from './percent.tsx'

/** What the chart shows, as a table. */
export function DayTable({ days }: { days: ({ date: string } & Counts)[] }) {
  const { t, locale } = useText(overviewTexts)
  return (
    <details className="day-table">
      <summary>{t.asTable}</summary>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard */}
      <section className="table-scroll" aria-label={t.asTable} tabIndex={0}>
        <table className="table">
          <thead>
            <tr>
              <th scope="col">{t.day}</th>
              {parts.map((part) => (
                <th key={part} scope="col" className="number">
                  {t.parts[part]}
                </th>
              ))}
              <th scope="col" className="number">
                {t.used}
              </th>
            </tr>
          </thead>
          <tbody>
            {days
              .filter((day) => allOf(day) > 0)
              .map((day) => (
                <tr key={day.date}>
                  <th scope="row">
                    {dateText(day.date, locale, { weekday: 'short', day: 'numeric', month: 'short' })}
                  </th>
                  {parts.map((part) => (
                    <td key={part} className="number">
                      {day[part]}
                    </td>
                  ))}
                  <td className="number">
                    <Percent of={occupancy(day)} />
                  </td>
                </tr>
              ))}
          </tbody>
        </table>
      </section>
    </details>
  )
}

interface DoctorTableProps {
  rows: DoctorDay[]
  doctors: { id: string; fullName: string }[]
}

/** The slots of the period by doctor, the most booked doctor first. */
export function DoctorTable({ rows, doctors }: DoctorTableProps) {
  const { t } = useText(overviewTexts)
  const byDoctor = [...Map.groupBy(rows, ({ doctorId }) => doctorId)]
    .map(([id, days]) => ({
      id,
      name: doctors.find((doctor) => doctor.id === id)?.fullName ?? t.former,
      counts: sum(days),
    }))
    .sort((a, b) => occupancy(b.counts) - occupancy(a.counts) || a.name.localeCompare(b.name))
  if (byDoctor.length === 0) return null
  return (
    <div className="below">
      <h2>{t.byDoctor}</h2>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard */}
      <section className="card table-scroll" aria-label={t.byDoctor} tabIndex={0}>
        <table className="table">
          <thead>
            <tr>
              <th scope="col">{t.doctor}</th>
              <th scope="col">{t.used}</th>
              {parts.map((part) => (
                <th key={part} scope="col" className="number">
                  {t.parts[part]}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {byDoctor.map(({ id, name, counts }) => (
              <tr key={id}>
                <th scope="row">{name}</th>
                <td className="meter-cell">
                  <span className="meter" aria-hidden="true">
                    <span style={{ width: `${occupancy(counts) * 100}%` }} />
                  </span>
                  <Percent of={occupancy(counts)} />
                </td>
                {parts.map((part) => (
                  <td key={part} className="number">
                    {counts[part]}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </section>
    </div>
  )
}
