import type { ReactNode } from 'react'
import { useState } from 'react'
import { Link } from 'wouter'
import { graphql } from '../../data/generated/gql.ts'
import type { ManageSetupQuery } from '../../data/generated/graphql.ts'
import { useQuery } from '../../data/use_query.ts'
import { Select } from '../../parts/form/field.tsx'
import { Icon } from '../../parts/icon.tsx'
import { Loaded } from '../../parts/listing.tsx'
import { useDoctorNames } from '../../parts/workplace/use_doctor_names.ts'
import { useWorkplace } from '../../parts/workplace/workplace.tsx'
import { useText } from '../../text/language.ts'
import { manageTexts } from '../../text/manage/common.ts'
import { overviewTexts } from '../../text/manage/overview.ts'
import { dateText, localDate, plusDays } from '../../time/time.ts'
import { Section } from '../parts/section.tsx'
import { Chart } from './chart.tsx'
import { Checklist } from './checklist.tsx'
import { DayTable, DoctorTable } from './count_tables.tsx'
import { allOf, type Counts, type DoctorDay, doctorDays, occupancy, parts, sum } from './counts.ts'
import { Percent } from './percent.tsx'

const ManageSetup = graphql(`
  query ManageSetup($clinicId: BigInt!, $today: Date!) {
    doctors(filter: { clinicId: { equalTo: $clinicId } }, first: 1) { totalCount }
    timeSlots(filter: { clinicId: { equalTo: $clinicId } }, first: 1) { totalCount }
    doctorSlotTemplates(filter: { clinicId: { equalTo: $clinicId } }, first: 1) { totalCount }
    bookingSlots(filter: { clinicId: { equalTo: $clinicId } }, first: 1) { nodes { id } }
    bookedAhead: bookings(
      filter: { clinicId: { equalTo: $clinicId }, slotDate: { greaterThanOrEqualTo: $today }, status: { equalTo: BOOKED } }
      first: 1
    ) { totalCount }
    freeAhead: bookingSlots(
      filter: { clinicId: { equalTo: $clinicId }, slotDate: { greaterThanOrEqualTo: $today }, status: { in: [OPEN, HELD] } }
      first: 1
    ) { totalCount }
    rebookingLists(filter: { clinicId: { equalTo: $clinicId }, resolution: { isNull: true } }, first: 1) { totalCount }
    notifications(filter: { clinicId: { equalTo: $clinicId }, state: { equalTo: DEAD } }, first: 1) { totalCount }
  }
`)
const ManageCounts = graphql(`
  query ManageCounts($clinicId: BigInt!, $dates: DateFilter!) {
    bookings(filter: { clinicId: { equalTo: $clinicId }, slotDate: $dates }) {
      groupedAggregates(groupBy: [DOCTOR_ID, SLOT_DATE, STATUS]) { keys distinctCount { id } }
    }
    bookingSlots(
      filter: { clinicId: { equalTo: $clinicId }, slotDate: $dates, status: { in: [OPEN, HELD] } }
    ) {
      groupedAggregates(groupBy: [DOCTOR_ID, SLOT_DATE, STATUS]) { keys distinctCount { id } }
    }
  }
`)

const weeks = 4

/** The Monday of the week of a date. */
function mondayOf(date: string): string {
  const weekday = new Date(`${date}T00:00:00Z`).getUTCDay()
  return plusDays(date, -((weekday + 6) % 7))
}

/**
 * How full the clinic is on each day, and what needs attention. A new clinic sees a checklist that leads to its first
 * free time.
 */
export function OverviewSection() {
  const { t: common } = useText(manageTexts)
  const { clinic } = useWorkplace()
  const setup = useQuery(ManageSetup, { clinicId: clinic.id, today: localDate(undefined, clinic.timeZone) })
  return (
    <Section title={common.section.overview} lead={clinic.name}>
      <Loaded query={setup} skeleton="block">
        {(data) =>
          data.bookingSlots?.nodes.length === 0 ? (
            <Checklist
              done={{
                doctors: (data.doctors?.totalCount ?? 0) > 0,
                'time-slots': (data.timeSlots?.totalCount ?? 0) > 0,
                templates: (data.doctorSlotTemplates?.totalCount ?? 0) > 0,
                generation: false,
              }}
            />
          ) : (
            <Figures setup={data} />
          )
        }
      </Loaded>
    </Section>
  )
}

