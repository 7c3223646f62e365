import { graphql } from '../graphql/generated/gql.ts'
import { useQuery } from '../use_query.ts'
import type { Search } from './search.ts'

const FreeDays = graphql(`
  query FreeDays($clinicId: BigInt, $doctorId: BigInt, $specializationId: BigInt, $from: Date!, $to: Date!) {
    daysWithFreeSlots(
      clinicId: $clinicId, doctorId: $doctorId, specializationId: $specializationId, daysFrom: $from, daysTo: $to
    ) { slotDate }
  }
`)

/** Whether a day has free times for a search: undefined while that is not known, and outside of the days asked for. */
export type IsFree = (date: string) => boolean | undefined

/** Which of some days have free times for a search, on whatever day that is; nothing is asked without one. */
export function useFreeDays(search: Search | undefined, from: string, to: string): IsFree {
  const { specialization, clinic, doctor } = search ?? {}
  const variables = { clinicId: clinic, doctorId: doctor, specializationId: specialization, from, to }
  const { data, loading } = useQuery(FreeDays, search && from <= to ? variables : null)
  if (!data || loading) return () => undefined
  const days = new Set(data.daysWithFreeSlots?.map(({ slotDate }) => slotDate))
  return (date) => (date >= from && date <= to ? days.has(date) : undefined)
}
