import { graphql } from '../../data/generated/gql.ts'
import { request } from '../../data/session.ts'
import { useText } from '../../text/language.ts'
import { waitingTexts } from '../../text/patient/waiting.ts'
import { WaitButton } from './wait_button.tsx'

const WaitForEarlierTime = graphql(`
  mutation WaitForEarlierTime($clinicId: BigInt!, $customerId: BigInt!, $doctorId: BigInt!, $bookingId: BigInt!) {
    joinWaitingList(input: {
      clinicId: $clinicId, customerId: $customerId, doctorId: $doctorId, bookingId: $bookingId
    }) { waitingList { id } }
  }
`)
const WaitByLink = graphql(`
  mutation WaitByLink($token: String!) {
    waitByLink(input: { token: $token }) { clientMutationId }
  }
`)

interface WaitForEarlierProps {
  /** The booking that would move, of a patient who is signed in, or the token of the link to it. */
  of: { clinicId: string; customerId: string; doctorId: string; bookingId: string } | { token: string }
}

/** Below a booking: wait for an earlier time with the same doctor. */
export function WaitForEarlier({ of }: WaitForEarlierProps) {
  const { t } = useText(waitingTexts)
  const join = () => ('token' in of ? request(WaitByLink, of) : request(WaitForEarlierTime, of))
  return <WaitButton label={t.notifyEarlier} joined={t.joinedEarlier} join={join} />
}
