import { Link } from 'wouter'
import { graphql } from '../../data/generated/gql.ts'
import { request, useCurrentPerson } from '../../data/session.ts'
import { Pending } from '../../parts/feedback/pending.tsx'
import { useText } from '../../text/language.ts'
import { waitingTexts } from '../../text/patient/waiting.ts'
import { WaitButton } from '../waiting/wait_button.tsx'
import type { Search } from './search.ts'

const JoinWaitingList = graphql(`
  mutation JoinWaitingList(
    $clinicId: BigInt!, $doctorId: BigInt, $serviceId: BigInt, $specializationId: BigInt, $date: Date
  ) {
    joinWaitingList(input: {
      clinicId: $clinicId, doctorId: $doctorId, serviceId: $serviceId, specializationId: $specializationId,
      fromDate: $date, untilDate: $date
    }) { waitingList { id } }
  }
`)

/** Below the free times of a clinic: wait for what was searched for. */
export default function WaitForSearch({ search, clinicId }: { search: Search; clinicId: string }) {
  const { t } = useText(waitingTexts)
  const person = useCurrentPerson()
  const { doctor: doctorId, service: serviceId, specialization: specializationId, date } = search
  if (person === null) return <Link href="/sign-in">{t.signIn}</Link>
  if (person === undefined) return <Pending />
  if (!person.customerId) return null
  const join = () => request(JoinWaitingList, { clinicId, doctorId, serviceId, specializationId, date })
  return <WaitButton label={t.notify} joined={t.joined} join={join} />
}
