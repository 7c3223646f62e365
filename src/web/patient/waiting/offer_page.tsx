import { useState } from 'react'
import { Link } from 'wouter'
import { Refusal } from '../../data/client.ts'
import { graphql } from '../../data/generated/gql.ts'
import type { OfferByLinkMutation } from '../../data/generated/graphql.ts'
import { newIdempotencyKey } from '../../data/keys.ts'
import { request } from '../../data/session.ts'
import { useAsync } from '../../data/use_query.ts'
import { AreaErrorTextsContext } from '../../parts/feedback/error_text.ts'
import { Notice, Problem } from '../../parts/feedback/notice.tsx'
import { Form } from '../../parts/form/form.tsx'
import { Page } from '../../parts/layout/page.tsx'
import { useText } from '../../text/language.ts'
import { visitTexts } from '../../text/patient/visit.ts'
import { waitingErrorTexts, waitingTexts } from '../../text/patient/waiting.ts'
import { dayAndClock } from '../../time/time.ts'
import { ServiceSummary } from '../parts/chosen_service.tsx'
import { InvalidLink } from '../parts/invalid_link.tsx'
import { useLinkToken } from '../parts/link_token.ts'
import { VisitSummary } from '../parts/visit_summary.tsx'

const OfferByLink = graphql(`
  mutation OfferByLink($token: String!) {
    offerByLink(input: { token: $token }) {
      linkedOffer {
        state startsAt endsAt doctorName clinicName address phone timeZone headStartFrom headStartUntil isOpen movesFrom
        isWaiting service { name names preparation preparations }
      }
    }
  }
`)
const AcceptByLink = graphql(`
  mutation AcceptOfferByLink($token: String!, $idempotencyKey: String!) {
    acceptOfferByLink(input: { token: $token, idempotencyKey: $idempotencyKey }) { clientMutationId }
  }
`)
const DeclineByLink = graphql(`
  mutation DeclineOfferByLink($token: String!, $leave: Boolean!) {
    declineOfferByLink(input: { token: $token, leave: $leave }) { clientMutationId }
  }
`)

type Row = NonNullable<NonNullable<OfferByLinkMutation['offerByLink']>['linkedOffer']>
type Nullable = 'address' | 'phone' | 'service' | 'movesFrom'
/** Only these may be null; PostgreSQL's row types cannot express that. */
type Offer = { [Key in keyof Row]: Key extends Nullable ? Row[Key] : NonNullable<Row[Key]> }

/** The page of the link to an offered time. Opening it changes nothing: only the buttons accept or decline. */
export default function OfferPage() {
  const { t } = useText(waitingTexts)
  const { t: visitText } = useText(visitTexts)
  const token = useLinkToken()
  const { data, error, loading, refetch } = useAsync(token, (signal) => request(OfferByLink, { token }, signal))
  const isInvalid = error instanceof Refusal && error.code === 'link_invalid'
  const offer = data?.offerByLink?.linkedOffer as Offer | null | undefined
  return (
    <Page title={isInvalid ? visitText.invalidTitle : t.title} about={token} narrow>
      {isInvalid ? <InvalidLink /> : error !== undefined && <Problem error={error} retry={refetch} />}
      {error === undefined &&
        (offer ? (
          <OpenOffer key={token} token={token} offer={offer} loading={loading} changed={refetch} />
        ) : (
          <VisitSummary startsAt={undefined} clinic={undefined} doctorName={undefined} />
        ))}
    </Page>
  )
}

interface OpenOfferProps {
  token: string
  offer: Offer
  loading: boolean
  changed(): void
}

function OpenOffer({ token, offer, loading, changed }: OpenOfferProps) {
  const { t, locale } = useText(waitingTexts)
  // With the key, a request that is repeated after a lost answer books once.
  const [key] = useState(newIdempotencyKey)
  const { state, address, phone, timeZone } = offer
  const isLive = state === 'OFFERED' || state === 'OPENED'
  const decline = async (leave: boolean) => {
    await request(DeclineByLink, { token, leave })
    changed()
  }
  return (
    <>
      {!loading && <State offer={offer} />}
      <VisitSummary
        startsAt={offer.startsAt}
        endsAt={offer.endsAt}
        clinic={{ name: offer.clinicName, timeZone, address, phone }}
        doctorName={offer.doctorName}
        lost={state === 'LOST'}
      >
        {offer.service && <ServiceSummary service={offer.service} />}
      </VisitSummary>
      {offer.movesFrom && isLive && <p>{t.moves(dayAndClock(offer.movesFrom, timeZone, locale))}</p>}
      {offer.isOpen && (
        <AreaErrorTextsContext value={waitingErrorTexts}>
          <Form
            submit={t.accept}
            onSubmit={async () => {
              await request(AcceptByLink, { token, idempotencyKey: key })
              changed()
            }}
          />
        </AreaErrorTextsContext>
      )}
      <div className="actions">
        {state === 'OFFERED' && (
          <button type="button" className="button" onClick={() => void decline(false)}>
            {t.decline}
          </button>
        )}
        {offer.isWaiting && state !== 'ACCEPTED' && (
          <button type="button" className="button quiet-danger" onClick={() => void decline(true)}>
            {t.leave}
          </button>
        )}
        {!isLive && state !== 'ACCEPTED' && (
          <Link href="/" className="button primary">
            {t.search}
          </Link>
        )}
      </div>
    </>
  )
}

/** What the patient can do now, or what became of the offer. */
function State({ offer }: { offer: Offer }) {
  const { t, locale } = useText(waitingTexts)
  const { state, isOpen, isWaiting, headStartFrom, headStartUntil, timeZone } = offer
  const at = (time: string) => dayAndClock(time, timeZone, locale)
  if (state === 'ACCEPTED') return <Notice tone="good">{<p>{t.accepted}</p>}</Notice>
  if (state === 'DECLINED') return <Notice tone="plain">{<p>{isWaiting ? t.declined : t.left}</p>}</Notice>
  if (state === 'LOST' || (state === 'OPENED' && !isOpen))
    return <Notice tone="plain">{<p>{isWaiting ? t.lost : t.lostAndLeft}</p>}</Notice>
  if (state === 'OPENED') return <Notice tone="plain">{<p>{t.open}</p>}</Notice>
  return (
    <>
      <p>{t.lead}</p>
      <p>{isOpen ? t.until(at(headStartUntil)) : t.later(at(headStartFrom))}</p>
    </>
  )
}
