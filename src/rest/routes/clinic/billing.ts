import type { InvoiceDocument } from '../../../invoice/document.ts'
import { Checkout, Coupon, Credit, Invoice, Movement, Payment, Price, Refund } from '../../route/fragments.ts'
import { equalTo, given, type Input, id, pageInfo, type Route } from '../../route/route.ts'
import { claimRefusals } from '../booking_slots.ts'

const managers = 'The clinic’s managers and administrators.'
const desk = 'The clinic’s desk and administrators.'
const theirOwn =
  'Customers see their own and those of their dependants, the desk those of its clinic, administrators all.'

const clinicId = { ...id, description: 'Of this clinic.' }
const customerId = { ...id, description: 'Of this customer.' }
const invoiceState = { type: 'string', enum: ['DRAFT', 'OPEN', 'SETTLED', 'VOID'] }

interface ListOptions extends Partial<Route> {
  order?: string
  latest?: string
  filterOf?: (query: Input['query']) => object
}

const filterOfColumns = (query: Input['query']) =>
  given(Object.fromEntries(Object.entries(query).map(([of, value]) => [of, equalTo(value)])))

/**
 * A list with the latest first, which can be narrowed down to a clinic, a customer and more. Ids are in the order of time within
 * one database only: `latest` is the order of a list that names no clinic.
 */
const list = (
  path: string,
  name: string,
  type: string,
  fragment: string,
  { rights = theirOwn, order = 'ID_DESC', latest = order, filterOf = filterOfColumns, ...more }: ListOptions = {},
): Route => ({
  method: 'GET',
  path,
  id: `list${name}s`,
  summary: `List ${path.slice(1)}, the latest first`,
  document: `query ${name}s($first: Int!, $after: Cursor, $filter: ${type}Filter, $orderBy: [${type}OrderBy!]) {
    ${path.slice(1)}(first: $first, after: $after, filter: $filter, orderBy: $orderBy) {
      nodes { ...${type} } ${pageInfo}
    }
  } ${fragment}`,
  query: { clinicId, customerId },
  variables: ({ query, first, after }) => {
    const filter = filterOf(query)
    const orderBy = (query.clinicId === undefined ? latest : order).split(', ')
    // An empty filter is refused.
    return { first, after, orderBy, ...(Object.keys(filter).length > 0 && { filter }) }
  },
  answer: path.slice(1),
  list: 'connection',
  rights,
  ...more,
})

const invoiceById = { what: 'invoice', by: ({ path }: Input) => path.id } as const
/** What is done with an invoice: `name` is the mutation’s in GraphQL. */
const step = (path: string, name: string, summary: string, rights: string, errors: string[]): Route => {
  const type = `${name[0]?.toUpperCase()}${name.slice(1)}Input`
  return {
    method: 'POST',
    path: `/invoices/{id}/${path}`,
    id: name,
    summary,
    rights,
    locate: invoiceById,
    document: `mutation Step($input: ${type}!) { ${name}(input: $input) { invoice { ...Invoice } } } ${Invoice}`,
    body: { type, omit: ['clinicId', 'invoiceId'], optional: ['issueInvoice', 'spendCredit'].includes(name) },
    variables: ({ path: { id: invoiceId }, located, body }) => ({ input: { ...body, clinicId: located, invoiceId } }),
    answer: `${name}.invoice`,
    notFound: 'invoice_not_found',
    errors,
  }
}

const prices: Route[] = [
  list('/prices', 'Price', 'Price', Price, {
    rights: 'Everybody.',
    query: { clinicId, serviceId: { ...id, description: 'Of this service; give clinicId too.' } },
  }),
  {
    method: 'POST',
    path: '/prices',
    id: 'createPrice',
    summary: 'Set the price of a service, with every doctor or with one',
    rights: managers,
    document: `mutation CreatePrice($price: PriceInput!) {
      createPrice(input: { price: $price }) { price { ...Price } }
    } ${Price}`,
    body: { type: 'PriceInput' },
    variables: ({ body }) => ({ price: body }),
    answer: 'createPrice.price',
    status: 201,
    errors: [
      'currency_not_used',
      'amount_not_payable_online',
      'exclusion_violation',
      'foreign_key_violation',
      'check_violation',
    ],
  },
  {
    method: 'PATCH',
    path: '/prices/{id}',
    id: 'endPrice',
    summary: 'Change from when and until when a price is valid',
    rights: managers,
    locate: { what: 'price', by: ({ path }) => path.id },
    document: `mutation EndPrice($clinicId: BigInt!, $id: BigInt!, $patch: PricePatch!) {
      updatePrice(input: { clinicId: $clinicId, id: $id, patch: $patch }) { price { ...Price } }
    } ${Price}`,
    body: { type: 'PricePatch' },
    variables: ({ path, located, body }) => ({ ...path, clinicId: located, patch: body }),
    answer: 'updatePrice.price',
    notFound: 'price_not_found',
    errors: ['exclusion_violation', 'check_violation'],
  },
]

