import { useState } from 'react'
import { graphql } from '../../data/generated/gql.ts'
import { newIdempotencyKey } from '../../data/keys.ts'
import { request } from '../../data/session.ts'
import { Form } from '../../parts/form/form.tsx'
import { useText } from '../../text/language.ts'
import { waitingTexts } from '../../text/patient/waiting.ts'
import { waitingEntriesTexts } from '../../text/patient/waiting_entries.ts'
import { dayAndClock } from '../../time/time.ts'

const Accept = graphql(`
  mutation AcceptOwnOffer($clinicId: BigInt!, $offerId: BigInt!, $idempotencyKey: String!) {
    acceptOffer(input: { clinicId: $clinicId, offerId: $offerId, idempotencyKey: $idempotencyKey }) { clientMutationId }
  }
`)
const Decline = graphql(`
  mutation DeclineOwnOffer($clinicId: BigInt!, $offerId: BigInt!) {
    declineOffer(input: { clinicId: $clinicId, offerId: $offerId }) { clientMutationId }
  }
`)

interface OfferedTimeProps {
  /** Only movesFrom may be null; PostgreSQL's row types cannot express that. */
  offer: {
    offerId: string | null
    clinicId: string | null
    startsAt: string | null
    timeZone: string | null
    doctorName: string | null
    headStartFrom: string | null
    headStartUntil: string | null
    isOpen: boolean | null
    movesFrom: string | null
    state: string | null
  }
  taken(): void
  declined(): void
}

/** A time that the patient is offered: take it or decline it. */
export function OfferedTime({ offer, taken, declined }: OfferedTimeProps) {
  const { t, locale } = useText(waitingEntriesTexts)
  const { t: waiting } = useText(waitingTexts)
  // With the key, a request that is repeated after a lost answer books once.
  const [key] = useState(newIdempotencyKey)
  const of = { clinicId: offer.clinicId ?? '', offerId: offer.offerId ?? '' }
  const at = (time: string | null) => (time ? dayAndClock(time, offer.timeZone ?? 'UTC', locale, 'medium') : '')
  const decline = async () => {
    await request(Decline, of)
    declined()
  }
  return (
    <div className="waiting-offer">
      <p>
        <strong>{t.offered(at(offer.startsAt))}</strong> {offer.doctorName && t.with(offer.doctorName)}
      </p>
      {offer.movesFrom && <p>{t.moves(at(offer.movesFrom))}</p>}
      <p className="hint">
        {offer.state === 'OPENED'
          ? t.open
          : offer.isOpen
            ? t.until(at(offer.headStartUntil))
            : t.later(at(offer.headStartFrom))}
      </p>
      {offer.isOpen && (
        <Form
          submit={waiting.accept}
          onSubmit={async () => {
            await request(Accept, { ...of, idempotencyKey: key })
            taken()
          }}
        />
      )}
      {offer.state === 'OFFERED' && <Form plain submit={waiting.decline} onSubmit={decline} />}
    </div>
  )
}
