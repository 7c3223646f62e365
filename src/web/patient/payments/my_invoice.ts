import { graphql } from '../../data/generated/gql.ts'
import type { MyInvoiceQuery } from '../../data/generated/graphql.ts'

export const MyInvoice = graphql(`
  query MyInvoice($clinicId: BigInt!, $id: BigInt!) {
    invoice(clinicId: $clinicId, id: $id) {
      id clinicId number state currency total tax paid due issuedAt dueOn customerId
      customer { fullName }
      clinic { name timeZone phone }
      invoiceLines(first: 100, orderBy: [ID_ASC]) { nodes { id kind text amount bookingId } }
      movements(first: 100, orderBy: [ID_ASC]) { nodes { id kind amount movedAt } }
    }
  }
`)

/** An invoice as the page of it shows it. */
export type MyInvoiceRow = NonNullable<MyInvoiceQuery['invoice']>
