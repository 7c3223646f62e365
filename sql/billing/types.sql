create type billing.payment_rule as enum ('none', 'deposit', 'full');
comment on type billing.payment_rule is
'What patients pay before a visit is booked: none (they pay later), deposit (a part), full (all of it).';

create type billing.invoice_state as enum ('draft', 'open', 'settled', 'void');
comment on type billing.invoice_state is
'draft (without a number), open (issued, and something is due), settled (all is paid) or void (nothing is charged).';

create type billing.line_kind as enum (
  'visit', 'charge', 'adjustment', 'discount', 'write_off', 'cancellation', 'fee'
);
comment on type billing.line_kind is
'visit (the price of a booking), charge (something else that was done), adjustment (a changed amount), discount, '
'write_off (the clinic gives up what is due), cancellation (the visit is not charged), fee (what is kept of a visit '
'that was cancelled late or missed).';

create type billing.payment_method as enum ('provider', 'cash', 'transfer', 'card_terminal');
comment on type billing.payment_method is
'provider (paid online), or at the desk: cash, transfer, card_terminal.';

create type billing.refund_state as enum ('pending', 'succeeded', 'failed');
comment on type billing.refund_state is
'pending (the provider has been asked), succeeded, or failed (the money is the customer''s credit again).';

create type billing.movement_kind as enum (
  'payment_to_invoice', 'payment_to_credit', 'credit_to_invoice', 'invoice_to_credit', 'credit_to_payment',
  'payment_refunded', 'refund_failed', 'goodwill_to_credit'
);
comment on type billing.movement_kind is
'The places between which money moves. Goodwill comes from the clinic; all other money comes from payments.';

create type billing.checkout_state as enum ('open', 'paid', 'expired', 'failed');
comment on type billing.checkout_state is
'open (the customer may pay), paid, expired (not paid in time, or given up), or failed (the provider refused).';

create type billing.checkout_outcome as enum ('booked', 'paid', 'credited');
comment on type billing.checkout_outcome is
'The result of a paid checkout: booked (all its visits are booked), paid (its invoices are paid) or credited (the '
'money or a part of it became credit, because a visit could not be booked any more or less was due).';

create type billing.quote as (
  price_id bigint,
  amount bigint,
  discount bigint,
  payable bigint,
  due_now bigint,
  currency text,
  payment_rule billing.payment_rule
);
comment on type billing.quote is
'What a visit costs: the price, the discount of a coupon, what remains (`payable`), and the part of it that patients '
'pay before the visit is booked (`due_now`). Amounts are in minor units of the currency.';

create type billing.month_of_revenue as (
  month date,
  currency text,
  invoiced bigint,
  tax bigint,
  written_off bigint,
  received bigint,
  refunded bigint
);
comment on type billing.month_of_revenue is
'A month of a clinic in its local time: what was charged on issued invoices and the tax in it, what was written off, '
'and what was received and refunded. Amounts are in minor units of the currency.';

create type billing.provider_account as (
  clinic_id bigint,
  provider text,
  account text
);
comment on type billing.provider_account is
'The provider through which a clinic is paid online, and the clinic''s account there; a null account is that of the '
'installation''s key.';

create type billing.bookkeeping_entry as (
  cursor text,
  happened_at timestamptz,
  happened_on date,
  kind text,
  customer_id bigint,
  invoice_id bigint,
  invoice_number text,
  invoice_due_on date,
  payment_id bigint,
  payment_method billing.payment_method,
  text text,
  decimal_amount numeric,
  currency text,
  tax_rate numeric,
  decimal_tax numeric
);
comment on type billing.bookkeeping_entry is
'What a bookkeeper enters: a line of an issued invoice, a payment that was received, or a movement of money. It names '
'no person.';
comment on column billing.bookkeeping_entry.cursor is 'Pass it as `after` to get the rows that follow this one.';
comment on column billing.bookkeeping_entry.happened_on is 'The clinic''s local date.';
comment on column billing.bookkeeping_entry.invoice_due_on is
'Until when the invoice is paid in time, a local date of the clinic.';
comment on column billing.bookkeeping_entry.kind is
'A kind of line (visit, charge, adjustment, discount, write_off, cancellation, fee), payment_received, or a kind of '
'movement (payment_to_invoice, payment_to_credit, credit_to_invoice, invoice_to_credit, credit_to_payment, '
'payment_refunded, refund_failed, goodwill_to_credit).';
comment on column billing.bookkeeping_entry.decimal_amount is
'In whole units with the decimals of the currency: 31.50. Negative for lines that reduce an invoice.';
comment on column billing.bookkeeping_entry.decimal_tax is 'The tax that is included in the amount of a line.';
