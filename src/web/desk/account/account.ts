import { createContext, useContext } from 'react'
import { graphql } from '../../data/generated/gql.ts'
import type { AccountInvoiceFragment, AccountPaymentFragment, DeskAccountQuery } from '../../data/generated/graphql.ts'
import { usePaginatedQuery } from '../../data/use_paginated_query.ts'
import { useQuery } from '../../data/use_query.ts'
import type { Money } from '../../parts/money/use_money.ts'

graphql(`
  fragment AccountInvoice on Invoice {
    id number state currency total paid due issuedAt dueOn createdAt rowVersion
    invoiceLines(first: 100, orderBy: [ID_ASC]) { nodes { id text amount taxRate bookingId } }
  }
`)
graphql(`
  fragment AccountPayment on Payment {
    id method currency received spent refunded receivedAt
    refunds(first: 20, orderBy: [ID_ASC]) { nodes { id amount state createdAt reason } }
  }
`)

const DeskAccount = graphql(`
  query DeskAccount($clinicId: BigInt!, $customerId: BigInt!) {
    clinicCustomer(clinicId: $clinicId, customerId: $customerId) { fullName phone email }
    policy(clinicId: $clinicId) { currency }
    credits(filter: { clinicId: { equalTo: $clinicId }, customerId: { equalTo: $customerId } }, first: 20) {
      nodes { currency reserved available }
    }
  }
`)
const DeskInvoices = graphql(`
  query DeskInvoices($clinicId: BigInt!, $customerId: BigInt!, $after: Cursor) {
    invoices(
      filter: { clinicId: { equalTo: $clinicId }, customerId: { equalTo: $customerId } }
      orderBy: [ID_DESC], first: 20, after: $after
    ) { nodes { ...AccountInvoice } pageInfo { hasNextPage endCursor } }
  }
`)
const DeskPayments = graphql(`
  query DeskPayments($clinicId: BigInt!, $customerId: BigInt!, $after: Cursor) {
    payments(
      filter: { clinicId: { equalTo: $clinicId }, customerId: { equalTo: $customerId } }
      orderBy: [ID_DESC], first: 20, after: $after
    ) { nodes { ...AccountPayment } pageInfo { hasNextPage endCursor } }
  }
`)

export type Invoice = AccountInvoiceFragment
export type Payment = AccountPaymentFragment

/** What the page of a patient's account shows, loaded. */
export interface Account {
  clinicId: string
  customerId: string
  name: string
  /** The clinic's, in which new invoices are. */
  currency: string
  invoices: Invoice[]
  payments: Payment[]
  /** The credit in a currency that can be spent, in minor units. */
  creditIn(currency: string): string
  /** The credit that is reserved for payments that have begun. */
  reservedIn(currency: string): string
  money: Money
  /** Loads everything again. */
  changed(): void
}

/** Loads the account of a patient: who it is, the credit, all invoices and payments. */
export function useAccountQueries(clinicId: string, customerId: string) {
  const whose = { clinicId, customerId }
  const head = useQuery(DeskAccount, whose)
  const invoices = usePaginatedQuery(DeskInvoices, whose, (found) => found.invoices, { all: true })
  const payments = usePaginatedQuery(DeskPayments, whose, (found) => found.payments, { all: true })
  const changed = () => {
    head.refetch()
    invoices.refetch()
    payments.refetch()
  }
  const error = head.error ?? invoices.error ?? payments.error
  return { head: head.data, invoices: invoices.data?.nodes, payments: payments.data?.nodes, error, changed }
}

/** The credit in a currency, if there is any. */
export const creditOf = ({ credits }: DeskAccountQuery, currency: string) =>
  credits?.nodes.find((credit) => credit?.currency === currency)

export const AccountContext = createContext<Account | undefined>(undefined)

/** The account of the page. Only below <AccountContext>. */
export function useAccount(): Account {
  const account = useContext(AccountContext)
  if (!account) throw new Error('useAccount() outside of a page of an account')
  return account
}

/** What is due on the issued invoices in a currency; drafts do not count. */
export const dueIn = (invoices: Invoice[], currency: string): string =>
  sumOf(invoices.filter((invoice) => invoice.state === 'OPEN' && invoice.currency === currency).map(({ due }) => due))

export const sumOf = (amounts: string[]): string => String(amounts.reduce((sum, amount) => sum + BigInt(amount), 0n))

export const isPositive = (amount: string): boolean => BigInt(amount) > 0n

export const lesserAmount = (a: string, b: string): string => (BigInt(a) < BigInt(b) ? a : b)

/** What can be paid back of a payment: what was not spent on invoices, and what became credit. */
export function refundable({ received, spent, refunded }: Payment, credit: string): string {
  const left = BigInt(received) - BigInt(refunded)
  return lesserAmount(String(left), String(left - BigInt(spent) + BigInt(credit)))
}
