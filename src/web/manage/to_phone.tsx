import { tel } from '../contact_links.ts'
import { graphql } from '../graphql/generated/gql.ts'
import type { ToPhoneFragment } from '../graphql/generated/graphql.ts'
import { Sheet } from '../parts/sheet.tsx'
import { useWorkplace } from '../staff/clinic.tsx'
import { dayAndClock } from '../time.ts'
import { useManageText } from './text/common.ts'

graphql(`
  fragment ToPhone on Booking { id startsAt doctor { fullName } clinicCustomer { fullName phone } }
`)

/** Whose appointment was cancelled without a notification, after a doctor or a clinic was deactivated. */
export function ToPhone({ bookings, close }: { bookings: readonly (ToPhoneFragment | null)[]; close(): void }) {
  const { t, locale } = useManageText()
  const { clinic } = useWorkplace()
  const listed = bookings.flatMap((booking) => (booking ? [booking] : []))
  return (
    <Sheet title={t.toPhone.title} close={close}>
      <p>{t.toPhone.lead(listed.length)}</p>
      <ul className="hanging">
        {listed.map(({ id, startsAt, doctor, clinicCustomer }) => (
          <li key={id}>
            <strong>{clinicCustomer?.fullName}</strong>{' '}
            {clinicCustomer?.phone ? <a href={tel(clinicCustomer.phone)}>{clinicCustomer.phone}</a> : t.toPhone.noPhone}
            <br />
            {dayAndClock(startsAt, clinic.timeZone, locale)}, {doctor?.fullName}
          </li>
        ))}
      </ul>
      {listed.length === 100 && <p>{t.toPhone.more}</p>}
    </Sheet>
  )
}
