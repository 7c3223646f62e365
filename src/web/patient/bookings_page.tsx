import { Link } from 'wouter'
import { graphql } from '../graphql/generated/gql.ts'
import type { MyBookingsQuery } from '../graphql/generated/graphql.ts'
import { AccountForms } from '../parts/account_forms.tsx'
import { Empty, Problem } from '../parts/notice.tsx'
import { Page } from '../parts/page.tsx'
import { type Person, useWho } from '../session.ts'
import { useText } from '../text/language.ts'
import { clock, dateText, localDate } from '../time.ts'
import { useQuery } from '../use_query.ts'

const MyBookings = graphql(`
  query MyBookings($customerId: BigInt!) {
    bookings(filter: { customerId: { equalTo: $customerId } }, orderBy: [STARTS_AT_DESC], first: 100) {
      nodes { id clinicId status startsAt doctor { fullName } clinic { name timeZone } }
    }
  }
`)

type Row = NonNullable<NonNullable<MyBookingsQuery['bookings']>['nodes'][number]>

/** What a patient has booked: what lies ahead, soonest first, then what was. */
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
      {who && <Bookings person={who} />}
    </Page>
  )
}

function Bookings({ person }: { person: Person }) {
  const { t } = useText()
  const { data, error, again } = useQuery(MyBookings, person.customerId ? { customerId: person.customerId } : null)
  if (error !== undefined) return <Problem error={error} again={again} />
  if (!data && person.customerId) return <div className="bone card-bone" aria-hidden="true" />
  const rows = data?.bookings?.nodes.filter((row) => row !== null) ?? []
  const isAhead = ({ status, startsAt }: Row) => status === 'BOOKED' && Date.parse(startsAt) > Date.now()
  const ahead = rows.filter(isAhead).toReversed()
  const past = rows.filter((row) => !isAhead(row))
  if (rows.length === 0) {
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
      <Rows title={t.bookings.ahead} rows={ahead} />
      <Rows title={t.bookings.past} rows={past} />
    </>
  )
}

function Rows({ title, rows }: { title: string; rows: Row[] }) {
  const { t, locale } = useText()
  if (rows.length === 0) return null
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
                  <small>{dateText(date, locale, { month: 'short' })}</small>
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
