import { useState } from 'react'
import { Link, useSearchParams } from 'wouter'
import { graphql } from '../graphql/generated/gql.ts'
import type { OneBookingQuery } from '../graphql/generated/graphql.ts'
import { AccountForms } from '../parts/account_forms.tsx'
import { Icon } from '../parts/icon.tsx'
import { Notice, Problem } from '../parts/notice.tsx'
import { Page } from '../parts/page.tsx'
import { useWho } from '../session.ts'
import { useText } from '../text/language.ts'
import { dateText, localDate, ownZone } from '../time.ts'
import { useQuery } from '../use_query.ts'
import { downloadCalendarFile } from './calendar_file.ts'
import { CancelDialog } from './cancel_dialog.tsx'
import { MoveBooking } from './move_booking.tsx'
import { searchAddress } from './search.ts'
import { VisitSummary } from './visit_summary.tsx'

const OneBooking = graphql(`
  query OneBooking($clinicId: BigInt!, $id: BigInt!) {
    calendarUid(clinicId: $clinicId, bookingId: $id)
    booking(clinicId: $clinicId, id: $id) {
      id clinicId doctorId bookingSlotId status startsAt endsAt note sequence
      cancelledAt cancelledBy cancellationReason
      doctor { fullName }
      clinic { name timeZone address phone }
    }
  }
`)

/** One booking of a patient: just made, or looked at again; into a calendar, to another time, or off. */
export default function BookingPage({ clinicId, id }: { clinicId: string; id: string }) {
  const { t } = useText()
  const who = useWho()
  const [parameters] = useSearchParams()
  const [doing, setDoing] = useState<'move' | 'cancel'>()
  const [done, setDone] = useState<'booked' | 'moved' | 'cancelled' | undefined>(
    parameters.has('booked') ? 'booked' : undefined,
  )
  const { data, error, loading, again } = useQuery(OneBooking, who ? { clinicId, id } : null)
  if (who === null) {
    return (
      <Page title={t.bookings.detail} lead={t.bookings.signInFirst} narrow>
        <div className="card padded">
          <AccountForms newFirst={false} />
        </div>
      </Page>
    )
  }

  const booking = data?.booking
  const uid = data?.calendarUid
  const start = (what: 'move' | 'cancel') => {
    setDoing(what)
    setDone(undefined)
  }
  const changed = (what: 'moved' | 'cancelled') => {
    setDoing(undefined)
    setDone(what)
    again()
  }
  // Only what the API would not refuse anyway: its rules are the clinic's and may change.
  const canChange = booking?.status === 'BOOKED'

  return (
    <Page
      title={done === 'booked' ? t.bookings.booked : t.bookings.detail}
      back={{ href: '/bookings', label: t.bookings.back }}
      narrow
    >
      {error !== undefined && <Problem error={error} again={again} />}
      {done === 'booked' && <Notice tone="good">{<p>{t.bookings.bookedLead(who?.email ?? '')}</p>}</Notice>}
      {/* Not before the new state stands below it. */}
      {done === 'moved' && !loading && <Notice tone="good">{<p>{t.bookings.moved}</p>}</Notice>}
      {done === 'cancelled' && !loading && <Notice tone="good">{<p>{t.bookings.cancelled}</p>}</Notice>}
      {data && !booking ? (
        <Notice tone="plain">{<p>{t.bookings.notFound}</p>}</Notice>
      ) : (
        <VisitSummary
          startsAt={booking?.startsAt}
          endsAt={booking?.endsAt}
          clinic={booking?.clinic ?? undefined}
          doctorName={booking?.doctor?.fullName}
          lost={booking?.status === 'CANCELLED'}
        />
      )}
      {booking?.note && (
        <p className="own-note">
          <span>{t.bookings.note}</span>
          {booking.note}
        </p>
      )}
      {canChange && uid && doing !== 'move' && (
        <div className="actions">
          <button type="button" className="button primary" onClick={() => void downloadCalendarFile(booking, uid)}>
            <Icon name="calendar" />
            {t.bookings.calendar}
          </button>
          <button type="button" className="button" onClick={() => print()}>
            <Icon name="print" />
            {t.bookings.print}
          </button>
          <button type="button" className="button" onClick={() => start('move')}>
            {t.bookings.reschedule}
          </button>
          <button type="button" className="button quiet-danger" onClick={() => start('cancel')}>
            {t.bookings.cancel}
          </button>
        </div>
      )}
      {booking && booking.status !== 'BOOKED' && (
        <p>
          <span className={`tag ${booking.status.toLowerCase()}`}>{t.status[booking.status]}</span>
        </p>
      )}
      {booking?.status === 'CANCELLED' && <Cancelled booking={booking} />}
      {booking && doing === 'move' && (
        <MoveBooking booking={booking} moved={() => changed('moved')} stop={() => setDoing(undefined)} />
      )}
      {booking && doing === 'cancel' && (
        <CancelDialog booking={booking} cancelled={() => changed('cancelled')} stop={() => setDoing(undefined)} />
      )}
    </Page>
  )
}

/** Who cancelled a booking, when and why, and the way to another time. */
function Cancelled({ booking }: { booking: NonNullable<OneBookingQuery['booking']> }) {
  const { t, locale } = useText()
  const { clinicId, doctorId, doctor, clinic, cancelledAt, cancelledBy, cancellationReason } = booking
  const when = cancelledAt && dateText(localDate(cancelledAt, ownZone), locale, { dateStyle: 'long' })
  // What is closed is not found; then the search is wider.
  const search = { clinic: clinic ? clinicId : undefined, doctor: clinic && doctor ? doctorId : undefined }
  return (
    <>
      {when && (
        <p className="cancelled-by">{cancelledBy === 'CLINIC' ? t.bookings.byClinic(when) : t.bookings.byYou(when)}</p>
      )}
      {cancellationReason && (
        <p className="own-note">
          <span>{t.bookings.cancelReason}</span>
          {cancellationReason}
        </p>
      )}
      <div className="actions">
        <Link href={searchAddress(search)} className="button primary">
          {t.bookings.another}
        </Link>
      </div>
    </>
  )
}
