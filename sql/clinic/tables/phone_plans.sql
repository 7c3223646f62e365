create table app_private.phone_plans (
  country text not null,
  calling_code text not null,
  international_prefix text not null,
  national_prefix text,
  national_prefix_becomes text,
  numbers text not null,
  mobile_numbers text,
  lengths int[] not null,
  is_main boolean not null,
  constraint phone_plans_are_identified_by_country primary key (country),
  constraint countries_are_two_capital_letters check (country ~ '^[A-Z]{2}$'),
  constraint calling_codes_are_digits check (calling_code ~ '^[1-9][0-9]{0,2}$')
);

comment on table app_private.phone_plans is
'The format of phone numbers in each country, from libphonenumber: regular expressions for international and national '
'prefixes, for all numbers, and for mobile numbers. `is_main` marks the main country of a shared calling code.';

alter table app_private.phone_plans enable row level security;
