import { useState } from 'react'
import { Link } from 'wouter'
import { graphql } from '../data/generated/gql.ts'
import type { ManageRebookingsQuery } from '../data/generated/graphql.ts'
import { request } from '../data/session.ts'
import { usePaginatedQuery } from '../data/use_paginated_query.ts'
import { useText } from '../text/language.ts'
import { rebookingTexts } from '../text/manage/rebooking.ts'
import { dayAndClock, localDate } from '../time/time.ts'
import { mailto, tel } from './contact_links.ts'
import { Confirm } from './form/confirm.tsx'
import { Listing, RowButton } from './listing.tsx'
import { Empty } from './notice.tsx'
import { showToast } from './toast.tsx'
import { useWorkplace } from './workplace.tsx'

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
          id startsAt slotDate doctor { fullName } clinicCustomer { customerId fullName phone email }
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

/** Whether the appointment was cancelled, rather than no longer covered by the plans. */
const isTaken = ({ reason }: Entry) => reason === 'slot_withdrawn'

/**
 * The patients to offer another time, because the plans no longer cover their appointment or the clinic has withdrawn
 * it.
 */
export function RebookingList() {
  const { t, locale } = useText(rebookingTexts)
  const { clinic } = useWorkplace()
  const [dismissed, setDismissed] = useState<Entry>()
  const query = usePaginatedQuery(ManageRebookings, { clinicId: clinic.id }, (result) => result.rebookingLists)
  const notice = ({ booking }: Entry) => {
    const message = booking?.notifications.nodes.find((one) => one?.channel !== 'webhook')
    // It failed, has no address, or the clinic does not send this message.
    if (message?.state !== 'SENT' && message?.state !== 'PENDING') return t.notNotified
    return t.notice[message.state][message.channel as 'email' | 'sms']
  }
  /** The address at the desk: of the appointment, or of its day with the patient to book for. */
  const atDesk = (entry: Entry, { id, slotDate, clinicCustomer }: NonNullable<Entry['booking']>) => {
    if (!isTaken(entry)) return `/desk/${clinic.id}?date=${slotDate}&booking=${id}`
    const today = localDate(undefined, clinic.timeZone)
    const patient = clinicCustomer ? `&for=${clinicCustomer.customerId}` : ''
    return `/desk/${clinic.id}?date=${slotDate < today ? today : slotDate}${patient}`
  }
  const nameOf = ({ booking }: Entry) => booking?.clinicCustomer?.fullName ?? t.patient
  return (
    <>
      <Listing
        query={query}
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
                  <Link href={atDesk(entry, booking)} className="button small">
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
            await request(Dismiss, { clinicId: dismissed.clinicId, rebookingId: dismissed.id })
            showToast((isTaken(dismissed) ? t.taken : t).dismissed)
            query.refetch()
            setDismissed(undefined)
          }}
          close={() => setDismissed(undefined)}
        >
          <p>{(isTaken(dismissed) ? t.taken : t).dismissLead}</p>
        </Confirm>
      )}
    </>
  )
}
