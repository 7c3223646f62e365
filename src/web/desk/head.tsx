import { lazy, type ReactNode, Suspense } from 'react'
import { Link } from 'wouter'
import { Icon } from '../parts/icon.tsx'
import { Notice } from '../parts/notice.tsx'
import { ClinicChoice, useWorkplace } from '../staff/clinic.tsx'
import { clock, clocksDiffer, ownZone, zoneCity, zoneName } from '../time.ts'
import { useNow } from './grid.tsx'
import { DeskIcon } from './icons.tsx'
import { type DeskSlot, standOf, stands } from './slots.ts'
import { useDeskText } from './text.ts'
import type { Connection } from './use_slots.ts'

const OtherDay = lazy(() => import('../patient/other_day.tsx'))

interface StepsProps {
  labels: { previous: string; next: string; now: string }
  address: { previous: string; next: string; now: string }
  isNow: boolean
  date: string
  choose(date: string): void
  children?: ReactNode
}

/** From day to day or week to week: a step back, to now, a step on, or any day. */
export function Steps({ labels, address, isNow, date, choose, children }: StepsProps) {
  const { t } = useDeskText()
  return (
    <nav className="desk-steps" aria-label={t.day.other}>
      <Link href={address.previous} className="button icon-step" aria-label={labels.previous} title={labels.previous}>
        <Icon name="arrowLeft" />
      </Link>
      <Link href={address.now} className="button" aria-current={isNow ? 'date' : undefined}>
        {labels.now}
      </Link>
      <Link href={address.next} className="button icon-step" aria-label={labels.next} title={labels.next}>
        <Icon name="arrowRight" />
      </Link>
      <Suspense fallback={<span className="day-chip other-day" />}>
        <OtherDay date={date} label={t.day.other} choose={choose} />
      </Suspense>
      {children}
    </nav>
  )
}

/** Where one works, what time it is there, and whether what one sees is live. */
export function Place({ connection }: { connection: Connection }) {
  const { t, locale } = useDeskText()
  const { clinic } = useWorkplace()
  const now = new Date(useNow()).toISOString()
  const { timeZone } = clinic
  const elsewhere = clocksDiffer(now, timeZone, ownZone)
  return (
    <div className="desk-place">
      <ClinicChoice base="/desk" />
      <span className="desk-clock">
        <Icon name="clock" />
        {clock(now, timeZone, locale)}
        {elsewhere && <small>{t.day.clinicTime(`${zoneCity(timeZone)}, ${zoneName(now, timeZone, locale)}`)}</small>}
      </span>
      <span className={`live ${connection.state}`}>
        {connection.state === 'live' ? t.live.live : connection.state === 'lost' ? t.live.lostTitle : t.live.connecting}
      </span>
    </div>
  )
}

/** Says that what one sees may be old. */
export function ConnectionBanner({ connection }: { connection: Connection }) {
  const { t, locale } = useDeskText()
  const { timeZone } = useWorkplace().clinic
  if (connection.state !== 'lost') return null
  return (
    <Notice tone="bad" title={t.live.lostTitle}>
      <p>{t.live.lost(clock(new Date(connection.seenAt).toISOString(), timeZone, locale))}</p>
    </Notice>
  )
}

/** How many slots stand how; also the legend of the grid. */
export function Counts({ slots }: { slots: DeskSlot[] | undefined }) {
  const { t } = useDeskText()
  const counted = Map.groupBy(slots ?? [], standOf)
  return (
    <ul className="counts" aria-label={t.day.counts} aria-busy={!slots}>
      {stands.map((stand) => (
        <li key={stand} className={`count ${stand}`}>
          <DeskIcon name={stand} />
          <strong>{slots ? (counted.get(stand)?.length ?? 0) : '–'}</strong> {t.stand[stand]}
        </li>
      ))}
    </ul>
  )
}
