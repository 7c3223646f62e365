import { graphql } from '../../data/generated/gql.ts'
import type { ManageResourcesQuery } from '../../data/generated/graphql.ts'
import { usePaginatedQuery } from '../../data/use_paginated_query.ts'
import { useWorkplace } from '../../parts/workplace/workplace.tsx'

const ManageResources = graphql(`
  query ManageResources($clinicId: BigInt!, $after: Cursor) {
    resources(filter: { clinicId: { equalTo: $clinicId } }, first: 100, after: $after, orderBy: [NAME_ASC]) {
      nodes { clinicId id type name isActive rowVersion turnover { days hours minutes } }
      pageInfo { hasNextPage endCursor }
    }
  }
`)

export type Resource = NonNullable<NonNullable<ManageResourcesQuery['resources']>['nodes'][number]>

/** All rooms and equipment of the clinic, by name. */
export function useResources() {
  const { clinic } = useWorkplace()
  return usePaginatedQuery(ManageResources, { clinicId: clinic.id }, ({ resources }) => resources, { all: true })
}
