import { useState } from 'react'
import { Link } from 'wouter'
import { graphql } from '../../data/generated/gql.ts'
import type { ManageRebookingsQuery } from '../../data/generated/graphql.ts'
import { request } from '../../data/session.ts'
import { usePaginatedQuery } from '../../data/use_paginated_query.ts'
import { useText } from '../../text/language.ts'
import { rebookingTexts } from '../../text/manage/schedule/rebooking.ts'
import { dayAndClock, localDate } from '../../time/time.ts'
import { mailto, tel } from '../contact_links.ts'
import { Empty } from '../feedback/notice.tsx'
import { showToast } from '../feedback/toast.tsx'
import { Confirm } from '../form/confirm.tsx'
import { Listing, RowButton } from '../listing.tsx'
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
  const { t } = useText(rebookingTexts)
  const { clinic } = useWorkplace()
  const [dismissed, setDismissed] = useState<Entry>()
  const query = usePaginatedQuery(ManageRebookings, { clinicId: clinic.id }, (result) => result.rebookingLists)
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
        {(entry) => (
          <>
            <Affected entry={entry} />
            <Actions entry={entry} dismiss={() => setDismissed(entry)} />
          </>
        )}
      </Listing>
      {dismissed && <Dismissal entry={dismissed} dismissed={query.refetch} close={() => setDismissed(undefined)} />}
    </>
  )
}

/** The name of the patient, and the words for an entry. */
function useWords(entry: Entry) {
  const { t } = useText(rebookingTexts)
  return { name: entry.booking?.clinicCustomer?.fullName ?? t.patient, words: isTaken(entry) ? t.taken : t }
}

/** The patients who need another time: why, whether a message reached them, and their phone numbers. */
function Affected({ entry }: { entry: Entry }) {
  const { t, locale } = useText(rebookingTexts)
  const { clinic } = useWorkplace()
  const { name } = useWords(entry)
  const { booking, reason } = entry
  const { phone, email } = booking?.clinicCustomer ?? {}
  return (
    <div className="row-words">
      <h2 className="row-title">{name}</h2>
      <p>
        {booking && dayAndClock(booking.startsAt, clinic.timeZone, locale)}
        {booking?.doctor && `, ${booking.doctor.fullName}`}
      </p>
      <p className="row-more">
        {t.reason[reason] ?? reason} {isTaken(entry) && noticeOf(entry, t)}
      </p>
      <p className="row-more contacts">
        {phone && <a href={tel(phone)}>{phone}</a>}
        {email && <a href={mailto(email)}>{email}</a>}
      </p>
    </div>
  )
}

/** Whether a message about the withdrawal reached the patient. */
function noticeOf({ booking }: Entry, t: typeof rebookingTexts.en): string {
  const message = booking?.notifications.nodes.find((one) => one?.channel !== 'webhook')
  // No message has reached the patient: it failed, it has no address, or the clinic does not send it.
  if (message?.state !== 'SENT' && message?.state !== 'PENDING') return t.notNotified
  return t.notice[message.state][message.channel as 'email' | 'sms']
}

function Actions({ entry, dismiss }: { entry: Entry; dismiss(): void }) {
  const { clinic } = useWorkplace()
  const { name, words } = useWords(entry)
  return (
    <div className="row-actions">
      {entry.booking && (
        <Link href={addressAtDesk(entry, entry.booking, clinic)} className="button small">
          {words.rebook}
          <span className="visually-hidden">, {name}</span>
        </Link>
      )}
      <RowButton of={name} press={dismiss}>
        {words.dismiss}
      </RowButton>
    </div>
  )
}

/** The address at the desk: of the appointment, or of its day with the patient to book for. */
function addressAtDesk(
  entry: Entry,
  { id, slotDate, clinicCustomer }: NonNullable<Entry['booking']>,
  clinic: { id: string; timeZone: string },
): string {
  if (!isTaken(entry)) return `/desk/${clinic.id}?date=${slotDate}&booking=${id}`
  const today = localDate(undefined, clinic.timeZone)
  const patient = clinicCustomer ? `&for=${clinicCustomer.customerId}` : ''
  return `/desk/${clinic.id}?date=${slotDate < today ? today : slotDate}${patient}`
}

/** Asks before an entry is removed from the list. */
function Dismissal({ entry, dismissed, close }: { entry: Entry; dismissed(): void; close(): void }) {
  const { name, words } = useWords(entry)
  return (
    <Confirm
      title={words.dismissTitle(name)}
      submit={words.dismiss}
      confirm={async () => {
        await request(Dismiss, { clinicId: entry.clinicId, rebookingId: entry.id })
        showToast(words.dismissed)
        dismissed()
        close()
      }}
      close={close}
    >
      <p>{words.dismissLead}</p>
    </Confirm>
  )
}
