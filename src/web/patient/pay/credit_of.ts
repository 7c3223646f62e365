import { graphql } from '../../data/generated/gql.ts'

/** The credit of a patient at a clinic, without what is reserved for payments that have begun. */
export const CreditOf = graphql(`
  query CreditOf($clinicId: BigInt!, $customerId: BigInt!, $currency: String!) {
    credit(clinicId: $clinicId, customerId: $customerId, currency: $currency) { available }
  }
`)
