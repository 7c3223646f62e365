import { Link, useSearchParams } from 'wouter'
import { graphql } from '../../data/generated/gql.ts'
import type { OneBookingQuery } from '../../data/generated/graphql.ts'
import { type Person, request, useCurrentPerson } from '../../data/session.ts'
import { useQuery } from '../../data/use_query.ts'
import { AccountForms } from '../../parts/account_forms.tsx'
import { GivenAnswers } from '../../parts/booking/given_answers.tsx'
import { Notice, Problem } from '../../parts/feedback/notice.tsx'
import { Page } from '../../parts/layout/page.tsx'
import { useText } from '../../text/language.ts'
import { bookingsTexts } from '../../text/patient/bookings.ts'
import { familyTexts } from '../../text/patient/family.ts'
import { dateText, localDate, ownZone } from '../../time/time.ts'
import { ConfirmNotice } from '../account/confirm_notice.tsx'
import { ServiceSummary } from '../parts/chosen_service.tsx'
import { VisitSummary } from '../parts/visit_summary.tsx'
import { searchAddress } from '../search/search.ts'
import { WaitForEarlier } from '../waiting/wait_for_earlier.tsx'
import { downloadCalendarFile } from './calendar_file.ts'
import { ChangeDialogs, type Changing, useChanging } from './changing.tsx'
import { InvoicesOfBooking } from './invoices_of_booking.tsx'
import { RecordingsOfBooking } from './recordings_of_booking.tsx'
import { StatusTag } from './status_tag.tsx'
import { VisitActions } from './visit_actions.tsx'

const OneBooking = graphql(`
  query OneBooking($clinicId: BigInt!, $id: BigInt!) {
    calendarUid(clinicId: $clinicId, bookingId: $id)
    joinPath(clinicId: $clinicId, bookingId: $id)
    booking(clinicId: $clinicId, id: $id) {
      id clinicId doctorId customerId bookingSlotId status startsAt: visitStartsAt endsAt: visitEndsAt isOnline note sequence
      cancelledAt cancelledBy cancellationReason
      customer { fullName }
      doctor { fullName }
      serviceId service { name names preparation preparations }
      resourceClaims(first: 10, orderBy: [NEED_ASC]) { nodes { resource { type name } } }
      bookingAnswers(first: 50) { nodes { questionId wording answer question { question questions choices choicesByLanguage } } }
      clinic { name timeZone address phone }
    }
  }
`)

const Move = graphql(`
  mutation Move($clinicId: BigInt!, $bookingId: BigInt!, $bookingSlotId: BigInt!) {
    rescheduleBooking(input: { clinicId: $clinicId, bookingId: $bookingId, bookingSlotId: $bookingSlotId }) {
      booking { id }
    }
  }
`)
const Cancel = graphql(`
  mutation Cancel($clinicId: BigInt!, $bookingId: BigInt!, $reason: String) {
    cancelBooking(input: { clinicId: $clinicId, bookingId: $bookingId, reason: $reason }) { booking { id status } }
  }
`)

type Booking = NonNullable<OneBookingQuery['booking']>

/** The names of the rooms of a booking; undefined if there are none. Its equipment is not shown to patients. */
const roomOf = (booking: OneBookingQuery['booking'] | undefined): string | undefined =>
  booking?.resourceClaims.nodes
    .flatMap((claim) => (claim?.resource?.type === 'ROOM' ? claim.resource.name : []))
    .join(', ') || undefined

/** One booking of a patient: add it to a calendar, move it or cancel it. */
export default function BookingPage({ clinicId, id }: { clinicId: string; id: string }) {
  const { t } = useText(bookingsTexts)
  const person = useCurrentPerson()
  const [parameters] = useSearchParams()
  const { data, error, loading, refetch } = useQuery(OneBooking, person ? { clinicId, id } : null)
  const changing = useChanging(refetch, parameters.has('booked') ? 'booked' : undefined)
  const { done } = changing
  if (person === null) {
    return (
      <Page title={t.detail} lead={t.signInFirst} narrow>
        <div className="card padded">
          <AccountForms newFirst={false} />
        </div>
      </Page>
    )
  }

  const booking = data?.booking
  return (
    <Page title={done === 'booked' ? t.booked : t.detail} back={{ href: '/bookings', label: t.back }} narrow>
      {error !== undefined && <Problem error={error} retry={refetch} />}
      {/* Only when the new state is shown below. */}
      {done && person && (done === 'booked' || !loading) && <Done what={done} person={person} />}
      {data && !booking ? (
        <Notice tone="plain">{<p>{t.notFound}</p>}</Notice>
      ) : (
        <VisitSummary
          startsAt={booking?.startsAt}
          endsAt={booking?.endsAt}
          clinic={booking?.clinic ?? undefined}
          doctorName={booking?.doctor?.fullName}
          lost={booking?.status === 'CANCELLED'}
          loading={data === undefined && error === undefined}
          online={booking?.isOnline}
          room={roomOf(booking)}
        >
          {booking?.service && <ServiceSummary service={booking.service} />}
        </VisitSummary>
      )}
      {booking && person && <Details booking={booking} person={person} />}
      {booking && <Actions {...data} booking={booking} changing={changing} />}
    </Page>
  )
}

