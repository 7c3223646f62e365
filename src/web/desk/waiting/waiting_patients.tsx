import { useState } from 'react'
import { graphql } from '../../data/generated/gql.ts'
import type { DeskWaitingListQuery } from '../../data/generated/graphql.ts'
import { request } from '../../data/session.ts'
import { usePaginatedQuery } from '../../data/use_paginated_query.ts'
import { EntryConditions, useEntryWords } from '../../parts/booking/entry_words.tsx'
import { mailto, tel } from '../../parts/contact_links.ts'
import { Empty } from '../../parts/feedback/notice.tsx'
import { showToast } from '../../parts/feedback/toast.tsx'
import { Confirm } from '../../parts/form/confirm.tsx'
import { Listing, RowButton } from '../../parts/listing.tsx'
import { useWorkplace } from '../../parts/workplace/workplace.tsx'
import { deskWaitingTexts } from '../../text/desk/waiting.ts'
import { useText } from '../../text/language.ts'
import { localDate } from '../../time/time.ts'
import { type Offer, Offers } from './offers.tsx'
import { Priority } from './priority.tsx'

const DeskWaitingList = graphql(`
  query DeskWaitingList($clinicId: BigInt!, $today: Date!, $after: Cursor) {
    waitingLists(
      filter: { clinicId: { equalTo: $clinicId }, state: { equalTo: WAITING }, untilDate: { greaterThanOrEqualTo: $today } }
      first: 50
      after: $after
      orderBy: [PRIORITY_DESC, JOINED_AT_ASC, PRIMARY_KEY_ASC]
    ) {
      nodes {
        id priority rowVersion joinedAt
        ...WaitingEntryWords
        clinicCustomer { fullName phone email }
        slotOffers(filter: { state: { equalTo: OFFERED } }, first: 5) {
          nodes {
            id bookingSlotId
            headStart { start { value } end { value } }
            bookingSlot { startsAt doctor { fullName } }
          }
        }
      }
      pageInfo { hasNextPage endCursor }
    }
  }
`)
const Leave = graphql(`
  mutation LeaveWaitingList($clinicId: BigInt!, $waitingId: BigInt!) {
    leaveWaitingList(input: { clinicId: $clinicId, waitingId: $waitingId }) { clientMutationId }
  }
`)

type Entry = NonNullable<NonNullable<DeskWaitingListQuery['waitingLists']>['nodes'][number]>

/** The patients on the waiting list, in the order in which times are offered, with their current offers. */
export function WaitingPatients() {
  const { t } = useText(deskWaitingTexts)
  const { clinic } = useWorkplace()
  const [today] = useState(() => localDate(undefined, clinic.timeZone))
  const [removed, setRemoved] = useState<Entry>()
  const query = usePaginatedQuery(DeskWaitingList, { clinicId: clinic.id, today }, ({ waitingLists }) => waitingLists)
  const nameOf = ({ clinicCustomer }: Entry) => clinicCustomer?.fullName ?? t.patient
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
            <EntryOfPatient entry={entry} name={nameOf(entry)} today={today} changed={query.refetch} />
            <div className="row-actions">
              <Priority entry={entry} name={nameOf(entry)} changed={query.refetch} />
              <RowButton of={nameOf(entry)} ends press={() => setRemoved(entry)}>
                {t.remove}
              </RowButton>
            </div>
          </>
        )}
      </Listing>
      {removed && (
        <Confirm
          title={t.removeTitle(nameOf(removed))}
          submit={t.remove}
          confirm={async () => {
            await request(Leave, { clinicId: clinic.id, waitingId: removed.id })
            showToast(t.removed(nameOf(removed)))
            query.refetch()
            setRemoved(undefined)
          }}
          close={() => setRemoved(undefined)}
        >
          <p>{t.removeLead}</p>
        </Confirm>
      )}
    </>
  )
}

const dayLength = 86_400_000

interface EntryProps {
  entry: Entry
  name: string
  today: string
  changed(): void
}

function EntryOfPatient({ entry, name, today, changed }: EntryProps) {
  const { t } = useText(deskWaitingTexts)
  const { clinic } = useWorkplace()
  const { titleOf } = useEntryWords()
  const { phone, email } = entry.clinicCustomer ?? {}
  const days = (Date.parse(today) - Date.parse(localDate(entry.joinedAt, clinic.timeZone))) / dayLength
  const offers = entry.slotOffers.nodes.flatMap((offer): Offer[] => (offer ? [offer] : []))
  return (
    <div className="row-words">
      <h2 className="row-title">{name}</h2>
      <p>
        {titleOf(entry)} <small className="row-more">{t.waits(days)}</small>
      </p>
      <EntryConditions entry={entry} timeZone={clinic.timeZone} />
      <p className="row-more contacts">
        {phone && <a href={tel(phone)}>{phone}</a>}
        {email && <a href={mailto(email)}>{email}</a>}
      </p>
      <Offers offers={offers} changed={changed} />
    </div>
  )
}
