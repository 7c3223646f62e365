create or replace function app_private.assert_may_book_service(service app_public.services, customer_id bigint)
returns void
language plpgsql stable set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  is_for_the_desk boolean;
  has_visited boolean;
begin
  is_for_the_desk := service.bookable_by = 'desk';
  -- A statement of its own: with an "or" in one, PostgreSQL planned it in each call.
  if service.bookable_by = 'known_patients' then
    is_for_the_desk := not exists (
      select from app_public.clinic_customers cc
      where cc.clinic_id = service.clinic_id and cc.customer_id = assert_may_book_service.customer_id);
  end if;
  if is_for_the_desk then
    perform app_hidden.refuse('service_not_for_customer', 'Only the clinic can book this service for you. Call it.',
      jsonb_build_object('serviceId', service.id::text, 'bookableBy', service.bookable_by));
  end if;
  if service.patients <> 'all' then
    -- Not all clinics record that a patient came: a booking that has begun counts, unless the patient did not come.
    has_visited := exists (
        select from app_public.bookings b
        where b.clinic_id = service.clinic_id and b.customer_id = assert_may_book_service.customer_id
          and b.status not in ('cancelled', 'no_show') and b.starts_at <= now())
      or exists (
        select from app_public.archived_bookings b
        where b.clinic_id = service.clinic_id and b.customer_id = assert_may_book_service.customer_id
          and b.status not in ('cancelled', 'no_show'));
    if has_visited <> (service.patients = 'returning') then
      perform app_hidden.refuse('service_not_for_customer', 'This service is not for you. Choose another one.',
        jsonb_build_object('serviceId', service.id::text, 'patients', service.patients));
    end if;
  end if;
end
$$;

comment on function app_private.assert_may_book_service is
'Checks that the customer may book the service without the desk: it may be for the desk only, for patients of whom '
'the clinic has a record, or for new or returning patients only. Refuses service_not_for_customer.';
