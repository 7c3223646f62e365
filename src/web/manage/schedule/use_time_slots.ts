import { graphql } from '../../data/generated/gql.ts'
import type { ManageTimeSlotsQuery } from '../../data/generated/graphql.ts'
import { usePaginatedQuery } from '../../data/use_paginated_query.ts'
import { useWorkplace } from '../../parts/workplace/workplace.tsx'

const ManageTimeSlots = graphql(`
  query ManageTimeSlots($clinicId: BigInt!, $after: Cursor) {
    timeSlots(filter: { clinicId: { equalTo: $clinicId } }, first: 100, after: $after) {
      nodes { clinicId id name startTime endTime isActive rowVersion }
      pageInfo { hasNextPage endCursor }
    }
  }
`)

export type TimeSlot = NonNullable<NonNullable<ManageTimeSlotsQuery['timeSlots']>['nodes'][number]>

export const byStart = (a: TimeSlot, b: TimeSlot) =>
  a.startTime.localeCompare(b.startTime) || a.endTime.localeCompare(b.endTime)

/** All time slots of the clinic; with `skip`, none are requested. */
export function useTimeSlots({ skip = false } = {}) {
  const { clinic } = useWorkplace()
  return usePaginatedQuery(ManageTimeSlots, skip ? null : { clinicId: clinic.id }, ({ timeSlots }) => timeSlots, {
    all: true,
  })
}
