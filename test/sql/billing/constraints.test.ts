import { afterAll, beforeAll, expect, it } from '@jest/globals'
import { DatabaseError } from 'pg'
import { record } from '../../helpers/clinic/billing.ts'
import { aCustomer } from '../../helpers/clinic/world.ts'
import { type ClonedDatabase, cloneDatabase } from '../../helpers/database/cluster.ts'
import { type Db, inTransaction } from '../../helpers/database/database.ts'
import { constraintsOf, refusedBy, type Violation } from '../../helpers/database/rules.ts'
import { aTill } from './till.ts'

const tables = [
  'billing.currencies',
  'billing.prices',
  'billing.coupons',
  'billing.coupon_uses',
  'billing.invoices',
  'billing.invoice_lines',
  'billing.payments',
  'billing.refunds',
  'billing.credits',
  'billing.movements',
  'billing.checkouts',
  'billing.checkout_parts',
  'billing_private.invoice_numbers',
  'billing_private.provider_accounts',
  'billing_private.provider_calls',
  'billing_private.provider_events',
]

/** Keys that other tables refer to: a duplicate violates a primary key first. */
const onlyReferredTo = [
  'invoices_can_be_referred_to_with_person_and_currency',
  'payments_can_be_referred_to_with_person_and_currency',
  'refunds_can_be_referred_to_with_payment_and_amount',
]

/** Triggers at the end of a transaction, which are constraints, too: see the triggers below. */
const constraintTriggers = [
  'coupons_equal_their_uses',
  'credits_equal_their_movements',
  'invoice_numbers_have_no_gap',
  'invoices_equal_their_lines_and_movements',
  'paid_checkouts_have_their_payments',
  'payments_equal_their_movements',
  'refunds_equal_their_movements',
]

type Till = Awaited<ReturnType<typeof aTill>> & { stranger: string; other: string }

/** An insertion into a table: the columns that a valid row has, and what is different. SQL expressions. */
const insertion =
  (table: string, valid: Record<string, string>, before = '') =>
  (different: Record<string, string> = {}): Violation => {
    const row = { ...valid, ...different }
    return [
      `${before}insert into ${table} (${Object.keys(row)}) overriding system value values (${Object.values(row)})`,
    ]
  }

/** The same without a trigger that refuses the row first. */
const without = (trigger: string, table: string) => `alter table ${table} disable trigger ${trigger}; `

