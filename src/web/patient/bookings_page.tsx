import { useState } from 'react'
import { Link } from 'wouter'
import { graphql } from '../graphql/generated/gql.ts'
import type { MyBookingsQuery } from '../graphql/generated/graphql.ts'
import { AccountForms } from '../parts/account_forms.tsx'
import { Empty, Notice, Problem } from '../parts/notice.tsx'
import { Page } from '../parts/page.tsx'
import { useWho } from '../session.ts'
import { useText } from '../text/language.ts'
import { clock, dateText, localDate, ownZone } from '../time.ts'
import { useQuery } from '../use_query.ts'

const MyBookings = graphql(`
  query MyBookings($customerId: BigInt!, $now: Datetime!) {
    bookings(
      filter: { customerId: { equalTo: $customerId }, status: { notEqualTo: CANCELLED }, startsAt: { greaterThan: $now } }
      orderBy: [STARTS_AT_ASC], first: 100
    ) {
      nodes { ...BookingRow }
    }
    cancelled: bookings(
      filter: { customerId: { equalTo: $customerId }, status: { equalTo: CANCELLED }, startsAt: { greaterThan: $now } }
      orderBy: [STARTS_AT_ASC], first: 100
    ) {
      nodes { ...BookingRow }
    }
  }
  fragment BookingRow on Booking { id clinicId status startsAt doctor { fullName } clinic { name timeZone } }
`)
const EarlierBookings = graphql(`
  query EarlierBookings($customerId: BigInt!, $now: Datetime!, $after: Cursor) {
    bookings(
      filter: { customerId: { equalTo: $customerId }, startsAt: { lessThanOrEqualTo: $now } }
      orderBy: [STARTS_AT_DESC], first: 20, after: $after
    ) {
      nodes { ...BookingRow }
      pageInfo { hasNextPage endCursor }
    }
  }
`)

type Row = NonNullable<NonNullable<MyBookingsQuery['bookings']>['nodes'][number]>

/** What a patient has booked: what lies ahead, soonest first, what of it was cancelled, then what is past. */
export default function BookingsPage() {
  const { t } = useText()
  const who = useWho()
  return (
    <Page title={t.bookings.title} narrow {...(who === null && { lead: t.bookings.signInFirst })}>
      {who === null && (
        <div className="card padded">
          <AccountForms newFirst={false} />
        </div>
      )}
      {who?.customerId && <Bookings customerId={who.customerId} />}
      {who && !who.customerId && <Notice tone="plain">{<p>{t.profile.noCustomer}</p>}</Notice>}
    </Page>
  )
}

function Bookings({ customerId }: { customerId: string }) {
  const { t } = useText()
  const [now] = useState(() => new Date().toISOString())
  const [shown, setShown] = useState<Row[]>([])
  const [after, setAfter] = useState<string | null>(null)
  const ahead = useQuery(MyBookings, { customerId, now })
  const earlier = useQuery(EarlierBookings, { customerId, now, after })
  const error = ahead.error ?? earlier.error
  if (error !== undefined) {
    const again = () => {
      ahead.again()
      earlier.again()
    }
    return <Problem error={error} again={again} />
  }
  if (!ahead.data || !earlier.data) return <div className="bone card-bone" aria-hidden="true" />
  const coming = rowsOf(ahead.data.bookings)
  const cancelled = rowsOf(ahead.data.cancelled)
  const past = [...shown, ...rowsOf(earlier.data.bookings).filter(({ id }) => !shown.some((row) => row.id === id))]
  const page = earlier.data.bookings?.pageInfo
  if (coming.length + cancelled.length + past.length === 0) {
    return (
      <Empty title={t.bookings.none}>
        <p>{t.bookings.noneLead}</p>
        <Link href="/" className="button primary">
          {t.bookings.find}
        </Link>
      </Empty>
    )
  }
  return (
    <>
      <Rows title={t.bookings.ahead} rows={coming} />
      <Rows title={t.bookings.cancelledAhead} rows={cancelled} />
      <Rows title={t.bookings.past} rows={past} />
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
          {t.bookings.more}
        </button>
      )}
    </>
  )
}

const rowsOf = (bookings: MyBookingsQuery['bookings']) => bookings?.nodes.filter((row) => row !== null) ?? []

function Rows({ title, rows }: { title: string; rows: Row[] }) {
  const { t, locale } = useText()
  if (rows.length === 0) return null
  const thisYear = localDate(undefined, ownZone).slice(0, 4)
  return (
    <section className="booking-rows">
      <h2>{title}</h2>
      <ul>
        {rows.map(({ id, clinicId, status, startsAt, doctor, clinic }) => {
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
                  <small>{clinic?.name}</small>
                </span>
                <span className={`tag ${status.toLowerCase()}`}>{t.status[status]}</span>
              </Link>
            </li>
          )
        })}
      </ul>
    </section>
  )
}