function Figures({ setup }: { setup: ManageSetupQuery }) {
  const { t } = useText(overviewTexts)
  const { clinic } = useWorkplace()
  const today = localDate(undefined, clinic.timeZone)
  // One week back and three weeks ahead.
  const [first, setFirst] = useState(plusDays(mondayOf(today), -7))
  const last = plusDays(first, 7 * weeks - 1)
  const query = useQuery(ManageCounts, {
    clinicId: clinic.id,
    dates: { greaterThanOrEqualTo: first, lessThanOrEqualTo: last },
  })
  return (
    <Loaded query={query} skeleton="block">
      {(data) => {
        const rows = doctorDays(data)
        const past = sum(rows.filter(({ date }) => date <= today))
        const came = past.seen + past.noShow
        return (
          <>
            <ul className="figures">
              <Figure label={t.figures.ahead} value={setup.bookedAhead?.totalCount ?? 0} hint={t.figures.aheadHint} />
              <Figure label={t.figures.freeAhead} value={setup.freeAhead?.totalCount ?? 0} hint={t.figures.aheadHint} />
              <Figure
                label={t.figures.noShows}
                value={came === 0 ? '–' : <Percent of={past.noShow / came} />}
                hint={t.figures.noShowHint}
              />
              <Figure
                label={t.figures.rebooking}
                value={setup.rebookingLists?.totalCount ?? 0}
                hint={t.figures.rebookingHint}
                href={`/manage/${clinic.id}/rebooking`}
              />
              <Figure
                label={t.figures.failed}
                value={setup.notifications?.totalCount ?? 0}
                hint={t.figures.failedHint}
                href={`/manage/${clinic.id}/messages`}
              />
            </ul>
            <Period rows={rows} first={first} today={today} choose={setFirst} />
          </>
        )
      }}
    </Loaded>
  )
}

interface PeriodProps {
  rows: DoctorDay[]
  first: string
  today: string
  choose(first: string): void
}

function Period({ rows, first, today, choose }: PeriodProps) {
  const { t, locale } = useText(overviewTexts)
  const doctors = useDoctorNames().data?.nodes
  const [doctorId, setDoctorId] = useState('')
  const [pointed, setPointed] = useState<string>()
  const shown = doctorId ? rows.filter((row) => row.doctorId === doctorId) : rows
  const days = Array.from({ length: 7 * weeks }, (_, n) => {
    const date = plusDays(first, n)
    return { date, ...sum(shown.filter((row) => row.date === date)) }
  })
  const short = (date: string) => dateText(date, locale, { day: 'numeric', month: 'short' })
  const period = t.weeks(short(first), short(plusDays(first, 7 * weeks - 1)))
  const day = days.find(({ date }) => date === pointed)
  return (
    <>
      <section className="card padded chart-card" aria-labelledby="chart-title">
        <header className="chart-head">
          <div>
            <h2 id="chart-title">{t.chart}</h2>
            <p className="hint" role="status">
              {period}
            </p>
          </div>
          <Select label={t.doctor} value={doctorId} onChange={setDoctorId}>
            <option value="">{t.everybody}</option>
            {doctors
              ?.filter(({ id, isActive }) => isActive || rows.some((row) => row.doctorId === id))
              .map(({ id, fullName }) => (
                <option key={id} value={id}>
                  {fullName}
                </option>
              ))}
          </Select>
          <PeriodButtons first={first} today={today} choose={choose} />
        </header>
        <Legend
          of={day ? dateText(day.date, locale, { weekday: 'short', day: 'numeric', month: 'short' }) : t.total}
          counts={day ?? sum(shown)}
        />
        <Chart days={days} today={today} label={t.chartOf(period)} point={setPointed} />
        {allOf(sum(shown)) === 0 && <p className="chart-none">{t.noSlots}</p>}
        <DayTable days={days} />
      </section>
      {/* Only after the names are loaded: a doctor without a name is shown as a former one. */}
      {doctors && <DoctorTable rows={rows} doctors={doctors} />}
    </>
  )
}

/** Leads to the four weeks before and after, and back to the present. */
function PeriodButtons({ first, today, choose }: Omit<PeriodProps, 'rows'>) {
  const { t } = useText(overviewTexts)
  return (
    // biome-ignore lint/a11y/useSemanticElements: three buttons of one purpose, no fields
    <div className="period" role="group" aria-label={t.period}>
      <button type="button" className="icon-button" aria-label={t.earlier} onClick={() => choose(plusDays(first, -28))}>
        <Icon name="arrowLeft" />
      </button>
      <button type="button" className="button small" onClick={() => choose(plusDays(mondayOf(today), -7))}>
        {t.present}
      </button>
      <button type="button" className="icon-button" aria-label={t.later} onClick={() => choose(plusDays(first, 28))}>
        <Icon name="arrowRight" />
      </button>
    </div>
  )
}

function Legend({ of, counts }: { of: string; counts: Counts }) {
  const { t } = useText(overviewTexts)
  return (
    <div className="legend">
      <p className="legend-of">{of}</p>
      <ul>
        {parts.map((part) => (
          <li key={part}>
            <span className={`swatch ${part}`} />
            {t.parts[part]} <b>{counts[part]}</b>
          </li>
        ))}
        <li>
          {t.used} <b>{allOf(counts) === 0 ? '–' : <Percent of={occupancy(counts)} />}</b>
        </li>
      </ul>
    </div>
  )
}

interface FigureProps {
  label: string
  value: ReactNode
  hint: string
  href?: string
}

function Figure({ label, value, hint, href }: FigureProps) {
  const content = (
    <>
      <span className="figure-label">{label}</span>
      <span className="figure-value">{value}</span>
      <span className="figure-hint">{hint}</span>
    </>
  )
  return (
    <li>
      {href ? (
        <Link href={href} className="figure card">
          {content}
        </Link>
      ) : (
        <div className="figure card">{content}</div>
      )}
    </li>
  )
}
