import { lazy, Suspense, useState } from 'react'
import { Link } from 'wouter'
import { graphql } from '../../data/generated/gql.ts'
import type { MyBookingsQuery } from '../../data/generated/graphql.ts'
import { type Person, useCurrentPerson } from '../../data/session.ts'
import { useQuery } from '../../data/use_query.ts'
import { AccountForms } from '../../parts/account_forms.tsx'
import { Empty, Notice, Problem } from '../../parts/feedback/notice.tsx'
import { Pending } from '../../parts/feedback/pending.tsx'
import { Page } from '../../parts/layout/page.tsx'
import { nameIn, useText } from '../../text/language.ts'
import { bookingsTexts } from '../../text/patient/bookings.ts'
import { familyTexts } from '../../text/patient/family.ts'
import { profileTexts } from '../../text/patient/profile.ts'
import { statusTexts } from '../../text/shared/status.ts'
import { clock, dateText, localDate, ownZone } from '../../time/time.ts'
import { ConfirmNotice } from '../account/confirm_notice.tsx'

// If the script of this part cannot be loaded, the bookings are shown without it.
const WaitingEntries = lazy(() =>
  import('../waiting/waiting_entries.tsx').catch((error: unknown) => ({
    default: () => <Problem error={error} retry={() => location.reload()} />,
  })),
)

const MyBookings = graphql(`
  query MyBookings($customerIds: [BigInt!]!, $now: Datetime!) {
    bookings(
      filter: { customerId: { in: $customerIds }, status: { notEqualTo: CANCELLED }, startsAt: { greaterThan: $now } }
      orderBy: [STARTS_AT_ASC], first: 100
    ) {
      nodes { ...BookingRow }
    }
    cancelled: bookings(
      filter: { customerId: { in: $customerIds }, status: { equalTo: CANCELLED }, startsAt: { greaterThan: $now } }
      orderBy: [STARTS_AT_ASC], first: 100
    ) {
      nodes { ...BookingRow }
    }
  }
  fragment BookingRow on Booking {
    id clinicId status startsAt: visitStartsAt service { name names } doctor { fullName } clinic { name timeZone } customer { id fullName } }
`)
const EarlierBookings = graphql(`
  query EarlierBookings($customerIds: [BigInt!]!, $now: Datetime!, $after: Cursor) {
    bookings(
      filter: { customerId: { in: $customerIds }, startsAt: { lessThanOrEqualTo: $now } }
      orderBy: [STARTS_AT_DESC], first: 20, after: $after
    ) {
      nodes { ...BookingRow }
      pageInfo { hasNextPage endCursor }
    }
  }
`)

type Row = NonNullable<NonNullable<MyBookingsQuery['bookings']>['nodes'][number]>

/** The bookings of a patient: upcoming ones, soonest first, then cancelled ones, then past ones. */
export default function BookingsPage() {
  const { t } = useText(bookingsTexts)
  const { t: profileText } = useText(profileTexts)
  const person = useCurrentPerson()
  return (
    <Page title={t.title} narrow {...(person === null && { lead: t.signInFirst })}>
      {person === null && (
        <div className="card padded">
          <AccountForms newFirst={false} />
        </div>
      )}
      {person?.customerId && <ConfirmNotice person={person} />}
      {person?.customerId && (
        <p>
          <Link href="/payments">{t.payments}</Link>
        </p>
      )}
      {person?.customerId && <BookingsAndEntries person={person} />}
      {person && !person.customerId && <Notice tone="plain">{<p>{profileText.noCustomer}</p>}</Notice>}
    </Page>
  )
}

/** The bookings, and below them what the patient waits for. */
function BookingsAndEntries({ person }: { person: Person }) {
  const customerIds = person.customerIds?.filter((id) => id !== null) ?? []
  const [bookedTimes, setBookedTimes] = useState(0)
  return (
    <>
      <Bookings key={bookedTimes} person={person} customerIds={customerIds} />
      <Suspense fallback={<Pending />}>
        <WaitingEntries
          customerIds={customerIds}
          ownName={person.fullName}
          booked={() => setBookedTimes((times) => times + 1)}
        />
      </Suspense>
    </>
  )
}

