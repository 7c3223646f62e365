create or replace function app_private.is_offered_to(
  clinic_id bigint, booking_slot_id bigint, customer_id bigint, service_id bigint) returns boolean
language plpgsql stable set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
begin
  return exists (
    select from app_public.slot_offers o
    join app_public.waiting_list w on w.clinic_id = o.clinic_id and w.id = o.waiting_id
    where o.clinic_id = is_offered_to.clinic_id and o.slot_ids @> array[is_offered_to.booking_slot_id]
      and o.state = 'offered' and w.service_id is not distinct from is_offered_to.service_id
      and lower(o.head_start) <= now()
      and o.customer_id = any (app_private.ids_of_person(is_offered_to.customer_id)));
end
$$;

comment on function app_private.is_offered_to is
'Whether a slot that is held for the waiting list is offered to the customer for this visit, and the head start has '
'begun.';
