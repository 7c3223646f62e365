import { graphql } from '../../../data/generated/gql.ts'
import type { AbsencesOfYearQuery } from '../../../data/generated/graphql.ts'
import { usePaginatedQuery } from '../../../data/use_paginated_query.ts'
import { useWorkplace } from '../workplace.tsx'

const AbsencesOfYear = graphql(`
  query AbsencesOfYear($clinicId: BigInt!, $first: Date!, $last: Date!, $after: Cursor) {
    absences(
      filter: {
        clinicId: { equalTo: $clinicId }
        lastDate: { greaterThanOrEqualTo: $first }
        firstDate: { lessThanOrEqualTo: $last }
      }
      first: 100
      after: $after
      orderBy: [FIRST_DATE_ASC, ID_ASC]
    ) {
      nodes { clinicId id kind firstDate lastDate startTime endTime note sourceKey calendarId rowVersion doctorId doctor { fullName } }
      pageInfo { hasNextPage endCursor }
    }
  }
`)

export type Absence = NonNullable<NonNullable<AbsencesOfYearQuery['absences']>['nodes'][number]>

/** The absences that reach into a year, by their first day. */
export function useAbsences(year: number) {
  const { clinic } = useWorkplace()
  return usePaginatedQuery(
    AbsencesOfYear,
    { clinicId: clinic.id, first: `${year}-01-01`, last: `${year}-12-31` },
    ({ absences }) => absences,
    { all: true },
  )
}