const coupons: Route[] = [
  list('/coupons', 'Coupon', 'Coupon', Coupon, { rights: desk, query: { clinicId } }),
  {
    method: 'POST',
    path: '/coupons',
    id: 'createCoupon',
    summary: 'Add a coupon',
    rights: managers,
    document: `mutation CreateCoupon($coupon: CouponInput!) {
      createCoupon(input: { coupon: $coupon }) { coupon { ...Coupon } }
    } ${Coupon}`,
    body: { type: 'CouponInput' },
    variables: ({ body }) => ({ coupon: body }),
    answer: 'createCoupon.coupon',
    status: 201,
    errors: [
      'currency_not_used',
      'amount_not_payable_online',
      'unique_violation',
      'foreign_key_violation',
      'check_violation',
    ],
  },
]

const invoices: Route[] = [
  list('/invoices', 'Invoice', 'Invoice', Invoice, {
    latest: 'CREATED_AT_DESC',
    query: { clinicId, customerId, state: invoiceState },
  }),
  {
    method: 'GET',
    path: '/invoices/{id}',
    id: 'getInvoice',
    summary: 'Get an invoice with its lines',
    rights: theirOwn,
    locate: invoiceById,
    document: `query Invoice($clinicId: BigInt!, $id: BigInt!) {
      invoice(clinicId: $clinicId, id: $id) { ...Invoice }
    } ${Invoice}`,
    variables: ({ path, located }) => ({ ...path, clinicId: located }),
    answer: 'invoice',
    notFound: 'invoice_not_found',
  },
  {
    method: 'GET',
    path: '/invoices/{id}/document',
    id: 'getInvoiceDocument',
    summary: 'Download an invoice as a PDF, in the customer’s language or another one',
    rights: 'Customers their own and those of their dependants, the desk those of its clinic, administrators all.',
    locate: invoiceById,
    document: `query InvoiceDocument($clinicId: BigInt!, $id: BigInt!, $language: String) {
      invoiceDocument(clinicId: $clinicId, invoiceId: $id, language: $language)
    }`,
    query: {
      language: { type: 'string', enum: ['en', 'de'], description: 'The language, in place of the customer’s.' },
    },
    variables: ({ path, located, query }) => ({ ...path, clinicId: located, language: query.language }),
    answer: 'invoiceDocument',
    file: {
      type: 'application/pdf',
      layout: 1,
      async make(answer) {
        const invoice = answer as InvoiceDocument
        // Loaded by the first one: the library and its fonts would delay each start.
        const { invoiceFileName, invoicePdf } = await import('../../../invoice/pdf.ts')
        return { name: invoiceFileName(invoice), bytes: await invoicePdf(invoice) }
      },
    },
    notFound: 'invoice_not_found',
  },
  {
    method: 'POST',
    path: '/invoices',
    id: 'createInvoice',
    summary: 'Make an invoice for a customer, a draft without lines',
    rights: desk,
    document: `mutation CreateInvoice($input: CreateInvoiceInput!) {
      createInvoice(input: $input) { invoice { ...Invoice } }
    } ${Invoice}`,
    body: { type: 'CreateInvoiceInput' },
    variables: ({ body }) => ({ input: body }),
    answer: 'createInvoice.invoice',
    status: 201,
    location: '/invoices/{id}',
    errors: ['customer_not_found', 'clinic_not_found', 'currency_not_used'],
  },
  step('charges', 'addCharge', 'Add a charge to an invoice that is not settled', desk, [
    'amount_not_accepted',
    'invoice_not_open',
    'booking_not_found',
    'invalid_argument',
  ]),
  step('discounts', 'addDiscount', 'Give a discount, an amount or a percentage', desk, [
    'amount_not_accepted',
    'invoice_not_open',
    'amount_exceeds_due',
    'invalid_argument',
  ]),
  step('coupon', 'applyCoupon', 'Use a coupon on an invoice', desk, [
    'invoice_not_open',
    'coupon_not_found',
    'coupon_not_valid',
    'coupon_used_already',
    'coupon_exhausted',
    'currency_not_used',
  ]),
  step('adjustments', 'adjustInvoice', 'Change the amount of an invoice by another line', desk, [
    'amount_not_accepted',
    'invoice_not_open',
    'amount_exceeds_due',
    'invalid_argument',
  ]),
  step('issue', 'issueInvoice', 'Issue a draft: it gets its number', desk, ['invoice_not_open', 'nothing_to_pay']),
  step('void', 'voidInvoice', 'Make an invoice void: what was paid becomes credit', desk, ['invoice_not_open']),
  step('write-off', 'writeOff', 'Write off the amount due, or a part of it', managers, [
    'invoice_not_open',
    'amount_not_accepted',
    'amount_exceeds_due',
  ]),
  step('to-credit', 'moveToCredit', 'Turn money that was paid on an invoice into credit', desk, [
    'amount_not_accepted',
    'amount_exceeds_paid',
  ]),
  step('pay-by-credit', 'spendCredit', 'Pay an invoice from credit', 'The customer, the desk and administrators.', [
    'invoice_not_open',
    'already_paid',
    'insufficient_credit',
    'amount_exceeds_due',
    'amount_not_accepted',
    'nothing_to_pay',
  ]),
]