function Bookings({ person, customerIds }: { person: Person; customerIds: string[] }) {
  const { t } = useText(bookingsTexts)
  const [now] = useState(() => new Date().toISOString())
  const [shown, setShown] = useState<Row[]>([])
  const [after, setAfter] = useState<string | null>(null)
  const ahead = useQuery(MyBookings, { customerIds, now })
  const earlier = useQuery(EarlierBookings, { customerIds, now, after })
  const error = ahead.error ?? earlier.error
  if (error !== undefined) {
    const retry = () => {
      ahead.refetch()
      earlier.refetch()
    }
    return <Problem error={error} retry={retry} />
  }
  if (!ahead.data || !earlier.data) return <div className="pending skeleton-bar card-skeleton" aria-hidden="true" />
  const coming = rowsOf(ahead.data.bookings)
  const cancelled = rowsOf(ahead.data.cancelled)
  const past = [...shown, ...rowsOf(earlier.data.bookings).filter(({ id }) => !shown.some((row) => row.id === id))]
  const page = earlier.data.bookings?.pageInfo
  if (coming.length + cancelled.length + past.length === 0) {
    return (
      <Empty title={t.none}>
        <p>{t.noneLead}</p>
        <Link href="/" className="button primary">
          {t.find}
        </Link>
      </Empty>
    )
  }
  return (
    <>
      <Rows title={t.ahead} rows={coming} ownName={person.fullName} />
      <Rows title={t.cancelledAhead} rows={cancelled} ownName={person.fullName} />
      <Rows title={t.past} rows={past} ownName={person.fullName} />
      {page?.hasNextPage && (
        <button
          type="button"
          className="button wide-button"
          aria-disabled={earlier.loading}
          onClick={() => {
            if (earlier.loading) return
            setShown(past)
            setAfter(page.endCursor ?? null)
          }}
        >
          {t.more}
        </button>
      )}
    </>
  )
}

const rowsOf = (bookings: MyBookingsQuery['bookings']) => bookings?.nodes.filter((row) => row !== null) ?? []

function Rows({ title, rows, ownName }: { title: string; rows: Row[]; ownName: string | null | undefined }) {
  const { t: family } = useText(familyTexts)
  const { t, language, locale } = useText(statusTexts)
  if (rows.length === 0) return null
  const thisYear = localDate(undefined, ownZone).slice(0, 4)
  return (
    <section className="booking-rows">
      <h2>{title}</h2>
      <ul>
        {rows.map(({ id, clinicId, status, startsAt, service, doctor, clinic, customer }) => {
          const timeZone = clinic?.timeZone ?? 'UTC'
          const date = localDate(startsAt, timeZone)
          return (
            <li key={id}>
              <Link href={`/bookings/${clinicId}/${id}`} className="card booking-row">
                <span className="date-block">
                  <small>
                    {dateText(date, locale, {
                      month: 'short',
                      ...(date.slice(0, 4) !== thisYear && { year: 'numeric' }),
                    })}
                  </small>
                  {dateText(date, locale, { day: 'numeric' })}
                </span>
                <span className="booking-words">
                  <strong>
                    {dateText(date, locale, { weekday: 'long' })}, {clock(startsAt, timeZone, locale)}
                  </strong>
                  <span>{doctor?.fullName}</span>
                  {service && <small>{nameIn(language, service)}</small>}
                  <small>{clinic?.name}</small>
                  {customer && customer.fullName !== ownName && <small>{family.visitOf(customer.fullName)}</small>}
                </span>
                <span className={`tag ${status.toLowerCase()}`}>{t[status]}</span>
              </Link>
            </li>
          )
        })}
      </ul>
    </section>
  )
}