function violationsOfPrices({ clinicId, serviceId, priceId, coupon, code, customerId, stranger, invoice }: Till) {
  const ofClinic = { clinic_id: clinicId }
  const validPrice = {
    ...ofClinic,
    service_id: serviceId,
    amount: '100',
    currency: `'EUR'`,
    valid_until: `'1999-12-31'`,
  }
  const past = { ...validPrice, valid_until: `'1999-01-01'` }
  const price = insertion('billing.prices', past)
  const foreignPrice = insertion(
    'billing.prices',
    past,
    without('prices_are_in_the_currency_of_the_clinic', 'billing.prices'),
  )
  const validCoupon = { ...ofClinic, code: `'NEW-ONE'`, percent: '5', currency: `'EUR'` }
  const newCoupon = insertion('billing.coupons', validCoupon)
  const foreignCoupon = insertion(
    'billing.coupons',
    validCoupon,
    without('coupons_are_in_the_currency_of_the_clinic', 'billing.coupons'),
  )
  const use = insertion('billing.coupon_uses', {
    ...ofClinic,
    coupon_id: coupon,
    customer_id: customerId,
    invoice_id: invoice,
  })
  return {
    currencies_are_identified_by_code: [`insert into billing.currencies values ('EUR', 2, 100)`],
    currency_codes_are_three_capital_letters: [`insert into billing.currencies values ('eur', 2, 100)`],
    currencies_have_0_2_or_3_decimals: [`insert into billing.currencies values ('XXX', 4, 100)`],
    least_charges_are_positive: [`insert into billing.currencies values ('XXX', 2, 0)`],

    prices_are_identified_by_clinic_and_id: price({ id: priceId }),
    prices_are_of_a_service: price({ service_id: '0' }),
    prices_may_be_of_a_doctor: price({ doctor_id: '-1' }),
    prices_are_in_a_known_currency: foreignPrice({ currency: `'XXX'` }),
    prices_are_positive: price({ amount: '0' }),
    deposits_are_a_part_of_the_price: price({ payment_rule: `'deposit'`, deposit: '101' }),
    tax_rates_of_prices_are_percentages: price({ tax_rate: '101' }),
    prices_are_valid_for_a_day_at_least: price({ valid_from: `'1999-01-02'` }),
    a_visit_has_one_price_at_a_time: price({ valid_until: 'current_date' }),

    coupons_are_identified_by_clinic_and_id: newCoupon({ id: coupon }),
    coupons_of_a_clinic_are_unique_by_code: newCoupon({ code: `'${code.toLowerCase()}'` }),
    coupons_belong_to_a_clinic: foreignCoupon({ clinic_id: '0' }),
    coupons_are_in_a_known_currency: foreignCoupon({ currency: `'XXX'` }),
    coupon_codes_are_3_to_40_letters_digits_and_hyphens: newCoupon({ code: `'ten percent'` }),
    coupons_give_a_percentage_or_an_amount: newCoupon({ amount: '5' }),
    percentages_of_coupons_are_positive: newCoupon({ percent: '100.01' }),
    amounts_of_coupons_are_positive: newCoupon({ percent: 'null', amount: '0' }),
    coupons_are_valid_for_a_day_at_least: newCoupon({ valid_from: `'2000-01-02'`, valid_until: `'2000-01-01'` }),
    a_coupon_is_never_used_too_often: ['update billing.coupons set used = 2, most = 1 where id = $1', coupon],

    coupon_uses_are_identified_by_clinic_and_id: [
      `insert into billing.coupon_uses (clinic_id, id, coupon_id, customer_id, invoice_id) overriding system value
       select clinic_id, id, coupon_id, $2, invoice_id from billing.coupon_uses where coupon_id = $1`,
      coupon,
      stranger,
    ],
    coupon_uses_are_of_a_coupon: use({ coupon_id: '0' }),
    a_customer_uses_a_coupon_once: use(),
    coupon_uses_are_of_a_customer_of_the_clinic: use({ customer_id: stranger }),
    coupon_uses_may_be_on_an_invoice: use({
      coupon_id: coupon,
      customer_id: '(select max(customer_id) from app_public.clinic_customers)',
      invoice_id: '0',
    }),
    coupon_uses_may_be_reserved_by_a_checkout: use({
      customer_id: '(select max(customer_id) from app_public.clinic_customers)',
      checkout_part_id: '0',
    }),
    a_coupon_is_used_for_something: use({ invoice_id: 'null' }),
  } satisfies Record<string, Violation>
}

