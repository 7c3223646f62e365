import { type ReactNode, Suspense } from 'react'
import { Link } from 'wouter'
import { graphql } from '../../data/generated/gql.ts'
import { useQuery } from '../../data/use_query.ts'
import { OtherDay } from '../../parts/date/loaded_other_day.tsx'
import { Notice } from '../../parts/feedback/notice.tsx'
import { Pending } from '../../parts/feedback/pending.tsx'
import { Icon } from '../../parts/icon.tsx'
import { ClinicChoice, useWorkplace } from '../../parts/workplace/workplace.tsx'
import { dayTexts } from '../../text/desk/day.ts'
import { liveTexts } from '../../text/desk/live.ts'
import { slotStateTexts } from '../../text/desk/slot_state.ts'
import { useText } from '../../text/language.ts'
import { clock, clocksDiffer, localDate, ownZone, zoneCity, zoneName } from '../../time/time.ts'
import { type DeskSlot, slotStates, stateOf } from '../data/slots.ts'
import type { Connection } from '../data/use_slots.ts'
import { useNow } from './grid.tsx'

const WaitingForRebooking = graphql(`
  query WaitingForRebooking($clinicId: BigInt!) {
    rebookingLists(filter: { clinicId: { equalTo: $clinicId }, resolution: { isNull: true } }) { totalCount }
  }
`)

interface StepsProps {
  labels: { previous: string; next: string; now: string }
  address: { previous: string; next: string; now: string }
  isNow: boolean
  date: string
  /** If given, the calendar marks the days on which this doctor has free times, instead of those of the whole clinic. */
  doctorId?: string
  choose(date: string): void
  children?: ReactNode
}

/** Navigation between days or weeks: back, now, forward, or any day. */
export function Steps({ labels, address, isNow, date, doctorId, choose, children }: StepsProps) {
  const { t } = useText(dayTexts)
  const { clinic } = useWorkplace()
  return (
    <nav className="desk-steps" aria-label={t.other}>
      <Link href={address.previous} className="button icon-step" aria-label={labels.previous} title={labels.previous}>
        <Icon name="arrowLeft" />
      </Link>
      <Link href={address.now} className="button" aria-current={isNow ? 'date' : undefined}>
        {labels.now}
      </Link>
      <Link href={address.next} className="button icon-step" aria-label={labels.next} title={labels.next}>
        <Icon name="arrowRight" />
      </Link>
      <Suspense fallback={<Pending />}>
        <OtherDay
          date={date}
          today={localDate(undefined, clinic.timeZone)}
          label={t.other}
          free={{ clinic: clinic.id, doctor: doctorId }}
          choose={choose}
        />
      </Suspense>
      {children}
    </nav>
  )
}

/** The clinic, its local time, and whether the page is live. */
export function Place({ connection }: { connection: Connection }) {
  const { t, locale } = useText(liveTexts)
  const { t: dayText } = useText(dayTexts)
  const { clinic, isDesk } = useWorkplace()
  const now = new Date(useNow()).toISOString()
  const { timeZone } = clinic
  const elsewhere = clocksDiffer(now, timeZone, ownZone)
  return (
    <div className="desk-place">
      <ClinicChoice base="/desk" />
      {isDesk && <RebookingLink />}
      {isDesk && (
        <Link href={`/desk/${clinic.id}/waiting`} className="button small">
          {dayText.waiting}
        </Link>
      )}
      <Link href={`/desk/${clinic.id}/absences`} className="button small">
        {dayText.absences}
      </Link>
      {isDesk && (
        <Link href={`/desk/${clinic.id}/accounts`} className="button small">
          {dayText.accounts}
        </Link>
      )}
      {isDesk && (
        <Link href={`/desk/${clinic.id}/series`} className="button small">
          {dayText.newSeries}
        </Link>
      )}
      <span className="desk-clock">
        <Icon name="clock" />
        {clock(now, timeZone, locale)}
        {elsewhere && <small>{dayText.clinicTime(`${zoneCity(timeZone)}, ${zoneName(now, timeZone, locale)}`)}</small>}
      </span>
      <span className={`live ${connection.state}`}>
        {connection.state === 'live' ? t.live : connection.state === 'lost' ? t.lostTitle : t.connecting}
      </span>
    </div>
  )
}

/** A link to the rebooking list, with the number of its entries. */
function RebookingLink() {
  const { t } = useText(dayTexts)
  const { clinic } = useWorkplace()
  const { data, pending } = useQuery(WaitingForRebooking, { clinicId: clinic.id })
  const waiting = data?.rebookingLists?.totalCount
  if (pending) return <Pending />
  return (
    <Link href={`/desk/${clinic.id}/rebooking`} className="button small">
      {t.rebooking}
      {waiting ? <span className="tag no_show">{waiting}</span> : null}
    </Link>
  )
}

/** Warns that the page may be out of date. */
export function ConnectionBanner({ connection }: { connection: Connection }) {
  const { t, locale } = useText(liveTexts)
  const { timeZone } = useWorkplace().clinic
  if (connection.state !== 'lost') return null
  return (
    <Notice tone="bad" title={t.lostTitle}>
      <p>{t.lost(clock(new Date(connection.seenAt).toISOString(), timeZone, locale))}</p>
    </Notice>
  )
}

/** The number of slots in each state. It is also the legend of the grid. */
export function Counts({ slots }: { slots: DeskSlot[] | undefined }) {
  const { t } = useText(dayTexts)
  const { t: stateText } = useText(slotStateTexts)
  const counted = Map.groupBy(slots ?? [], stateOf)
  return (
    <ul className="counts" aria-label={t.counts} aria-busy={!slots}>
      {slotStates.map((state) => (
        <li key={state} className={`count ${state}`}>
          <Icon name={state} />
          <strong>{slots ? (counted.get(state)?.length ?? 0) : '–'}</strong> {stateText[state]}
        </li>
      ))}
    </ul>
  )
}
