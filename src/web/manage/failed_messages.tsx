import { tel } from '../contact_links.ts'
import { graphql } from '../graphql/generated/gql.ts'
import { ask } from '../session.ts'
import { useWorkplace } from '../staff/clinic.tsx'
import { dayAndClock } from '../time.ts'
import { usePages } from '../use_pages.ts'
import { say } from './say.tsx'
import { Listing, RowButton } from './section.tsx'
import { type Channel, useMessagesText } from './text/messages.ts'
import { useWords } from './words.ts'

const DeadMessages = graphql(`
  query DeadMessages($clinicId: BigInt!, $after: Cursor) {
    lateNotifications(filter: { clinicId: { equalTo: $clinicId } }, first: 20, after: $after, orderBy: [ID_DESC]) {
      nodes { id kind channel state lastError hasAddress booking { startsAt clinicCustomer { fullName phone } } }
      pageInfo { hasNextPage endCursor }
    }
  }
`)
const SendAgain = graphql(`
  mutation SendAgain($clinicId: BigInt!, $notificationId: BigInt!) {
    sendAgain(input: { clinicId: $clinicId, notificationId: $notificationId }) { notification { id state } }
  }
`)

/** Messages that have failed or are late: to send again, or to phone where no address is known. */
export function FailedMessages() {
  const { t, locale } = useMessagesText()
  const { clinic } = useWorkplace()
  const words = useWords()
  const asked = usePages(DeadMessages, { clinicId: clinic.id }, (result) => result.lateNotifications)
  return (
    <section className="below" aria-labelledby="failed">
      <h2 id="failed">{t.failed}</h2>
      <Listing
        asked={asked}
        empty={<p className="hint">{t.noneFailed}</p>}
        lead={<p className="hint">{t.failedLead}</p>}
      >
        {({ id, kind, channel, state, lastError, hasAddress, booking }) => {
          const isDead = state === 'DEAD'
          const phone = booking?.clinicCustomer?.phone
          const name = booking?.clinicCustomer?.fullName ?? t.patient
          return (
            <>
              <div className="row-words">
                <h3 className="row-title">{name}</h3>
                <p>
                  {kind && t.kinds[kind]}, {t.channels[channel as Channel] ?? channel}
                  {booking && `, ${t.about(dayAndClock(booking.startsAt, clinic.timeZone, locale))}`}
                </p>
                <p className="row-more">
                  {!isDead ? t.stillTried : hasAddress ? t.givenUp : t.noAddress}{' '}
                  {isDead && phone && <a href={tel(phone)}>{phone}</a>}
                </p>
                {lastError && (!isDead || hasAddress) && <p className="row-more">{lastError}</p>}
              </div>
              <div className="row-actions">
                {isDead && hasAddress && id && (
                  <RowButton
                    of={name}
                    press={async () => {
                      await ask(SendAgain, { clinicId: clinic.id, notificationId: id }).then(
                        () => say(t.sentAgain),
                        (error) => say(words(error)),
                      )
                      asked.again()
                    }}
                  >
                    {t.sendAgain}
                  </RowButton>
                )}
              </div>
            </>
          )
        }}
      </Listing>
    </section>
  )
}
