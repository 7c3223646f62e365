create table billing.currencies (
  code text not null,
  exponent int not null,
  least_charge bigint not null,
  constraint currencies_are_identified_by_code primary key (code),
  constraint currency_codes_are_three_capital_letters check (code ~ '^[A-Z]{3}$'),
  constraint currencies_have_0_2_or_3_decimals check (exponent in (0, 2, 3)),
  constraint least_charges_are_positive check (least_charge > 0)
);

comment on table billing.currencies is
'The currencies that clinics can use (ISO 4217). Amounts are whole numbers of minor units: 1050 is 10.50 EUR, 1050 JPY '
'or 1.050 KWD.';
comment on column billing.currencies.exponent is 'The number of decimals.';
comment on column billing.currencies.least_charge is
'About one US dollar, in minor units: providers refuse smaller payments, so credit pays for everything or leaves at '
'least this amount.';

alter table billing.currencies enable row level security;
create policy everybody_sees_currencies on billing.currencies for select to app_anonymous using (true);
grant select on billing.currencies to app_anonymous;

insert into billing.currencies (code, exponent, least_charge) values
  ('AED', 2, 400), ('AUD', 2, 100), ('BHD', 3, 300), ('BRL', 2, 500), ('CAD', 2, 100), ('CHF', 2, 100),
  ('CZK', 2, 2000), ('DKK', 2, 500), ('EUR', 2, 100), ('GBP', 2, 100), ('HKD', 2, 500), ('HUF', 2, 30000),
  ('ILS', 2, 300), ('INR', 2, 10000), ('JOD', 3, 500), ('JPY', 0, 100), ('KRW', 0, 1000), ('KWD', 3, 300),
  ('MXN', 2, 2000), ('NOK', 2, 1000), ('NZD', 2, 100), ('OMR', 3, 300), ('PLN', 2, 300), ('RON', 2, 400),
  ('SAR', 2, 300), ('SEK', 2, 1000), ('SGD', 2, 100), ('THB', 2, 3000), ('TND', 3, 2000), ('TRY', 2, 4000),
  ('USD', 2, 100), ('VND', 0, 20000), ('ZAR', 2, 2000);