const payments: Route[] = [
  list('/payments', 'Payment', 'Payment', Payment, { latest: 'RECEIVED_AT_DESC' }),
  {
    method: 'POST',
    path: '/payments',
    id: 'recordPayment',
    summary: 'Record money received at the desk: it pays invoices, or becomes credit',
    rights: desk,
    document: `mutation RecordPayment($input: RecordPaymentInput!) {
      recordPayment(input: $input) { payment { ...Payment } }
    } ${Payment}`,
    body: { type: 'RecordPaymentInput', omit: ['idempotencyKey'] },
    variables: ({ body }) => ({ input: body }),
    answer: 'recordPayment.payment',
    status: 201,
    errors: [
      'amount_not_accepted',
      'invalid_argument',
      'customer_not_found',
      'invoice_not_found',
      'invoice_not_open',
      'already_paid',
      'amount_exceeds_due',
      'nothing_to_pay',
    ],
  },
  {
    method: 'POST',
    path: '/payments/{id}/refunds',
    id: 'refundPayment',
    summary: 'Pay money back: at the desk at once, an online payment through its provider',
    rights: desk,
    locate: { what: 'payment', by: ({ path }) => path.id },
    document: `mutation RefundPayment($input: RefundPaymentInput!) {
      refundPayment(input: $input) { refund { ...Refund } }
    } ${Refund}`,
    body: { type: 'RefundPaymentInput', omit: ['clinicId', 'paymentId', 'idempotencyKey'] },
    variables: ({ path, located, body }) => ({ input: { ...body, clinicId: located, paymentId: path.id } }),
    answer: 'refundPayment.refund',
    status: 201,
    notFound: 'payment_not_found',
    errors: ['amount_not_accepted', 'refund_exceeds_payment', 'insufficient_credit', 'amount_not_payable_online'],
  },
  list('/refunds', 'Refund', 'Refund', Refund, { latest: 'CREATED_AT_DESC' }),
  list('/movements', 'Movement', 'Movement', Movement, { latest: 'MOVED_AT_DESC' }),
]

const credits: Route[] = [
  list('/credits', 'Credit', 'Credit', Credit, {
    order: 'CLINIC_ID_ASC, CUSTOMER_ID_ASC, CURRENCY_ASC',
    summary: 'List credit by clinic and customer',
  }),
  {
    method: 'POST',
    path: '/credits',
    id: 'grantGoodwill',
    summary: 'Give a customer credit that nobody paid for',
    rights: managers,
    document: `mutation GrantGoodwill($input: GrantGoodwillInput!) {
      grantGoodwill(input: $input) { credit { ...Credit } }
    } ${Credit}`,
    body: { type: 'GrantGoodwillInput', omit: ['idempotencyKey'] },
    variables: ({ body }) => ({ input: body }),
    answer: 'grantGoodwill.credit',
    status: 201,
    errors: ['amount_not_accepted', 'customer_not_found', 'clinic_not_found'],
  },
]

