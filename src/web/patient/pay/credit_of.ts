import { graphql } from '../../data/generated/gql.ts'

/** What a clinic owes a patient and is not reserved for a payment that has begun. */
export const CreditOf = graphql(`
  query CreditOf($clinicId: BigInt!, $customerId: BigInt!, $currency: String!) {
    credit(clinicId: $clinicId, customerId: $customerId, currency: $currency) { available }
  }
`)
