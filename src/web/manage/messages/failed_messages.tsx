import { graphql } from '../../data/generated/gql.ts'
import type { DeadMessagesQuery } from '../../data/generated/graphql.ts'
import { request } from '../../data/session.ts'
import { usePaginatedQuery } from '../../data/use_paginated_query.ts'
import { tel } from '../../parts/contact_links.ts'
import { useErrorText } from '../../parts/feedback/error_text.ts'
import { showToast } from '../../parts/feedback/toast.tsx'
import { Listing, RowButton } from '../../parts/listing.tsx'
import { useWorkplace } from '../../parts/workplace/workplace.tsx'
import { useText } from '../../text/language.ts'
import { type Channel, messagesTexts } from '../../text/manage/messages.ts'
import { dayAndClock } from '../../time/time.ts'

const DeadMessages = graphql(`
  query DeadMessages($clinicId: BigInt!, $after: Cursor) {
    lateNotifications(filter: { clinicId: { equalTo: $clinicId } }, first: 20, after: $after, orderBy: [ID_DESC]) {
      nodes {
        id kind channel state lastError hasAddress
        booking { startsAt clinicCustomer { fullName phone } }
        slotOffer { bookingSlot { startsAt } waiting { clinicCustomer { fullName phone } } }
        invoice { number clinicCustomer { fullName phone } }
      }
      pageInfo { hasNextPage endCursor }
    }
  }
`)
const SendAgain = graphql(`
  mutation SendAgain($clinicId: BigInt!, $notificationId: BigInt!) {
    sendAgain(input: { clinicId: $clinicId, notificationId: $notificationId }) { notification { id state } }
  }
`)

const Settle = graphql(`
  mutation SettleNotification($clinicId: BigInt!, $notificationId: BigInt!) {
    settleNotification(input: { clinicId: $clinicId, notificationId: $notificationId }) { notification { id } }
  }
`)

type DeadMessage = NonNullable<NonNullable<DeadMessagesQuery['lateNotifications']>['nodes'][number]>

/** Messages that failed or are late: send them again, or phone patients without an address. */
export function FailedMessages() {
  const { t } = useText(messagesTexts)
  const { clinic } = useWorkplace()
  const query = usePaginatedQuery(DeadMessages, { clinicId: clinic.id }, (result) => result.lateNotifications)
  return (
    <section className="below" aria-labelledby="failed">
      <h2 id="failed">{t.failed}</h2>
      <Listing
        query={query}
        empty={<p className="hint">{t.noneFailed}</p>}
        lead={<p className="hint">{t.failedLead}</p>}
      >
        {(message) => <FailedMessage message={message} changed={query.refetch} />}
      </Listing>
    </section>
  )
}

/** A message with its patient, what became of it, and what can be done about it. */
function FailedMessage({ message, changed }: { message: DeadMessage; changed(): void }) {
  const { t, locale } = useText(messagesTexts)
  const { clinic } = useWorkplace()
  const { id, kind, channel, state, lastError, hasAddress, booking, slotOffer, invoice } = message
  const isDead = state === 'DEAD'
  const { fullName, phone } = (booking ?? slotOffer?.waiting ?? invoice)?.clinicCustomer ?? {}
  const startsAt = (booking ?? slotOffer?.bookingSlot)?.startsAt
  const name = fullName ?? t.patient
  return (
    <>
      <div className="row-words">
        <h3 className="row-title">{name}</h3>
        <p>
          {kind && t.kinds[kind]}, {t.channels[channel as Channel] ?? channel}
          {startsAt && `, ${t.about(dayAndClock(startsAt, clinic.timeZone, locale))}`}
          {invoice?.number && `, ${invoice.number}`}
        </p>
        <p className="row-more">
          {!isDead ? t.stillTried : hasAddress ? t.givenUp : t.noAddress}{' '}
          {isDead && phone && <a href={tel(phone)}>{phone}</a>}
        </p>
        {lastError && (!isDead || hasAddress) && <p className="row-more">{lastError}</p>}
      </div>
      {isDead && id && <DeadMessageActions {...{ id, name, hasAddress, changed }} />}
    </>
  )
}

interface DeadMessageActionsProps {
  id: string
  name: string
  hasAddress: boolean | null
  changed(): void
}

function DeadMessageActions({ id, name, hasAddress, changed }: DeadMessageActionsProps) {
  const { t } = useText(messagesTexts)
  const { clinic } = useWorkplace()
  const errorText = useErrorText()
  const variables = { clinicId: clinic.id, notificationId: id }
  const act = async (change: Promise<unknown>, done: string) => {
    await change.then(
      () => showToast(done),
      (error) => showToast(errorText(error)),
    )
    changed()
  }
  return (
    <div className="row-actions">
      {hasAddress && (
        <RowButton of={name} press={() => act(request(SendAgain, variables), t.sentAgain)}>
          {t.sendAgain}
        </RowButton>
      )}
      <RowButton of={name} press={() => act(request(Settle, variables), t.settled)}>
        {t.settle}
      </RowButton>
    </div>
  )
}