interface ActionsProps extends Pick<OneBookingQuery, 'calendarUid' | 'joinPath'> {
  booking: Booking
  changing: Changing
}

/** What can be done with a booking: only actions that its state allows; the clinic's rules are checked by the API. */
function Actions({ booking, calendarUid, joinPath, changing }: ActionsProps) {
  const { language } = useText(bookingsTexts)
  const { clinicId, id, status, customerId, doctorId } = booking
  const canChange = status === 'BOOKED' && changing.doing !== 'move'
  return (
    <>
      {canChange && calendarUid && (
        <VisitActions
          joinPath={joinPath}
          downloadCalendarFile={() =>
            void downloadCalendarFile({ ...booking, room: roomOf(booking) }, calendarUid, language)
          }
          printable
          start={changing.start}
        />
      )}
      {canChange && <WaitForEarlier of={{ clinicId, bookingId: id, customerId, doctorId }} />}
      {booking.isOnline && (
        <RecordingsOfBooking
          clinicId={clinicId}
          bookingId={id}
          isLive={status === 'BOOKED' || status === 'CHECKED_IN'}
        />
      )}
      <StatusTag status={status} />
      {status === 'CANCELLED' && <Cancelled booking={booking} />}
      <ChangeDialogs
        changing={changing}
        clinicId={clinicId}
        serviceId={booking.serviceId ?? undefined}
        doctor={{ id: doctorId, name: booking.doctor?.fullName ?? '' }}
        move={async (bookingSlotId) => void (await request(Move, { clinicId, bookingId: id, bookingSlotId }))}
        cancel={async (reason) => void (await request(Cancel, { clinicId, bookingId: id, reason }))}
      />
    </>
  )
}

/** The notice of what was just done. */
function Done({ what, person }: { what: 'booked' | 'moved' | 'cancelled'; person: Person }) {
  const { t } = useText(bookingsTexts)
  const text = what === 'booked' ? t.bookedLead(person.email ?? '') : t[what]
  return (
    <>
      <Notice tone="good">{<p>{text}</p>}</Notice>
      {what === 'booked' && <ConfirmNotice person={person} />}
    </>
  )
}

/** Whose booking it is, if not the reader's own, and what was entered with it. */
function Details({ booking, person }: { booking: Booking; person: Person }) {
  const { t } = useText(bookingsTexts)
  const { t: family } = useText(familyTexts)
  const { customer, bookingAnswers, note } = booking
  return (
    <>
      {customer && customer.fullName !== person.fullName && (
        <p className="own-note">{family.visitOf(customer.fullName)}</p>
      )}
      <InvoicesOfBooking clinicId={booking.clinicId} bookingId={booking.id} />
      <GivenAnswers answers={bookingAnswers.nodes} />
      {note && (
        <p className="own-note">
          <span>{t.note}</span>
          {note}
        </p>
      )}
    </>
  )
}

/** Who cancelled a booking, when and why, and the way to another time. */
function Cancelled({ booking }: { booking: Booking }) {
  const { t, locale } = useText(bookingsTexts)
  const { clinicId, doctorId, doctor, clinic, cancelledAt, cancelledBy, cancellationReason } = booking
  const when = cancelledAt && dateText(localDate(cancelledAt, ownZone), locale, { dateStyle: 'long' })
  // A deactivated clinic or doctor is not found, so the search is widened.
  const search = { clinic: clinic ? clinicId : undefined, doctor: clinic && doctor ? doctorId : undefined }
  return (
    <>
      {when && <p className="cancelled-by">{cancelledBy === 'CLINIC' ? t.byClinic(when) : t.byYou(when)}</p>}
      {cancellationReason && (
        <p className="own-note">
          <span>{t.cancelReason}</span>
          {cancellationReason}
        </p>
      )}
      <div className="actions">
        <Link href={searchAddress(search)} className="button primary">
          {t.another}
        </Link>
      </div>
    </>
  )
}