function violationsOfInvoices({ clinicId, customerId, stranger, invoice, line, coupon }: Till) {
  const newInvoice = insertion('billing.invoices', { clinic_id: clinicId, customer_id: customerId, currency: `'EUR'` })
  const issued = (different: Record<string, string>) =>
    newInvoice({ year: '2001', serial: '1', issued_at: 'now()', due_on: 'current_date', total: '5', ...different })
  const valid = { clinic_id: clinicId, invoice_id: invoice, kind: `'charge'`, amount: '10', text: `'More'` }
  const newLine = insertion('billing.invoice_lines', valid)
  return {
    invoices_are_identified_by_clinic_and_id: newInvoice({ id: invoice }),
    invoices_are_to_a_customer_of_the_clinic: newInvoice({ customer_id: stranger }),
    invoices_are_in_a_known_currency: newInvoice({ currency: `'XXX'` }),
    an_invoice_number_is_used_once: [
      `insert into billing.invoices (clinic_id, customer_id, currency, state, year, serial, issued_at, due_on, total)
       select clinic_id, customer_id, currency, 'open', year, serial, now(), current_date, 5 from billing.invoices where id = $1`,
      invoice,
    ],
    an_invoice_is_never_paid_twice: issued({ state: `'open'`, paid: '6' }),
    issued_invoices_have_a_number: issued({ state: `'open'`, serial: 'null' }),
    issued_invoices_say_until_when_they_are_paid: issued({ state: `'open'`, due_on: 'null' }),
    nothing_is_paid_on_a_draft: newInvoice({ total: '5', paid: '5' }),
    settled_invoices_are_paid: issued({ state: `'settled'`, paid: '4' }),
    open_invoices_are_not_paid: issued({ state: `'open'`, paid: '5' }),
    void_invoices_charge_nothing: issued({ state: `'void'`, voided_at: 'now()' }),

    invoice_lines_are_identified_by_clinic_and_id: newLine({ id: line }),
    // The trigger that locks the invoice reports that there is none.
    lines_are_of_an_invoice: insertion(
      'billing.invoice_lines',
      { ...valid, customer_id: customerId, currency: `'EUR'`, tax: '0' },
      without('lines_are_added_to_invoices_that_are_not_settled', 'billing.invoice_lines'),
    )({ invoice_id: '0' }),
    visits_are_charged_at_a_price: newLine({ price_id: '0' }),
    lines_may_be_of_a_coupon: newLine({ kind: `'discount'`, amount: '-1', coupon_id: '0' }),
    lines_charge_or_reduce_by_their_kind: newLine({ amount: '-1' }),
    amounts_of_lines_are_at_most_10_to_the_12: newLine({ amount: '1000000000001' }),
    tax_rates_of_lines_are_percentages: newLine({ tax_rate: '101' }),
    lines_of_visits_name_booking_and_price: newLine({ kind: `'visit'` }),
    lines_of_coupons_are_discounts: newLine({ coupon_id: coupon }),
    texts_of_lines_are_one_line: newLine({ text: `repeat('x', 201)` }),

    a_clinic_counts_its_invoices_by_year: [
      'insert into billing_private.invoice_numbers select * from billing_private.invoice_numbers where clinic_id = $1',
      clinicId,
    ],
    invoice_numbers_are_of_a_clinic: ['insert into billing_private.invoice_numbers values (0, 2001, 1)'],
  } satisfies Record<string, Violation>
}

function violationsOfMoney({ clinicId, customerId, stranger, other, payment, refund, invoice, checkout }: Till) {
  const ofCustomer = { clinic_id: clinicId, customer_id: customerId, currency: `'EUR'` }
  const newPayment = insertion('billing.payments', { ...ofCustomer, method: `'cash'`, received: '5' })
  const online = { method: `'provider'`, provider: `'stripe'`, provider_payment: `'p'` }
  const newRefund = insertion('billing.refunds', {
    ...ofCustomer,
    payment_id: payment,
    amount: '5',
    state: `'pending'`,
  })
  const credit = insertion('billing.credits', { ...ofCustomer, balance: '0' })
  const movement = insertion('billing.movements', { ...ofCustomer, kind: `'goodwill_to_credit'`, amount: '5' })
  return {
    payments_are_identified_by_clinic_and_id: newPayment({ id: payment }),
    payments_are_of_a_customer_of_the_clinic: newPayment({ customer_id: stranger }),
    payments_are_in_a_known_currency: newPayment({ currency: `'XXX'` }),
    payments_may_be_of_a_checkout: newPayment({ ...online, checkout_id: '0' }),
    a_checkout_makes_one_payment_of_a_customer: [
      `insert into billing.payments (clinic_id, customer_id, currency, method, provider, provider_payment, checkout_id, received)
       select $1, $2, 'EUR', 'provider', 'stripe', 'p', $3, 5 from generate_series(1, 2)`,
      clinicId,
      customerId,
      checkout,
    ],
    payments_are_positive: newPayment({ received: '0' }),
    no_cent_is_spent_twice: newPayment({ spent: '3', refunded: '3' }),
    online_payments_are_of_a_checkout: newPayment(online),

    refunds_are_identified_by_clinic_and_id: newRefund({ id: refund }),
    refunds_are_of_a_payment: newRefund({ payment_id: '0' }),
    refunds_are_positive: newRefund({ amount: '0' }),
    ended_refunds_say_when: newRefund({ state: `'failed'` }),
    reasons_of_refunds_are_short: newRefund({ reason: `repeat('x', 501)` }),

    a_customer_has_one_credit_in_a_clinic_and_currency: credit(),
    credits_are_of_a_customer_of_the_clinic: credit({ customer_id: stranger }),
    credits_are_in_a_known_currency: credit({ currency: `'XXX'` }),
    credit_is_never_negative: [
      'update billing.credits set balance = -1, reserved = -1 where customer_id = $1',
      customerId,
    ],
    no_more_credit_is_reserved_than_there_is: [
      'update billing.credits set reserved = balance + 1 where customer_id = $1',
      customerId,
    ],

    movements_are_identified_by_clinic_and_id: [
      `insert into billing.movements (clinic_id, id, customer_id, currency, kind, amount) overriding system value
       select clinic_id, min(id), $2, 'EUR', 'goodwill_to_credit', 5 from billing.movements where clinic_id = $1 group by 1`,
      clinicId,
      customerId,
    ],
    movements_are_of_a_customer_of_the_clinic: movement({ customer_id: stranger }),
    movements_are_in_a_known_currency: movement({ currency: `'XXX'` }),
    movements_keep_person_and_currency_of_the_payment: movement({
      kind: `'payment_to_credit'`,
      payment_id: payment,
      customer_id: other,
    }),
    movements_keep_person_and_currency_of_the_invoice: movement({
      kind: `'credit_to_invoice'`,
      invoice_id: invoice,
      currency: `'USD'`,
    }),
    movements_are_of_the_whole_refund: movement({
      kind: `'refund_failed'`,
      payment_id: payment,
      refund_id: refund,
    }),
    movements_are_positive: movement({ amount: '0' }),
    movements_name_the_places_of_their_kind: movement({ invoice_id: invoice }),
    reasons_of_movements_are_short: movement({ reason: `repeat('x', 501)` }),
  } satisfies Record<string, Violation>
}