const checkouts: Route[] = [
  list('/checkouts', 'Checkout', 'Checkout', Checkout, {
    latest: 'CREATED_AT_DESC',
    rights: 'Customers see their own and those of their dependants, administrators all.',
    query: { clinicId: { ...clinicId, description: 'Only checkouts that pay something at this clinic.' }, customerId },
    filterOf: ({ clinicId: of, customerId: customer }) =>
      given({
        checkoutParts: of === undefined ? undefined : { some: { clinicId: { equalTo: of } } },
        customerId: equalTo(customer),
      }),
  }),
  {
    method: 'GET',
    path: '/checkouts/{id}',
    id: 'getCheckout',
    summary: 'Get a checkout: its state, and the address of the page on which it is paid',
    rights: 'The customer who began it, and administrators.',
    document: `query Checkout($id: BigInt!) { checkout(id: $id) { ...Checkout } } ${Checkout}`,
    variables: ({ path }) => path,
    answer: 'checkout',
    notFound: 'checkout_not_found',
  },
  {
    method: 'POST',
    path: '/checkouts',
    id: 'beginCheckout',
    summary: 'Begin to pay for visits, which are booked when the payment arrives, and for invoices',
    rights: 'Customers.',
    document: `mutation BeginCheckout($input: BeginCheckoutInput!) {
      beginCheckout(input: $input) { checkout { ...Checkout } }
    } ${Checkout}`,
    body: { type: 'BeginCheckoutInput', omit: ['idempotencyKey'] },
    variables: ({ body }) => ({ input: body }),
    answer: 'beginCheckout.checkout',
    status: 201,
    location: '/checkouts/{id}',
    errors: [
      ...claimRefusals,
      'clinic_not_found',
      'several_accounts',
      'several_currencies',
      'online_payment_not_available',
      'amount_not_payable_online',
      'nothing_to_pay',
      'checkout_open',
      'already_paid',
      'invoice_not_found',
      'invoice_not_open',
      'coupon_not_found',
      'coupon_not_valid',
      'coupon_used_already',
      'coupon_exhausted',
      'currency_not_used',
      'slot_not_found',
      'question_not_found',
      'answer_missing',
      'answer_not_accepted',
      'place_not_offered',
      'invalid_argument',
    ],
  },
  {
    method: 'DELETE',
    path: '/checkouts/{id}',
    id: 'cancelCheckout',
    summary: 'Cancel a checkout: its slots are free again',
    rights: 'The customer who began it, and administrators.',
    document: `mutation CancelCheckout($id: BigInt!) {
      cancelCheckout(input: { checkoutId: $id }) { checkout { ...Checkout } }
    } ${Checkout}`,
    variables: ({ path }) => path,
    answer: 'cancelCheckout.checkout',
    notFound: 'checkout_not_found',
    errors: ['checkout_not_open'],
  },
]

const ProviderAccount = 'fragment ProviderAccount on ProviderAccount { clinicId provider account }'

const providerAccount: Route[] = [
  {
    method: 'GET',
    path: '/clinics/{clinicId}/providerAccount',
    id: 'getProviderAccount',
    summary: 'Get the provider through which patients pay online, and the clinic’s account there',
    rights: managers,
    document: `query ProviderAccount($clinicId: BigInt!) {
      providerAccount(clinicId: $clinicId) { ...ProviderAccount }
    } ${ProviderAccount}`,
    variables: ({ path }) => path,
    answer: 'providerAccount',
  },
  {
    method: 'PUT',
    path: '/clinics/{clinicId}/providerAccount',
    id: 'setProviderAccount',
    summary: 'Set the provider through which patients pay online; null ends online payments',
    rights: managers,
    document: `mutation SetProviderAccount($input: SetProviderAccountInput!, $clinicId: BigInt!) {
      setProviderAccount(input: $input) { query { providerAccount(clinicId: $clinicId) { ...ProviderAccount } } }
    } ${ProviderAccount}`,
    body: {
      type: 'SetProviderAccountInput',
      omit: ['clinicId'],
      require: ['provider'],
      replaces: true,
      returned: [],
    },
    variables: ({ path, body }) => ({ ...path, input: { ...body, ...path } }),
    answer: 'setProviderAccount.query.providerAccount',
    errors: ['invalid_argument', 'amount_not_payable_online'],
  },
]

/** Prices, invoices and payments. Amounts are texts of whole numbers of minor units of the currency. */
export const billing: Route[] = [
  ...prices,
  ...coupons,
  ...invoices,
  ...payments,
  ...credits,
  ...checkouts,
  ...providerAccount,
]
