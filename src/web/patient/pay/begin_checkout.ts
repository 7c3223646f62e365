import { graphql } from '../../data/generated/gql.ts'
import { request } from '../../data/session.ts'

const BeginCheckout = graphql(`
  mutation BeginCheckout($input: BeginCheckoutInput!) {
    beginCheckout(input: $input) { checkout { id } }
  }
`)

/** What is paid for: visits, which are booked when the payment arrives, and invoices. `invoices` may be of any clinics. */
export interface ToPay {
  clinicId: string
  visits?: {
    bookingSlotId: string
    serviceId: string
    customerId: string
    note: string | undefined
    answers: { questionId: string; answer: string }[]
    online: boolean | undefined
    coupon: string | undefined
  }[]
  invoiceIds?: string[]
  invoices?: { clinicId: string; invoiceId: string }[]
  usesCredit: boolean
  idempotencyKey: string
}

/**
 * Begins a payment, and returns the address of its page, which redirects to the provider's. Throws as request() does.
 */
export async function beginCheckout(what: ToPay): Promise<string> {
  const { beginCheckout } = await request(BeginCheckout, { input: what })
  return `/pay/${beginCheckout?.checkout?.id}?go`
}

/** The field of a form that a refusal of a payment is about. */
export const fieldOfRefusal = ({ code }: { code: string }): string | undefined =>
  code.startsWith('coupon_') ? 'coupon' : undefined