function violationsOfCheckouts({
  clinicId,
  customerId,
  stranger,
  invoice,
  checkout,
  priceId,
  freeSlotId,
  serviceId,
}: Till) {
  const newCheckout = insertion('billing.checkouts', {
    customer_id: customerId,
    currency: `'EUR'`,
    amount: '5',
    provider: `'stripe'`,
    expires_at: 'now()',
  })
  const valid = {
    clinic_id: clinicId,
    checkout_id: checkout,
    customer_id: customerId,
    amount: '5',
    invoice_id: invoice,
  }
  const part = insertion('billing.checkout_parts', valid)
  const visit = { booking_slot_id: freeSlotId, service_id: serviceId, price_id: priceId }
  const account = insertion('billing_private.provider_accounts', { clinic_id: clinicId, provider: `'stripe'` })
  const call = insertion('billing_private.provider_calls', {
    clinic_id: clinicId,
    provider: `'stripe'`,
    kind: `'expire_session'`,
    payload: `'{}'`,
    checkout_id: checkout,
  })
  return {
    checkouts_are_identified_by_id: newCheckout({ id: checkout }),
    checkouts_are_of_a_customer: newCheckout({ customer_id: '0' }),
    checkouts_are_in_a_known_currency: newCheckout({ currency: `'XXX'` }),
    a_session_of_a_provider_is_of_one_checkout: [
      `insert into billing.checkouts (customer_id, currency, amount, provider, provider_session, expires_at)
       select customer_id, currency, amount, 'stripe', 'session', now() from billing.checkouts, generate_series(1, 2) where id = $1`,
      checkout,
    ],
    amounts_of_checkouts_are_not_negative: newCheckout({ amount: '-1' }),
    checkouts_pay_at_least_one_clinic: newCheckout({ clinics: '0' }),
    checkouts_with_an_amount_have_a_provider: newCheckout({ provider: 'null' }),
    paid_checkouts_say_what_became_of_them: newCheckout({ state: `'paid'` }),
    only_paid_checkouts_have_an_outcome: newCheckout({ outcome: `'booked'` }),

    checkout_parts_are_identified_by_clinic_and_id: part({ id: '(select min(id) from billing.checkout_parts)' }),
    checkout_parts_are_of_a_checkout: part({ checkout_id: '0' }),
    checkout_parts_are_of_a_customer_of_the_clinic: part({ customer_id: stranger }),
    checkout_parts_may_pay_an_invoice: part({ invoice_id: '0' }),
    checkout_parts_may_pay_a_visit: part({ ...visit, price_id: '0' }),
    checkout_parts_may_use_a_coupon: part({ ...visit, coupon_id: '0' }),
    amounts_of_checkout_parts_are_not_negative: part({ amount: '-1', credit: '-1' }),
    credit_pays_a_checkout_part_at_most_once: part({ amount: '5', credit: '6' }),
    checkout_parts_pay_an_invoice_or_a_visit: part({ price_id: priceId }),
    what_was_said_about_a_visit_ends_with_the_checkout: part({ ...visit, is_open: 'false', note: `'Knee'` }),
    notes_of_checkout_parts_are_short: part({ ...visit, note: `repeat('x', 2001)` }),

    a_clinic_has_one_provider: account(),
    provider_accounts_are_of_a_clinic: account({ clinic_id: '0' }),
    providers_are_known: ['update billing_private.provider_accounts set provider = $1', 'purse'],
    accounts_of_providers_are_one_word: ['update billing_private.provider_accounts set account = $1', 'two words'],

    provider_calls_are_identified_by_clinic_and_id: [
      `insert into billing_private.provider_calls (clinic_id, id, provider, kind, payload, checkout_id) overriding system value
       select clinic_id, id, provider, kind, payload, checkout_id from billing_private.provider_calls where checkout_id = $1`,
      checkout,
    ],
    provider_calls_are_of_a_clinic: call({ clinic_id: '0' }),
    provider_calls_may_be_about_a_checkout: call({ checkout_id: '0' }),
    provider_calls_may_be_about_a_refund: call({ kind: `'refund'`, checkout_id: 'null', refund_id: '0' }),
    provider_calls_are_of_a_known_kind: call({ kind: `'steal'` }),
    provider_calls_are_in_a_known_state: call({ state: `'lost'`, ended_at: 'now()' }),
    refunds_and_only_they_name_a_refund: call({ kind: `'refund'` }),
    ended_provider_calls_say_when: call({ state: `'done'` }),
    an_event_of_a_provider_is_stored_once: [
      `insert into billing_private.provider_events (provider, event_id, type, object_id)
       select 'stripe', 'evt_1', 't', 'o' from generate_series(1, 2)`,
    ],
  } satisfies Record<string, Violation>
}

