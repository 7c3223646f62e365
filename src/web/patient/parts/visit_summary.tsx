import type { ReactNode } from 'react'
import { tel } from '../../parts/contact_links.ts'
import { Icon } from '../../parts/icon.tsx'
import { useText } from '../../text/language.ts'
import { searchTexts } from '../../text/patient/search.ts'
import { onlineTexts } from '../../text/shared/online.ts'
import { clock, clocksDiffer, dayAndClock, localDate, longDate, ownZone, zoneCity, zoneName } from '../../time/time.ts'

interface VisitSummaryProps {
  startsAt: string | undefined
  endsAt?: string | undefined
  clinic: { name: string; timeZone: string; address?: string | null; phone?: string | null } | undefined
  doctorName: string | undefined
  /** Struck through, because the time is no longer available. */
  lost?: boolean
  /** It takes place online, so the address does not matter. */
  online?: boolean | undefined
  /** The room, if the visit has one. */
  room?: string | undefined
  /** It is still loading: what follows is shown when it has arrived. */
  loading?: boolean
  /** What the visit is for. */
  children?: ReactNode
}

/** The time, doctor and clinic of a visit. Keeps its space while loading. */
export function VisitSummary({
  startsAt,
  endsAt,
  clinic,
  doctorName,
  lost,
  online,
  room,
  loading,
  children,
}: VisitSummaryProps) {
  const { t, locale } = useText(searchTexts)
  const { t: onlineText } = useText(onlineTexts)
  if (!startsAt || !clinic)
    return <div className={`${loading ? 'pending ' : ''}card visit skeleton-bar`} aria-hidden="true" />
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
      {children}
      <p className="where">
        <Icon name="pin" />
        {room && `${room}, `}
        {clinic.name}
        {online ? ` (${onlineText.online})` : clinic.address && `, ${clinic.address}`}
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
          {t.clinicTime(`${zoneCity(timeZone)}, ${zoneName(startsAt, timeZone, locale)}`)} ·{' '}
          {t.yours(dayAndClock(startsAt, ownZone, locale))}
        </p>
      )}
    </div>
  )
}
