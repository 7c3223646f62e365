import { useState } from 'react'
import { Link } from 'wouter'
import type { SeriesBookingsQuery } from '../../data/generated/graphql.ts'
import { useQuery } from '../../data/use_query.ts'
import { Empty } from '../../parts/feedback/notice.tsx'
import { Select } from '../../parts/form/field.tsx'
import { Loaded } from '../../parts/listing.tsx'
import { useWorkplace } from '../../parts/workplace/workplace.tsx'
import { seriesTexts } from '../../text/desk/series.ts'
import { nameIn, useText } from '../../text/language.ts'
import { clock, longDate } from '../../time/time.ts'
import { CancelFrom } from './cancel_from.tsx'
import { SeriesBookings } from './documents.ts'
import { MoveFrom } from './move_from.tsx'

export type Visit = NonNullable<NonNullable<SeriesBookingsQuery['seriesBookings']>[number]>

const isAhead = ({ status, startsAt }: Visit) => status === 'BOOKED' && Date.parse(startsAt) > Date.now()

/** The visits of a series, and forms that move or cancel those from one of them on. */
export function SeriesView({ seriesId }: { seriesId: string }) {
  const { t } = useText(seriesTexts)
  const { clinic, isDesk } = useWorkplace()
  const query = useQuery(SeriesBookings, { clinicId: clinic.id, seriesId })
  return (
    <Loaded query={query}>
      {({ seriesBookings }) => {
        const visits = seriesBookings?.flatMap((visit) => visit ?? []) ?? []
        if (visits.length === 0) return <Empty title={t.none} />
        return (
          <>
            <p className="patient-name">{visits[0]?.clinicCustomer?.fullName}</p>
            <Visits visits={visits} />
            {isDesk && <Changes visits={visits.filter(isAhead)} seriesId={seriesId} done={query.refetch} />}
          </>
        )
      }}
    </Loaded>
  )
}

function Visits({ visits }: { visits: Visit[] }) {
  const { t, locale, language } = useText(seriesTexts)
  const { clinic } = useWorkplace()
  return (
    <ul className="rows card">
      {visits.map(({ id, slotDate, startsAt, status, doctor, service }) => (
        <li key={id} className="row padded">
          <Link href={`/desk/${clinic.id}?date=${slotDate}`}>
            {longDate(slotDate, locale)}, {clock(startsAt, clinic.timeZone, locale)}
          </Link>
          <span>{[doctor?.fullName, service && nameIn(language, service)].filter(Boolean).join(', ')}</span>
          {status === 'CANCELLED' && <span className="tag">{t.cancelled}</span>}
        </li>
      ))}
    </ul>
  )
}

interface ChangesProps {
  /** The visits that lie ahead. */
  visits: Visit[]
  seriesId: string
  done(): void
}

/** Moves or cancels the visits from one of them on. */
function Changes({ visits, seriesId, done }: ChangesProps) {
  const { t, locale } = useText(seriesTexts)
  const { timeZone } = useWorkplace().clinic
  const [chosen, setChosen] = useState<string>()
  const first = visits.find(({ id }) => id === chosen) ?? visits[0]
  if (!first) return null
  const from = visits.filter(({ slotDate }) => slotDate >= first.slotDate)
  return (
    <section aria-label={t.moveOrCancel}>
      <h2>{t.moveOrCancel}</h2>
      <Select label={t.from} value={first.id} onChange={setChosen}>
        {visits.map(({ id, slotDate, startsAt }) => (
          <option key={id} value={id}>
            {longDate(slotDate, locale)}, {clock(startsAt, timeZone, locale)}
          </option>
        ))}
      </Select>
      <MoveFrom key={first.id} seriesId={seriesId} fromDate={first.slotDate} done={done} />
      <CancelFrom seriesId={seriesId} fromDate={first.slotDate} count={from.length} done={done} />
    </section>
  )
}