async function tillWithOthers(db: Db): Promise<Till> {
  const till = await aTill(db)
  const [{ customerId: stranger }, { customerId: other }] = [await aCustomer(db), await aCustomer(db)]
  await record(db, till.clinicId, other)
  return { ...till, stranger, other }
}

// Rules are tried by statements that lock whole tables, so not in the database that all tests share.
let database: ClonedDatabase
beforeAll(async () => {
  database = await cloneDatabase()
})
afterAll(() => database?.drop())
const inOwnDatabase = (work: (db: Db) => Promise<void>) => inTransaction(work, {}, database.url)

it('each constraint of payments refuses what its name says, even when the owner writes it', () =>
  inOwnDatabase(async (db) => {
    const till = await tillWithOthers(db)
    const violations: Record<string, Violation> = {
      ...violationsOfPrices(till),
      ...violationsOfInvoices(till),
      ...violationsOfMoney(till),
      ...violationsOfCheckouts(till),
    }
    const rules = (await constraintsOf(db, tables)).filter((rule) => !onlyReferredTo.includes(rule))
    expect(await refusedBy(db, violations)).toEqual(
      Object.fromEntries(Object.keys(violations).map((rule) => [rule, rule])),
    )
    expect([...Object.keys(violations), ...constraintTriggers].sort()).toEqual(rules.sort())
  }))

it('unique indexes keep a visit from being charged twice, and an invoice and a slot from two checkouts', () =>
  inOwnDatabase(async (db) => {
    const till = await tillWithOthers(db)
    const { clinicId, checkout, invoice } = till
    const copied = 'clinic_id, invoice_id, kind, amount, text, booking_id, price_id'
    const part = `insert into billing.checkout_parts (clinic_id, checkout_id, customer_id, amount, invoice_id) values ($1, $2, $3, 5, $4)`
    const violations: Record<string, Violation> = {
      a_visit_is_charged_once: [
        `insert into billing.invoice_lines (${copied})
         select ${copied.replace('invoice_id', '$2')} from billing.invoice_lines where clinic_id = $1 and kind = 'visit'`,
        clinicId,
        invoice,
      ],
      an_invoice_is_paid_by_one_checkout_at_a_time: [
        `${part}, ($1, $2, $3, 5, $4)`,
        clinicId,
        checkout,
        till.customerId,
        invoice,
      ],
      a_slot_is_paid_by_one_checkout_at_a_time: [
        `insert into billing.checkout_parts (clinic_id, checkout_id, customer_id, amount, booking_slot_id, service_id, price_id)
         select clinic_id, checkout_id, customer_id, amount, booking_slot_id, service_id, price_id
         from billing.checkout_parts where checkout_id = $1`,
        checkout,
      ],
    }
    expect(await refusedBy(db, violations)).toEqual(
      Object.fromEntries(Object.keys(violations).map((rule) => [rule, rule])),
    )
  }))

