import { useState } from 'react'
import { Link } from 'wouter'
import { Refusal } from '../../data/client.ts'
import { graphql } from '../../data/generated/gql.ts'
import type { BookingByLinkMutation } from '../../data/generated/graphql.ts'
import { newIdempotencyKey } from '../../data/keys.ts'
import { request } from '../../data/session.ts'
import { useAsync } from '../../data/use_query.ts'
import { Notice, Problem } from '../../parts/feedback/notice.tsx'
import { Page } from '../../parts/layout/page.tsx'
import { useText } from '../../text/language.ts'
import { bookingsTexts } from '../../text/patient/bookings.ts'
import { visitTexts } from '../../text/patient/visit.ts'
import { downloadCalendarFile } from '../booking/calendar_file.ts'
import { ChangeDialogs, useChanging } from '../booking/changing.tsx'
import { StatusTag } from '../booking/status_tag.tsx'
import { VisitActions } from '../booking/visit_actions.tsx'
import { ServiceSummary } from '../parts/chosen_service.tsx'
import { InvalidLink } from '../parts/invalid_link.tsx'
import { useLinkToken } from '../parts/link_token.ts'
import { VisitSummary } from '../parts/visit_summary.tsx'
import { searchAddress } from '../search/search.ts'
import { WaitForEarlier } from '../waiting/wait_for_earlier.tsx'
import { AddRecord } from './add_record.tsx'

const BookingByLink = graphql(`
  mutation BookingByLink($token: String!) {
    bookingByLink(input: { token: $token }) {
      linkedBooking {
        bookingId clinicId doctorId status sequence startsAt endsAt doctorName clinicName address phone timeZone
        isChangeable calendarUid isOnline joinPath room serviceId service { name names preparation preparations }
      }
    }
  }
`)
const MoveByLink = graphql(`
  mutation MoveByLink($token: String!, $bookingSlotId: BigInt!) {
    rescheduleByLink(input: { token: $token, bookingSlotId: $bookingSlotId }) { clientMutationId }
  }
`)
const CancelByLink = graphql(`
  mutation CancelByLink($token: String!, $reason: String, $idempotencyKey: String!) {
    cancelByLink(input: { token: $token, reason: $reason, idempotencyKey: $idempotencyKey }) { clientMutationId }
  }
`)

type Row = NonNullable<NonNullable<BookingByLinkMutation['bookingByLink']>['linkedBooking']>
type Nullable = 'address' | 'phone' | 'serviceId' | 'service' | 'joinPath' | 'room'
/** Only the contact of the clinic and the service may be null; PostgreSQL's row types cannot express that. */
type Visit = { [Key in keyof Row]: Key extends Nullable ? Row[Key] : NonNullable<Row[Key]> }

/** The page of the link in a message: anyone who has the link sees, moves or cancels the appointment. */
export default function VisitPage() {
  const { t } = useText(visitTexts)
  const token = useLinkToken()
  const { data, error, loading, refetch } = useAsync(token, (signal) => request(BookingByLink, { token }, signal))
  const isInvalid = error instanceof Refusal && error.code === 'link_invalid'
  const visit = data?.bookingByLink?.linkedBooking as Visit | null | undefined
  return (
    <Page title={isInvalid ? t.invalidTitle : t.title} about={token} narrow>
      {isInvalid ? <InvalidLink /> : error !== undefined && <Problem error={error} retry={refetch} />}
      {error === undefined &&
        (visit ? (
          <OpenVisit key={token} token={token} visit={visit} loading={loading} changed={refetch} />
        ) : (
          <VisitSummary startsAt={undefined} clinic={undefined} doctorName={undefined} />
        ))}
    </Page>
  )
}

interface OpenVisitProps {
  token: string
  visit: Visit
  loading: boolean
  changed(): void
}

function OpenVisit({ token, visit, loading, changed }: OpenVisitProps) {
  const { t: visitText } = useText(visitTexts)
  const { t, language } = useText(bookingsTexts)
  const changing = useChanging(changed)
  const { doing, done } = changing
  // One key for each dialog, so that a request that is repeated after a lost answer cancels once.
  const [key, setKey] = useState(newIdempotencyKey)
  const { clinicId, doctorId, doctorName, phone, address, status, isChangeable } = visit
  const serviceId = visit.serviceId ?? undefined
  const room = visit.room ?? undefined
  const clinic = { name: visit.clinicName, timeZone: visit.timeZone, address, phone }
  const start = (what: 'move' | 'cancel') => {
    changing.start(what)
    setKey(newIdempotencyKey())
  }
  return (
    <>
      {/* Only when the new state is shown below. */}
      {done && !loading && <Notice tone="good">{<p>{t[done]}</p>}</Notice>}
      <VisitSummary
        startsAt={visit.startsAt}
        endsAt={visit.endsAt}
        clinic={clinic}
        doctorName={doctorName}
        lost={status === 'CANCELLED'}
        online={visit.isOnline}
        room={room}
      >
        {visit.service && <ServiceSummary service={visit.service} />}
      </VisitSummary>
      {status === 'BOOKED' && doing !== 'move' && (
        <VisitActions
          joinPath={visit.joinPath}
          downloadCalendarFile={() => {
            const booking = { ...visit, id: visit.bookingId, doctor: { fullName: doctorName }, room, clinic }
            void downloadCalendarFile(booking, visit.calendarUid, language)
          }}
          start={isChangeable ? start : undefined}
        />
      )}
      {isChangeable && doing !== 'move' && <WaitForEarlier of={{ token }} />}
      {status === 'BOOKED' && !isChangeable && <p>{visitText.tooLate}</p>}
      <StatusTag status={status} />
      {status === 'CANCELLED' && <AnotherTime search={{ clinic: clinicId, doctor: doctorId, service: serviceId }} />}
      <AddRecord token={token} clinicId={clinicId} bookingId={visit.bookingId} />
      <ChangeDialogs
        changing={changing}
        clinicId={clinicId}
        doctor={{ id: doctorId, name: doctorName }}
        serviceId={serviceId}
        move={async (bookingSlotId) => void (await request(MoveByLink, { token, bookingSlotId }))}
        cancel={async (reason) => void (await request(CancelByLink, { token, reason, idempotencyKey: key }))}
      />
    </>
  )
}

/** Leads from a cancelled visit to the search for another time. */
function AnotherTime({ search }: { search: Parameters<typeof searchAddress>[0] }) {
  const { t } = useText(bookingsTexts)
  return (
    <div className="actions">
      <Link href={searchAddress(search)} className="button primary">
        {t.another}
      </Link>
    </div>
  )
}
