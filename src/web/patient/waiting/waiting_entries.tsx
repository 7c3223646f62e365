import { type ReactNode, useState } from 'react'
import { graphql } from '../../data/generated/gql.ts'
import type { MyWaitingEntriesQuery } from '../../data/generated/graphql.ts'
import { request } from '../../data/session.ts'
import { useQuery } from '../../data/use_query.ts'
import { EntryConditions, useEntryWords } from '../../parts/booking/entry_words.tsx'
import { AreaErrorTextsContext } from '../../parts/feedback/error_text.ts'
import { Notice, Problem } from '../../parts/feedback/notice.tsx'
import { Pending } from '../../parts/feedback/pending.tsx'
import { Confirm } from '../../parts/form/confirm.tsx'
import { useText } from '../../text/language.ts'
import { waitingErrorTexts } from '../../text/patient/waiting.ts'
import { waitingEntriesTexts } from '../../text/patient/waiting_entries.ts'
import { localDate, ownZone } from '../../time/time.ts'
import { OfferedTime } from './offered_time.tsx'

const MyWaitingEntries = graphql(`
  query MyWaitingEntries($customerIds: [BigInt!]!, $yesterday: Date!) {
    waitingLists(
      filter: {
        customerId: { in: $customerIds }, state: { equalTo: WAITING }, untilDate: { greaterThanOrEqualTo: $yesterday }
      }
      orderBy: [JOINED_AT_ASC, PRIMARY_KEY_ASC], first: 100
    ) {
      nodes {
        id clinicId ...WaitingEntryWords
        clinic { name timeZone } customer { fullName }
        slotOffers(orderBy: [PRIMARY_KEY_DESC], first: 10) { nodes { id } }
      }
    }
    currentOffers(first: 100) {
      nodes {
        offerId clinicId startsAt timeZone doctorName headStartFrom headStartUntil isOpen movesFrom state
      }
    }
  }
`)
const Leave = graphql(`
  mutation LeaveOwnEntry($clinicId: BigInt!, $waitingId: BigInt!) {
    leaveWaitingList(input: { clinicId: $clinicId, waitingId: $waitingId }) { clientMutationId }
  }
`)

type Entry = NonNullable<NonNullable<MyWaitingEntriesQuery['waitingLists']>['nodes'][number]>
type Offer = NonNullable<NonNullable<MyWaitingEntriesQuery['currentOffers']>['nodes'][number]>

interface WaitingEntriesProps {
  customerIds: string[]
  ownName: string | null | undefined
  /** Called when a time was taken, so that the bookings are loaded again. */
  booked(): void
}

/** The entries of a patient on waiting lists, with the times that are offered. Shows nothing if there are none. */
export default function WaitingEntries({ customerIds, ownName, booked }: WaitingEntriesProps) {
  const { t } = useText(waitingEntriesTexts)
  // Yesterday, because a clinic may be a day behind the reader. An entry that ended yesterday may be shown a day too long.
  const [yesterday] = useState(() => localDate(new Date(Date.now() - 86_400_000).toISOString(), ownZone))
  const [said, setSaid] = useState<string>()
  const [left, setLeft] = useState<Entry>()
  const { data, error, pending, refetch } = useQuery(MyWaitingEntries, { customerIds, yesterday })
  const entries = data?.waitingLists?.nodes.flatMap((entry) => entry ?? []) ?? []
  const offers = data?.currentOffers?.nodes.flatMap((offer) => offer ?? []) ?? []
  const done = (text: string) => {
    setSaid(text)
    refetch()
  }
  if (error !== undefined) return <Problem error={error} retry={refetch} />
  if (entries.length === 0 && !said) return <Pending when={pending} />
  return (
    <section className="booking-rows waiting-entries">
      <h2>{t.title}</h2>
      {said && <Notice tone="good">{<p>{said}</p>}</Notice>}
      <AreaErrorTextsContext value={waitingErrorTexts}>
        <ul>
          {entries.map((entry) => (
            <li key={entry.id} className="card padded">
              <OwnEntry entry={entry} ownName={ownName} leave={() => setLeft(entry)}>
                {offersOf(entry, offers).map((offer) => (
                  <OfferedTime
                    key={offer.offerId}
                    offer={offer}
                    taken={() => {
                      done(t.taken)
                      booked()
                    }}
                    declined={() => done(t.declined)}
                  />
                ))}
              </OwnEntry>
            </li>
          ))}
        </ul>
        {left && (
          <Confirm
            title={t.leaveTitle}
            submit={t.leave}
            confirm={async () => {
              await request(Leave, { clinicId: left.clinicId, waitingId: left.id })
              setLeft(undefined)
              done(t.left)
            }}
            close={() => setLeft(undefined)}
          >
            <p>{t.leaveLead}</p>
          </Confirm>
        )}
      </AreaErrorTextsContext>
    </section>
  )
}

/** The current offers of an entry. */
const offersOf = ({ clinicId, slotOffers }: Entry, offers: Offer[]) =>
  offers.filter((offer) => offer.clinicId === clinicId && slotOffers.nodes.some((own) => own?.id === offer.offerId))

interface OwnEntryProps {
  entry: Entry
  ownName: string | null | undefined
  leave(): void
  children: ReactNode
}

function OwnEntry({ entry, ownName, leave, children }: OwnEntryProps) {
  const { t } = useText(waitingEntriesTexts)
  const { titleOf } = useEntryWords()
  const { clinic, customer } = entry
  return (
    <>
      <p>
        <strong>{titleOf(entry)}</strong> {clinic && t.at(clinic.name)}
      </p>
      {customer && customer.fullName !== ownName && <p>{t.forWhom(customer.fullName)}</p>}
      <EntryConditions entry={entry} timeZone={clinic?.timeZone ?? 'UTC'} />
      {children}
      <button type="button" className="button small quiet-danger" onClick={leave}>
        {t.leave}
        <span className="visually-hidden">, {titleOf(entry)}</span>
      </button>
    </>
  )
}
