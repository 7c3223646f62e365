import { graphql } from '../../data/generated/gql.ts'
import { usePaginatedQuery } from '../../data/use_paginated_query.ts'
import { useWorkplace } from './workplace.tsx'

const DoctorNames = graphql(`
  query DoctorNames($clinicId: BigInt!, $after: Cursor) {
    doctors(filter: { clinicId: { equalTo: $clinicId } }, first: 100, after: $after, orderBy: [FULL_NAME_ASC]) {
      nodes { id fullName isActive }
      pageInfo { hasNextPage endCursor }
    }
  }
`)

/** The doctors of the clinic, by name, the inactive ones included. */
export function useDoctorNames() {
  const { clinic } = useWorkplace()
  return usePaginatedQuery(DoctorNames, { clinicId: clinic.id }, ({ doctors }) => doctors, { all: true })
}
