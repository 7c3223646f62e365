import type { Route } from '../../route/route.ts'

const day = { type: 'string', format: 'date' }

const columns = [
  'happenedOn',
  'kind',
  'invoiceNumber',
  'customerId',
  'text',
  'decimalAmount',
  'currency',
  'taxRate',
  'decimalTax',
  'paymentMethod',
  'paymentId',
  'invoiceId',
  'invoiceDueOn',
  'happenedAt',
]

const entries = {
  method: 'GET',
  rights: 'The clinic’s managers and administrators.',
  document: `query Bookkeeping($clinicId: BigInt!, $from: Date!, $to: Date!, $after: String, $pageSize: Int) {
    bookkeeping(clinicId: $clinicId, fromDate: $from, toDate: $to, after: $after, pageSize: $pageSize) {
      ...BookkeepingEntry
    }
  }
  fragment BookkeepingEntry on BookkeepingEntry { cursor ${columns.join(' ')} }`,
  query: {
    from: { ...day, description: 'From this local date of the clinic on.' },
    to: { ...day, description: 'Until this local date, inclusive, at most a year.' },
  },
  needs: ['from', 'to'],
  variables: ({ path, query, first, after }) => ({ ...path, ...query, after, pageSize: first }),
  answer: 'bookkeeping',
  list: 'cursors',
  errors: ['invalid_argument'],
} satisfies Partial<Route>

/** What bookkeepers enter. */
export const bookkeeping: Route[] = [
  {
    ...entries,
    path: '/clinics/{clinicId}/bookkeeping',
    id: 'listBookkeeping',
    summary: 'List lines of issued invoices, payments and movements of money, in order of time',
  },
  {
    ...entries,
    path: '/clinics/{clinicId}/bookkeeping.csv',
    id: 'exportBookkeeping',
    summary:
      'The same as a CSV file with all rows. A text that a spreadsheet would read as a formula begins with an apostrophe',
    csv: { columns, numbers: ['decimalAmount', 'taxRate', 'decimalTax'], file: 'bookkeeping.csv' },
  },
]
