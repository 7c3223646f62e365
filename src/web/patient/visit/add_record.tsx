import { useState } from 'react'
import { graphql } from '../../data/generated/gql.ts'
import { request, useCurrentPerson } from '../../data/session.ts'
import { useQuery } from '../../data/use_query.ts'
import { Notice, Problem } from '../../parts/feedback/notice.tsx'
import { Pending } from '../../parts/feedback/pending.tsx'
import { useText } from '../../text/language.ts'
import { visitTexts } from '../../text/patient/visit.ts'

const OwnBooking = graphql(`
  query OwnBooking($clinicId: BigInt!, $id: BigInt!) { booking(clinicId: $clinicId, id: $id) { id } }
`)
const RequestRecordByLink = graphql(`
  mutation RequestRecordByLink($token: String!) {
    requestRecordByLink(input: { token: $token }) { clientMutationId }
  }
`)

interface Props {
  token: string
  clinicId: string
  bookingId: string
}

/** Offers a patient who is signed in to add the record of the appointment to the account. */
export function AddRecord(props: Props) {
  const person = useCurrentPerson()
  return person?.customerId && person.emailIsConfirmed ? <Offer {...props} /> : null
}

function Offer({ token, clinicId, bookingId }: Props) {
  const { t } = useText(visitTexts)
  const { data, pending } = useQuery(OwnBooking, { clinicId, id: bookingId })
  const [asked, setAsked] = useState(false)
  const [error, setError] = useState<unknown>()
  if (pending) return <Pending />
  // In the account already.
  if (!data || data.booking) return null
  return (
    <section className="card padded">
      {error !== undefined && <Problem error={error} />}
      {asked ? (
        <Notice tone="good">{<p>{t.added}</p>}</Notice>
      ) : (
        <>
          <p>{t.addLead}</p>
          <button
            type="button"
            className="button"
            onClick={() => void request(RequestRecordByLink, { token }).then(() => setAsked(true), setError)}
          >
            {t.add}
          </button>
        </>
      )}
    </section>
  )
}
