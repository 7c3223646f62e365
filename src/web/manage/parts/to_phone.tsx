import { graphql } from '../../data/generated/gql.ts'
import type { ToPhoneFragment } from '../../data/generated/graphql.ts'
import { tel } from '../../parts/contact_links.ts'
import { Sheet } from '../../parts/layout/sheet.tsx'
import { useWorkplace } from '../../parts/workplace/workplace.tsx'
import { useText } from '../../text/language.ts'
import { manageTexts } from '../../text/manage/common.ts'
import { dayAndClock } from '../../time/time.ts'

graphql(`
  fragment ToPhone on Booking { id startsAt doctor { fullName } clinicCustomer { fullName phone } }
`)

/** The patients whose appointments were cancelled without a notification when a doctor or a clinic was deactivated. */
export function ToPhone({ bookings, close }: { bookings: readonly (ToPhoneFragment | null)[]; close(): void }) {
  const { t, locale } = useText(manageTexts)
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
