import { graphql } from '../../data/generated/gql.ts'
import type { ManagedDoctorFragment } from '../../data/generated/graphql.ts'

export type ManagedDoctor = ManagedDoctorFragment

graphql(`
  fragment ManagedDoctor on Doctor {
    clinicId id fullName about isActive rowVersion
    doctorRoom { url }
    doctorSpecializations(first: 20) { nodes { specialization { id name names } } }
  }
`)

/** The specializations of a doctor. */
export const fieldsOf = ({ doctorSpecializations }: ManagedDoctor) =>
  doctorSpecializations.nodes.flatMap((node) => (node?.specialization ? [node.specialization] : []))
