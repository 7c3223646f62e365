import { graphql } from '../../../data/generated/gql.ts'
import type { ExternalCalendarsQuery } from '../../../data/generated/graphql.ts'
import { usePaginatedQuery } from '../../../data/use_paginated_query.ts'
import { useWorkplace } from '../workplace.tsx'

const ExternalCalendars = graphql(`
  query ExternalCalendars($clinicId: BigInt!, $after: Cursor) {
    externalCalendars(filter: { clinicId: { equalTo: $clinicId } }, first: 50, after: $after, orderBy: [ID_ASC]) {
      nodes { clinicId id doctorId kind origin lastOkAt lastError doctor { fullName } }
      pageInfo { hasNextPage endCursor }
    }
  }
`)

export type Calendar = NonNullable<NonNullable<ExternalCalendarsQuery['externalCalendars']>['nodes'][number]>

/** The external calendars of the clinic that the person may see. */
export function useCalendars() {
  const { clinic } = useWorkplace()
  return usePaginatedQuery(ExternalCalendars, { clinicId: clinic.id }, ({ externalCalendars }) => externalCalendars)
}
