import { tel } from '../contact_links.ts'
import { Icon } from '../parts/icon.tsx'
import { useText } from '../text/language.ts'
import { clock, clocksDiffer, dayAndClock, localDate, longDate, ownZone, zoneCity, zoneName } from '../time.ts'

interface VisitSummaryProps {
  startsAt: string | undefined
  endsAt?: string | undefined
  clinic: { name: string; timeZone: string; address?: string | null; phone?: string | null } | undefined
  doctorName: string | undefined
  /** Struck through: the time is not to be had any more. */
  lost?: boolean
}

/** When, with whom and where. Keeps its room while it is fetched. */
export function VisitSummary({ startsAt, endsAt, clinic, doctorName, lost }: VisitSummaryProps) {
  const { t, locale } = useText()
  if (!startsAt || !clinic) return <div className="card visit bone" aria-hidden="true" />
  const { timeZone } = clinic
  const elsewhere = clocksDiffer(startsAt, timeZone, ownZone)
  return (
    <div className={`card visit${lost ? ' lost' : ''}`}>
      <p className="visit-day">{longDate(localDate(startsAt, timeZone), locale)}</p>
      <p className="visit-time">
        {clock(startsAt, timeZone, locale)}
        {endsAt && <span> – {clock(endsAt, timeZone, locale)}</span>}
      </p>
      <p className="visit-doctor">{doctorName}</p>
      <p className="where">
        <Icon name="pin" />
        {clinic.name}
        {clinic.address && `, ${clinic.address}`}
      </p>
      {clinic.phone && (
        <p className="where">
          <Icon name="phone" />
          <a href={tel(clinic.phone)}>{clinic.phone}</a>
        </p>
      )}
      {elsewhere && (
        <p className="where">
          <Icon name="clock" />
          {t.search.clinicTime(`${zoneCity(timeZone)}, ${zoneName(startsAt, timeZone, locale)}`)} ·{' '}
          {t.search.yours(dayAndClock(startsAt, ownZone, locale))}
        </p>
      )}
    </div>
  )
}
