create table app_public.booking_series (
  clinic_id bigint not null,
  id bigint generated always as identity,
  customer_id bigint not null,
  booked_by_account_id bigint,
  created_at timestamptz not null default now(),
  constraint booking_series_are_identified_by_clinic_and_id primary key (clinic_id, id),
  constraint booking_series_are_of_a_customer_of_the_clinic foreign key (clinic_id, customer_id)
    references app_public.clinic_customers (clinic_id, customer_id)
);

comment on table app_public.booking_series is
$c$@behavior -*
Visits of one customer that were booked together, such as physiotherapy once a week. Written by book_series; each visit
is a row of bookings that names its series.$c$;

create index booking_series_of_a_customer on app_public.booking_series (clinic_id, customer_id);

alter table app_public.booking_series enable row level security;
create policy customers_see_their_series on app_public.booking_series
  for select to app_customer using (customer_id = any (app_hidden.current_customer_ids()));
create policy staff_see_their_series on app_public.booking_series
  for select to app_staff using (clinic_id = any ((select app_hidden.staff_clinic_ids())::bigint[]));
create policy admins_see_everything on app_public.booking_series for select to app_admin using (true);
grant select (clinic_id, id, customer_id, created_at) on app_public.booking_series to app_customer;
grant select (booked_by_account_id) on app_public.booking_series to app_staff;

create trigger booking_series_stay_what_they_are before update on app_public.booking_series
  for each row execute function app_hidden.refuse_new_identity('clinic_id', 'id', 'customer_id');
