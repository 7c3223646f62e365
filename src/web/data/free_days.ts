import { graphql } from './generated/gql.ts'
import { useQuery } from './use_query.ts'

const FreeDays = graphql(`
  query FreeDays($clinicId: BigInt, $doctorId: BigInt, $specializationId: BigInt, $serviceId: BigInt, $from: Date!, $to: Date!) {
    daysWithFreeSlots(
      clinicId: $clinicId, doctorId: $doctorId, specializationId: $specializationId, serviceId: $serviceId
      daysFrom: $from, daysTo: $to
    ) { slotDate }
  }
`)

/** The clinic, doctor (with the clinic) or specialization that has the free times. A field that is left out means any. */
export interface FreeTimesOf {
  clinic?: string | undefined
  doctor?: string | undefined
  specialization?: string | undefined
  /** For a visit of this service (with the clinic). */
  service?: string | undefined
}

/** Whether a day has free times: undefined while that is unknown, and outside the requested days. */
export type IsFree = (date: string) => boolean | undefined

/** Which of the days have free times. Nothing is requested without `of` or without days. */
export function useFreeDays(of: FreeTimesOf | undefined, from: string, to: string): IsFree {
  const { specialization, service, clinic, doctor } = of ?? {}
  const whose = { clinicId: clinic, doctorId: doctor, specializationId: specialization, serviceId: service }
  const variables = { ...whose, from, to }
  const { data, loading } = useQuery(FreeDays, of && from <= to ? variables : null)
  if (!data || loading) return () => undefined
  const days = new Set(data.daysWithFreeSlots?.map(({ slotDate }) => slotDate))
  return (date) => (date >= from && date <= to ? days.has(date) : undefined)
}
