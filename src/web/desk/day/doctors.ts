import { graphql } from '../../data/generated/gql.ts'
import type { DeskDoctorsQuery } from '../../data/generated/graphql.ts'

export const DeskDoctors = graphql(`
  query DeskDoctors($clinicId: BigInt!) {
    doctors(filter: { clinicId: { equalTo: $clinicId } }, orderBy: [FULL_NAME_ASC, ID_ASC], first: 100) {
      nodes { id fullName isActive doctorSpecializations(first: 5) { nodes { specialization { id name names } } } }
    }
  }
`)

/** A doctor of the clinic, with their specializations. */
export type Doctor = NonNullable<NonNullable<DeskDoctorsQuery['doctors']>['nodes'][number]>

export const fieldsOf = (doctor: Doctor) =>
  doctor.doctorSpecializations.nodes.flatMap((node) => (node?.specialization ? [node.specialization] : []))
