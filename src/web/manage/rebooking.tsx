import { useState } from 'react'
import { Link } from 'wouter'
import { mailto, tel } from '../contact_links.ts'
import { graphql } from '../graphql/generated/gql.ts'
import type { ManageRebookingsQuery } from '../graphql/generated/graphql.ts'
import { Empty } from '../parts/notice.tsx'
import { ask } from '../session.ts'
import { useWorkplace } from '../staff/clinic.tsx'
import { dayAndClock } from '../time.ts'
import { usePages } from '../use_pages.ts'
import { Confirm } from './form.tsx'
import { say } from './say.tsx'
import { Listing, RowButton, Section } from './section.tsx'
import { useManageText } from './text/common.ts'
import { useRebookingText } from './text/rebooking.ts'

const ManageRebookings = graphql(`
  query ManageRebookings($clinicId: BigInt!, $after: Cursor) {
    rebookingLists(
      filter: { clinicId: { equalTo: $clinicId }, resolution: { isNull: true } }
      first: 50
      after: $after
      orderBy: [LISTED_AT_ASC, PRIMARY_KEY_ASC]
    ) {
      nodes {
        clinicId id reason
        booking {
          id startsAt slotDate doctor { fullName } clinicCustomer { fullName phone email }
          notifications(filter: { kind: { equalTo: SLOT_WITHDRAWN } }, first: 10) { nodes { channel state } }
        }
      }
      pageInfo { hasNextPage endCursor }
    }
  }
`)
const Dismiss = graphql(`
  mutation DismissRebooking($clinicId: BigInt!, $rebookingId: BigInt!) {
    dismissRebooking(input: { clinicId: $clinicId, rebookingId: $rebookingId }) { rebookingList { id } }
  }
`)

type Entry = NonNullable<NonNullable<ManageRebookingsQuery['rebookingLists']>['nodes'][number]>

/** Whether the appointment is gone, not only out of place. */
const isTaken = ({ reason }: Entry) => reason === 'slot_withdrawn'

/** Whom to offer another time: the plans have no room for their appointment any more, or the clinic has taken it away. */
export function RebookingSection() {
  const { t, locale } = useRebookingText()
  const { t: common } = useManageText()
  const { clinic } = useWorkplace()
  const [dismissed, setDismissed] = useState<Entry>()
  const asked = usePages(ManageRebookings, { clinicId: clinic.id }, (result) => result.rebookingLists)
  const notice = ({ booking }: Entry) => {
    const message = booking?.notifications.nodes.find((one) => one?.channel !== 'webhook')
    // Given up, without an address, or not sent by this clinic.
    if (message?.state !== 'SENT' && message?.state !== 'PENDING') return t.notNotified
    return t.notice[message.state][message.channel as 'email' | 'sms']
  }
  const nameOf = ({ booking }: Entry) => booking?.clinicCustomer?.fullName ?? t.patient
  return (
    <Section title={common.section.rebooking} lead={t.lead}>
      <Listing
        asked={asked}
        empty={
          <Empty title={t.emptyTitle}>
            <p>{t.empty}</p>
          </Empty>
        }
      >
        {(entry) => {
          const { booking, reason } = entry
          const words = isTaken(entry) ? t.taken : t
          const { phone, email } = booking?.clinicCustomer ?? {}
          return (
            <>
              <div className="row-words">
                <h2 className="row-title">{nameOf(entry)}</h2>
                <p>
                  {booking && dayAndClock(booking.startsAt, clinic.timeZone, locale)}
                  {booking?.doctor && `, ${booking.doctor.fullName}`}
                </p>
                <p className="row-more">
                  {t.reason[reason] ?? reason} {isTaken(entry) && notice(entry)}
                </p>
                <p className="row-more contacts">
                  {phone && <a href={tel(phone)}>{phone}</a>}
                  {email && <a href={mailto(email)}>{email}</a>}
                </p>
              </div>
              <div className="row-actions">
                {booking && (
                  <Link
                    href={`/desk/${clinic.id}?date=${booking.slotDate}${isTaken(entry) ? '' : `&booking=${booking.id}`}`}
                    className="button small"
                  >
                    {words.rebook}
                    <span className="visually-hidden">, {nameOf(entry)}</span>
                  </Link>
                )}
                <RowButton of={nameOf(entry)} press={() => setDismissed(entry)}>
                  {words.dismiss}
                </RowButton>
              </div>
            </>
          )
        }}
      </Listing>
      {dismissed && (
        <Confirm
          title={(isTaken(dismissed) ? t.taken : t).dismissTitle(nameOf(dismissed))}
          submit={(isTaken(dismissed) ? t.taken : t).dismiss}
          confirm={async () => {
            await ask(Dismiss, { clinicId: dismissed.clinicId, rebookingId: dismissed.id })
            say((isTaken(dismissed) ? t.taken : t).dismissed)
            asked.again()
            setDismissed(undefined)
          }}
          close={() => setDismissed(undefined)}
        >
          <p>{(isTaken(dismissed) ? t.taken : t).dismissLead}</p>
        </Confirm>
      )}
    </Section>
  )
}