/** Triggers that keep sums and versions, and refuse nothing. The tests of invoices and payments show what they do. */
const keeping = [
  'coupons_count_their_uses',
  'invoices_are_settled_when_they_are_paid',
  'invoices_count_their_versions',
  'invoices_have_the_sum_of_their_lines',
  'services_know_whether_they_have_a_price',
]

/** The refusal of a statement: the name of a registered one, or the constraint; all changes are undone. */
const refusalOf = (db: Db, statement: string) =>
  db.undone(() =>
    db.query(statement).then(
      () => 'nothing',
      async (error: unknown) => {
        if (error instanceof DatabaseError) return error.constraint ?? error.code
        throw error
      },
    ),
  )

interface Trigger {
  name: string
  table: string
  function: string
  columns: string
  when: string
  event: string
}

/** The statements that a trigger of a general function refuses, as they follow from its arguments. */
function refusedByArguments({ table, function: check, columns, when, event }: Trigger): string[] | undefined {
  if (check.endsWith('.refuse_new_identity'))
    return columns
      .split('\\000')
      .filter((column) => column !== '')
      .map((column) => changing(table, column, when))
  if (!/refuse_removal|refuse_change_of_history/.test(check)) return undefined
  const statement = {
    update: `update ${table} set amount = amount + 1`,
    truncate: `truncate ${table} cascade`,
    delete: `delete from ${table}`,
  }
  return [statement[event as keyof typeof statement]]
}

