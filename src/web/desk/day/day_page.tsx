import { useEffect, useEffectEvent } from 'react'
import { useLocation, useSearchParams } from 'wouter'
import { graphql } from '../../data/generated/gql.ts'
import { useQuery } from '../../data/use_query.ts'
import { Notice, Problem } from '../../parts/feedback/notice.tsx'
import { Pending } from '../../parts/feedback/pending.tsx'
import { Icon } from '../../parts/icon.tsx'
import { Page } from '../../parts/layout/page.tsx'
import { useIsPhone } from '../../parts/layout/use_is_phone.ts'
import { useWorkplace } from '../../parts/workplace/workplace.tsx'
import { dayTexts } from '../../text/desk/day.ts'
import { deskErrorTexts } from '../../text/desk/errors.ts'
import { useText } from '../../text/language.ts'
import { dateText, localDate, plusDays } from '../../time/time.ts'
import { BookingForBanner } from '../booking_for.tsx'
import { type SlotsOfPage, useSlots } from '../data/use_slots.ts'
import { MovingBanner } from '../moving.tsx'
import { Day } from './day.tsx'
import { DeskDoctors, type Doctor } from './doctors.ts'
import { Filter } from './filter.tsx'
import { useNow } from './grid.tsx'
import { clocksChange } from './grid_time.ts'
import { ConnectionBanner, Counts, Place, Steps } from './head.tsx'
import { NetworkAlertNotices } from './network_alerts.tsx'
import { Subscribe } from './subscribe.tsx'

const DeskBooking = graphql(`
  query DeskBooking($clinicId: BigInt!, $id: BigInt!) { booking(clinicId: $clinicId, id: $id) { slotDate status } }
`)

/** A clinic's day: its doctors side by side with their slots, updated live. */
export function DayPage() {
  const { t, locale } = useText(dayTexts)
  const { clinic, isDesk } = useWorkplace()
  useNow()
  const { date, show, address, go } = useDate()
  const wanted = useWantedBooking(date, (day, id) => go(`${address(day)}&booking=${id}`, { replace: true }))
  const page = useSlots({ clinicId: clinic.id, from: date, to: date }, clinic.timeZone)
  const doctors = useQuery(DeskDoctors, { clinicId: clinic.id })
  const all = (doctors.data?.doctors?.nodes ?? []).flatMap((node) => (node ? [node] : []))
  const error = page.error ?? doctors.error
  const isPhone = useIsPhone()
  // A phone shows one doctor: the first who has slots, unless another is chosen.
  const first = all.find(({ id }) => page.slots?.some(({ doctorId }) => doctorId === id))
  const shown = isPhone && !show.startsWith('d') && first ? `d${first.id}` : show
  return (
    <Page title={dateText(date, locale, { weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' })} wide>
      <div className="desk">
        <Place connection={page.connection} />
        <DayToolbar doctors={all} pending={doctors.pending} show={shown} isPhone={isPhone} />
        <ConnectionBanner connection={page.connection} />
        <MovingBanner />
        <BookingForBanner />
        {isDesk && <NetworkAlertNotices shown={date} address={address} />}
        {clocksChange(date, clinic.timeZone) && <p className="clocks-change">{t.clocksChange}</p>}
        {error !== undefined ? (
          <Problem
            error={error}
            retry={() => {
              page.refetch()
              doctors.refetch()
            }}
          />
        ) : (
          <LoadedDay doctors={doctors.data && all} show={shown} page={page} wanted={wanted} />
        )}
      </div>
    </Page>
  )
}

/** What the address of the page says: the date and the doctors. Also makes the addresses for other dates and doctors. */
function useDate() {
  const { clinic } = useWorkplace()
  const [parameters] = useSearchParams()
  const [, go] = useLocation()
  const today = localDate(undefined, clinic.timeZone)
  const show = parameters.get('show') ?? ''
  return {
    today,
    date: /^\d{4}-\d\d-\d\d$/.exec(parameters.get('date') ?? '')?.[0] ?? today,
    show,
    address: (day: string, shown = show) =>
      `/desk/${clinic.id}?${new URLSearchParams({ ...(day !== today && { date: day }), ...(shown && { show: shown }) })}`,
    go,
  }
}

interface DayToolbarProps {
  doctors: Doctor[]
  /** The doctors are still loading. */
  pending: boolean
  show: string
  isPhone: boolean
}

/** The controls above the day: other days and doctors, print, and subscribe. */
function DayToolbar({ doctors, pending, show, isPhone }: DayToolbarProps) {
  const { t } = useText(dayTexts)
  const { today, date, address, go } = useDate()
  return (
    <div className="desk-tools">
      <Steps
        labels={{ previous: t.previous, now: t.today, next: t.next }}
        address={{ previous: address(plusDays(date, -1)), now: address(today), next: address(plusDays(date, 1)) }}
        isNow={date === today}
        date={date}
        {...(show.startsWith('d') && { doctorId: show.slice(1) })}
        choose={(day) => go(address(day))}
      />
      <Pending when={pending} />
      <Filter doctors={doctors} show={show} choose={(chosen) => go(address(date, chosen))} isPhone={isPhone} />
      <button type="button" className="button print-button" onClick={() => print()}>
        <Icon name="print" />
        {t.print}
      </button>
      <Subscribe />
    </div>
  )
}

interface LoadedDayProps {
  /** Undefined until they are loaded. */
  doctors: Doctor[] | undefined
  show: string
  page: SlotsOfPage
  wanted: ReturnType<typeof useWantedBooking>
}

/** The day, or its outline until it is loaded. */
function LoadedDay({ doctors, show, page, wanted: { wanted, isGone, pending } }: LoadedDayProps) {
  const { t: errors } = useText(deskErrorTexts)
  const { date, address, go } = useDate()
  return (
    <>
      <Pending when={pending} />
      {isGone && (
        <Notice tone="plain">
          <p>{errors.booking_not_found}</p>
        </Notice>
      )}
      {page.slots && doctors ? (
        <Day
          doctors={doctors}
          show={show}
          date={date}
          page={page}
          slots={page.slots}
          wanted={wanted}
          wasSeen={() => wanted && go(address(date), { replace: true })}
        />
      ) : (
        <>
          <Counts slots={undefined} />
          <div className="pending skeleton-bar grid-skeleton" aria-hidden="true" />
        </>
      )}
    </>
  )
}

/**
 * The booking whose sheet a link opens, such as a link of the rebooking list. If it is on another day than the one that is
 * shown, `goTo` is called with that day. `isGone` if it does not exist or was cancelled.
 */
function useWantedBooking(date: string, goTo: (day: string, id: string) => void) {
  const { clinic } = useWorkplace()
  const [parameters] = useSearchParams()
  const wanted = /^\d{1,18}$/.exec(parameters.get('booking') ?? '')?.[0]
  const booking = useQuery(DeskBooking, wanted ? { clinicId: clinic.id, id: wanted } : null)
  const found = booking.data?.booking?.status === 'CANCELLED' ? null : booking.data?.booking
  const itsDay = booking.loading ? undefined : found?.slotDate
  const goToDay = useEffectEvent(goTo)
  useEffect(() => {
    if (wanted && itsDay && itsDay !== date) goToDay(itsDay, wanted)
  }, [wanted, itsDay, date])
  return { wanted, pending: booking.pending, isGone: Boolean(wanted && booking.data && !booking.loading && !found) }
}
