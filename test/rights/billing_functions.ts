import { people, type World } from '../sql/rights/two_clinics.ts'
import type { Call } from './call.ts'

// Who may call which function of the schema billing, as in functions.ts.

const no = 'insufficient_privilege'
//                                anonymous, Ann, Bob, receptionist A, doctor A, manager A, manager B, admin
const managers = [no, no, no, 'forbidden', 'forbidden', 'done', 'forbidden', 'done']
const desk = [no, no, no, 'done', 'forbidden', 'done', 'forbidden', 'done']
const annAndTheDesk = [
  no,
  'done',
  'invoice_not_found',
  'done',
  'invoice_not_found',
  'done',
  'invoice_not_found',
  'done',
]

const clinic = ({ a }: World) => ({ clinic_id: a.clinicId })
const invoice = (world: World) => ({ ...clinic(world), invoice_id: world.money.invoice })
const customer = (world: World) => ({ ...clinic(world), customer_id: world.ann.customerId })

export const billingFunctions: Record<string, Call[]> = {
  create_invoice: [{ given: customer, outcomes: desk }],
  add_charge: [{ given: (world) => ({ ...invoice(world), amount: 500, text: 'Bandage' }), outcomes: desk }],
  add_discount: [{ given: (world) => ({ ...invoice(world), text: 'Regular', percent: 10 }), outcomes: desk }],
  apply_coupon: [{ given: (world) => ({ ...invoice(world), code: 'SPRING' }), outcomes: desk }],
  adjust_invoice: [{ given: (world) => ({ ...invoice(world), amount: -100, text: 'Shorter' }), outcomes: desk }],
  write_off: [{ given: (world) => ({ ...invoice(world), text: 'Not collectable' }), outcomes: managers }],
  issue_invoice: [{ given: (world) => ({ ...clinic(world), invoice_id: world.money.draft }), outcomes: desk }],
  void_invoice: [{ given: (world) => ({ ...invoice(world), text: 'Mistake' }), outcomes: desk }],
  move_to_credit: [{ given: (world) => ({ ...invoice(world), amount: 100 }), outcomes: desk }],
  record_payment: [{ given: (world) => ({ ...customer(world), method: 'cash', amount: 500 }), outcomes: desk }],
  refund_payment: [
    { given: (world) => ({ ...clinic(world), payment_id: world.money.payment, amount: 100 }), outcomes: desk },
  ],
  grant_goodwill: [{ given: (world) => ({ ...customer(world), amount: 100, reason: 'Sorry' }), outcomes: managers }],
  spend_credit: [{ given: (world) => ({ ...invoice(world), amount: 100 }), outcomes: annAndTheDesk }],
  invoice_document: [{ given: invoice, outcomes: annAndTheDesk }],
  quote: [
    {
      given: ({ a }) => ({
        clinic_id: a.clinicId,
        service_id: a.pricedServiceId,
        doctor_id: a.doctorId,
        visit_date: '2031-01-01',
      }),
      outcomes: people.map(() => 'done'),
    },
  ],
  begin_checkout: [
    {
      given: (world) => ({ ...clinic(world), invoice_ids: [world.money.invoice] }),
      outcomes: [no, 'done', 'invoice_not_found', ...people.slice(3).map(() => 'forbidden')],
      withoutCustomer: 'forbidden',
    },
  ],
  cancel_checkout: [
    {
      given: ({ money }) => ({ checkout_id: money.checkout }),
      outcomes: [no, 'done', ...people.slice(2, -1).map(() => 'checkout_not_found'), 'done'],
    },
  ],
  set_provider_account: [{ given: (world) => ({ ...clinic(world), provider: 'stripe' }), outcomes: managers }],
  provider_account: [{ given: clinic, outcomes: managers }],
  bookkeeping: [
    { given: (world) => ({ ...clinic(world), from_date: '2026-01-01', to_date: '2026-12-31' }), outcomes: managers },
  ],
  monthly_revenue: [
    { given: (world) => ({ ...clinic(world), from_month: '2026-01-01', to_month: '2026-12-01' }), outcomes: managers },
  ],
}