it('each trigger of payments refuses what its name says, even when the owner writes it', () =>
  inOwnDatabase(async (db) => {
    const till = await tillWithOthers(db)
    const { clinicId, customerId, serviceId, invoice, coupon, payment } = till
    const immutable = 'MS002'
    // By name: the statements that it refuses, and how.
    const expected: Record<string, [refusal: string, ...statements: string[]]> = {
      lines_are_added_to_invoices_that_are_not_settled: [
        'MS607',
        `insert into billing.invoice_lines (clinic_id, invoice_id, kind, amount, text)
         select clinic_id, id, 'charge', 5, 'More' from billing.invoices where clinic_id = ${clinicId} and state = 'settled'`,
        `insert into billing.invoice_lines (clinic_id, invoice_id, kind, amount, text)
         select clinic_id, id, 'charge', 5, 'More' from billing.invoices where clinic_id = ${clinicId} and state = 'void'`,
      ],
      movements_move_money: [
        'MS610',
        `insert into billing.movements (clinic_id, customer_id, currency, kind, amount, payment_id)
         values (${clinicId}, ${customerId}, 'EUR', 'credit_to_payment', 301, ${payment})`,
      ],
      checkout_parts_reserve_credit: [
        'MS610',
        `insert into billing.checkout_parts (clinic_id, checkout_id, customer_id, amount, credit, invoice_id)
         values (${clinicId}, ${till.checkout}, ${customerId}, 400, 301, ${invoice})`,
      ],
      prices_are_in_the_currency_of_the_clinic: [
        'MS605',
        `insert into billing.prices (clinic_id, service_id, amount, currency, valid_until)
         values (${clinicId}, ${serviceId}, 5, 'USD', '1999-01-01')`,
      ],
      coupons_are_in_the_currency_of_the_clinic: [
        'MS605',
        `insert into billing.coupons (clinic_id, code, percent, currency) values (${clinicId}, 'NEW', 5, 'USD')`,
      ],
      prices_can_be_paid_online: [
        'MS629',
        `${stripeIn(clinicId)}
         insert into billing.prices (clinic_id, service_id, amount, currency, valid_until)
         values (${clinicId}, ${serviceId}, 1255, 'KWD', '1998-01-01')`,
      ],
      coupons_leave_what_can_be_paid_online: [
        'MS629',
        `${stripeIn(clinicId)}
         insert into billing.coupons (clinic_id, code, amount, currency) values (${clinicId}, 'NEW', 5, 'KWD')`,
      ],
      invoices_equal_their_lines_and_movements: [
        'invoices_equal_their_lines_and_movements',
        `update billing.invoices set total = total + 1 where id = ${invoice}`,
        `update billing.invoices set tax = tax + 1 where id = ${invoice}`,
        `update billing.invoices set paid = paid - 1 where id = ${invoice}`,
      ],
      invoice_numbers_have_no_gap: [
        'invoice_numbers_have_no_gap',
        `update billing.invoices set state = 'open', year = 2001, serial = 2, issued_at = now(), due_on = current_date where id = ${till.draft}`,
        `update billing.invoices set state = 'open', year = 2001, serial = 1, issued_at = now(), due_on = current_date where id = ${till.draft}`,
      ],
      payments_equal_their_movements: [
        'payments_equal_their_movements',
        `update billing.payments set spent = spent - 1 where id = ${payment}`,
      ],
      credits_equal_their_movements: [
        'credits_equal_their_movements',
        `update billing.credits set balance = balance + 1 where customer_id = ${customerId}`,
        `update billing.credits set reserved = reserved + 1 where customer_id = ${customerId}`,
      ],
      refunds_equal_their_movements: [
        'refunds_equal_their_movements',
        `insert into billing.refunds (clinic_id, payment_id, customer_id, currency, amount, state)
         values (${clinicId}, ${payment}, ${customerId}, 'EUR', 5, 'pending')`,
      ],
      coupons_equal_their_uses: [
        'coupons_equal_their_uses',
        `update billing.coupons set used = used + 1 where id = ${coupon}`,
      ],
      paid_checkouts_have_their_payments: [
        'paid_checkouts_have_their_payments',
        `update billing.checkouts set state = 'paid', received = 5, settled_at = now(), outcome = 'paid'
         where id = ${till.checkout}`,
      ],
    }
    const triggers = await db.query<Trigger & Record<string, unknown>>(
      `select tgname as name, tgrelid::regclass::text as table, tgfoid::regproc::text as function,
         encode(tgargs, 'escape') as columns, case when tgtype & 16 > 0 then 'update' when tgtype & 32 > 0 then 'truncate' else 'delete' end as event,
         substring(pg_get_triggerdef(oid) from 'WHEN \\(\\((.*)\\)\\) EXECUTE') as when
       from pg_trigger where tgrelid = any ($1::regclass[]) and not tgisinternal order by 1`,
      [tables],
    )
    for (const trigger of triggers) {
      const { name } = trigger
      const refused = refusedByArguments(trigger)
      if (!expected[name] && !keeping.includes(name) && refused) expected[name] = [immutable, ...refused]
    }
    const outcome: Record<string, unknown> = {}
    for (const [name, [, ...statements]] of Object.entries(expected)) {
      for (const statement of statements) outcome[`${name}: ${statement}`] = await refusalOf(db, statement)
    }
    expect(outcome).toEqual(
      Object.fromEntries(
        Object.entries(expected).flatMap(([name, [refusal, ...statements]]) =>
          statements.map((statement) => [`${name}: ${statement}`, refusal]),
        ),
      ),
    )
    expect([...Object.keys(expected), ...keeping].sort()).toEqual(triggers.map(({ name }) => name).sort())
  }))

/** Makes a clinic one that Stripe pays in Kuwaiti dinars. */
const stripeIn = (clinicId: string) => `
  update billing.prices set valid_from = '1999-01-01', valid_until = '1999-12-31' where clinic_id = ${clinicId};
  update app_public.policies set currency = 'KWD' where clinic_id = ${clinicId};
  update billing_private.provider_accounts set provider = 'stripe' where clinic_id = ${clinicId};`

/** Changes a column of the rows for which a trigger fires. Identity columns take only a new value. */
const changing = (table: string, column: string, when: string | null) =>
  `update ${table} as old set ${column} = ${column === 'id' ? 'default' : 'null'}
   where ${column} is not null${when ? ` and ${when}` : ''}`
