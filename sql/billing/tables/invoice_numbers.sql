create table billing_private.invoice_numbers (
  clinic_id bigint not null,
  year int not null,
  last int not null default 0,
  constraint a_clinic_counts_its_invoices_by_year primary key (clinic_id, year),
  constraint invoice_numbers_are_of_a_clinic foreign key (clinic_id) references app_public.clinics (id)
);

comment on table billing_private.invoice_numbers is
'The last invoice number of each clinic and year. Its row is locked while an invoice is issued, so that a number that '
'is rolled back is the next one again: there are no gaps.';

alter table billing_private.invoice_numbers enable row level security;

create trigger invoice_numbers_stay_what_they_are before update on billing_private.invoice_numbers
  for each row execute function app_hidden.refuse_new_identity('clinic_id', 'year');
