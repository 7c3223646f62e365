import { aCoupon, billing, type Checkout } from '../../helpers/clinic/billing.ts'
import { aService } from '../../helpers/clinic/services.ts'
import { unique } from '../../helpers/clinic/world.ts'
import type { World } from '../../sql/rights/two_clinics.ts'
import type { RestServer } from '../api.ts'

export interface Case {
  id: string
  outcomes: (number | string)[]
  /** Path and body of a request, for something new if it changes anything. */
  request(): Promise<[path: string, body?: unknown]>
}

const forbidden = 'forbidden'
const noRight = 'insufficient_privilege'
const anonymous = 'unauthenticated'

/** The endpoints for payments, as rights.test.ts tries them. */
export function billingCases(of: () => { server: RestServer; world: World }): Case[] {
  const owner = () => of().server.owner
  const clinicId = () => of().world.a.clinicId
  /** With shards, what is not copied is read by clinic. */
  const ofClinicA = () => `clinicId=${clinicId()}`
  const ann = () => of().world.ann.customerId
  const invoice = async (...amounts: number[]) => {
    const { id } = await billing<{ id: string }>(owner(), 'create_invoice', clinicId(), ann())
    for (const amount of amounts) await billing(owner(), 'add_charge', clinicId(), id, amount, 'Report')
    return id
  }
  /** Issued, with something due and something paid. */
  const openInvoice = async () => {
    const id = await invoice(1000)
    await billing(owner(), 'record_payment', clinicId(), ann(), 'cash', 400, [id])
    return id
  }
  const payment = async () =>
    (await billing<{ id: string }>(owner(), 'record_payment', clinicId(), ann(), 'cash', 500)).id
  const newCheckout = async () => {
    const id = await openInvoice()
    const [checkout] = await owner().request(of().world.ann.claims, () =>
      owner().query<Checkout>('select * from billing.begin_checkout($1, null, $2, false)', [clinicId(), [id]]),
    )
    return checkout?.id
  }

  const lists = (outcome: string | number) => [anonymous, outcome, outcome, 200, 200, 200, 200, 200]
  const ofInvoice = (annIs: string | number, deskIs: string | number, managerIs = deskIs) => [
    anonymous,
    annIs,
    'invoice_not_found',
    deskIs,
    'invoice_not_found',
    managerIs,
    'invoice_not_found',
    managerIs,
  ]
  const desk = [anonymous, noRight, noRight, 201, forbidden, 201, forbidden, 201]
  const managers = [anonymous, noRight, noRight, forbidden, forbidden, 201, forbidden, 201]
  const managersOfRows = [anonymous, noRight, noRight, noRight, noRight, 201, noRight, 201]
  const step = (id: string, path: string, body: object | undefined, outcomes = ofInvoice(noRight, 200)): Case => ({
    id,
    outcomes,
    request: async () => [`/invoices/${await openInvoice()}/${path}`, body],
  })

  return [
    ...(['listBookkeeping', 'exportBookkeeping'] as const).map((id) => ({
      id,
      outcomes: [anonymous, noRight, noRight, forbidden, forbidden, 200, forbidden, 200],
      request: async (): Promise<[string]> => [
        `/clinics/${clinicId()}/bookkeeping${id === 'exportBookkeeping' ? '.csv' : ''}?from=2026-01-01&to=2026-12-31`,
      ],
    })),
    {
      id: 'getProviderAccount',
      outcomes: [anonymous, noRight, noRight, forbidden, forbidden, 200, forbidden, 200],
      request: async () => [`/clinics/${clinicId()}/providerAccount`],
    },
    {
      id: 'setProviderAccount',
      outcomes: [anonymous, noRight, noRight, forbidden, forbidden, 200, forbidden, 200],
      request: async () => [`/clinics/${clinicId()}/providerAccount`, { provider: 'development' }],
    },
    { id: 'listPrices', outcomes: Array(8).fill(200), request: async () => [`/prices?${ofClinicA()}`] },
    {
      id: 'createPrice',
      outcomes: managersOfRows,
      request: async () => [
        '/prices',
        { clinicId: clinicId(), serviceId: await aService(owner(), clinicId()), amount: '100', currency: 'EUR' },
      ],
    },
    {
      id: 'endPrice',
      outcomes: [anonymous, noRight, noRight, forbidden, forbidden, 200, forbidden, 200],
      request: async () => {
        const { id } = await owner().one<{ id: string }>(
          `insert into billing.prices (clinic_id, service_id, amount, currency) values ($1, $2, 100, 'EUR') returning id`,
          [clinicId(), await aService(owner(), clinicId())],
        )
        return [`/prices/${id}`, { validUntil: '2031-01-01' }]
      },
    },
    { id: 'listCoupons', outcomes: lists(noRight), request: async () => [`/coupons?${ofClinicA()}`] },
    {
      id: 'createCoupon',
      outcomes: managersOfRows,
      request: async () => [
        '/coupons',
        { clinicId: clinicId(), code: unique('C').replace(' ', '-'), percent: '10', currency: 'EUR' },
      ],
    },
    { id: 'listInvoices', outcomes: lists(200), request: async () => [`/invoices?${ofClinicA()}`] },
    {
      id: 'getInvoice',
      outcomes: ofInvoice(200, 200),
      request: async () => [`/invoices/${await openInvoice()}`],
    },
    {
      id: 'getInvoiceDocument',
      outcomes: ofInvoice(200, 200),
      request: async () => [`/invoices/${await openInvoice()}/document`],
    },
    {
      id: 'createInvoice',
      outcomes: desk,
      request: async () => ['/invoices', { clinicId: clinicId(), customerId: ann() }],
    },
    step('addCharge', 'charges', { amount: '100', text: 'Bandage' }),
    step('addDiscount', 'discounts', { amount: '100', text: 'Regular' }),
    {
      ...step('applyCoupon', 'coupon', undefined),
      request: async () => [
        `/invoices/${await openInvoice()}/coupon`,
        { code: (await aCoupon(owner(), clinicId())).code },
      ],
    },
    step('adjustInvoice', 'adjustments', { amount: '-100', text: 'Shorter' }),
    {
      ...step('issueInvoice', 'issue', undefined),
      request: async () => [`/invoices/${await invoice(1000)}/issue`],
    },
    step('voidInvoice', 'void', { text: 'Mistake' }),
    step('writeOff', 'write-off', { text: 'Not collectable' }, ofInvoice(noRight, forbidden, 200)),
    step('moveToCredit', 'to-credit', { amount: '100' }),
    {
      ...step('spendCredit', 'pay-by-credit', undefined, ofInvoice(200, 200)),
      request: async () => {
        await payment()
        return [`/invoices/${await openInvoice()}/pay-by-credit`, { amount: '100' }]
      },
    },
    { id: 'listPayments', outcomes: lists(200), request: async () => [`/payments?${ofClinicA()}`] },
    {
      id: 'recordPayment',
      outcomes: desk,
      request: async () => ['/payments', { clinicId: clinicId(), customerId: ann(), method: 'CASH', amount: '100' }],
    },
    {
      id: 'refundPayment',
      outcomes: ofInvoice(noRight, 201).map((each) => (each === 'invoice_not_found' ? 'payment_not_found' : each)),
      request: async () => [`/payments/${await payment()}/refunds`, { amount: '100' }],
    },
    { id: 'listRefunds', outcomes: lists(200), request: async () => [`/refunds?${ofClinicA()}`] },
    { id: 'listMovements', outcomes: lists(200), request: async () => [`/movements?${ofClinicA()}`] },
    { id: 'listCredits', outcomes: lists(200), request: async () => [`/credits?${ofClinicA()}`] },
    {
      id: 'grantGoodwill',
      outcomes: managers,
      request: async () => [
        '/credits',
        { clinicId: clinicId(), customerId: ann(), amount: '100', reason: 'Waited for long' },
      ],
    },
    { id: 'listCheckouts', outcomes: lists(200), request: async () => [`/checkouts?${ofClinicA()}`] },
    {
      id: 'getCheckout',
      outcomes: [anonymous, 200, ...Array(5).fill('checkout_not_found'), 200],
      request: async () => [`/checkouts/${await newCheckout()}`],
    },
    {
      id: 'beginCheckout',
      outcomes: [anonymous, 201, 'invoice_not_found', ...Array(5).fill(forbidden)],
      request: async () => [
        '/checkouts',
        {
          clinicId: clinicId(),
          invoiceIds: [await openInvoice()],
          invoices: [{ clinicId: clinicId(), invoiceId: await openInvoice() }],
        },
      ],
    },
    {
      id: 'cancelCheckout',
      outcomes: [anonymous, 200, ...Array(5).fill('checkout_not_found'), 200],
      request: async () => [`/checkouts/${await newCheckout()}`],
    },
  ]
}
