/**
 * An invoice with everything that its PDF shows, as billing.invoice_document gives it. Amounts are texts: whole numbers of
 * minor units of the currency, which has `exponent` decimals.
 */
export interface InvoiceDocument {
  /** Null while it is a draft. */
  number: string | null
  issuedAt: string | null
  /** Until when it is to be paid: a local date of the clinic, yyyy-mm-dd. */
  dueOn: string | null
  state: 'draft' | 'open' | 'settled' | 'void'
  language: string
  currency: string
  exponent: number
  /** The clinic's, in which dates are shown. */
  timeZone: string
  clinic: {
    name: string
    address?: string | null
    phone?: string | null
    email?: string | null
    footer?: string | null
  }
  customer: { id: string; name?: string | null }
  /** Their amounts include the tax; a discount's is negative. */
  lines: InvoiceLine[]
  total: string
  tax: string
  paid: string
  due: string
  payments: { kind: string; amount: string; at: string }[]
}

export interface InvoiceLine {
  text?: string | null
  kind: string
  amount: string
  /** In percent. */
  taxRate: number | string
  tax: string
  /** When the visit begins. */
  visitAt?: string | null
}
