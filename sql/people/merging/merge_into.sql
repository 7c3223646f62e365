create or replace function app_private.merge_into(
  from_customer_id bigint, into_customer_id bigint, basis app_public.merge_basis)
returns app_public.customers
language plpgsql volatile set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  customer app_public.customers;
  clashes jsonb;
begin
  -- The customers in the order of their ids, then the clinics' records: a caller who books or moves a visit of one of
  -- them holds a lock on one of these rows until it is committed.
  perform from app_public.customers c where c.id in (from_customer_id, into_customer_id)
  order by c.id for no key update;
  select c.* into customer from app_public.customers c where c.id = from_customer_id;
  if customer.id is null or not exists (select from app_public.customers c where c.id = into_customer_id) then
    perform app_hidden.refuse('customer_not_found', 'No such customer.');
  end if;
  if customer.merged_into_id = into_customer_id then
    return customer;
  elsif customer.merged_into_id is not null then
    perform app_hidden.refuse('merge_not_possible', 'This customer was merged before. Undo that first.',
      jsonb_build_object('customerId', from_customer_id::text, 'because', 'already_merged'));
  end if;
  perform from app_public.clinic_customers cc where cc.customer_id in (from_customer_id, into_customer_id)
  order by cc.clinic_id, cc.customer_id for no key update;

  select jsonb_agg(jsonb_build_object('clinicId', b.clinic_id::text, 'bookingId', b.id::text,
      'otherBookingId', o.id::text, 'startsAt', greatest(b.starts_at, o.starts_at))
    order by b.starts_at, b.id, o.id) into clashes
  from app_public.bookings b
  join app_public.bookings o on o.clinic_id = b.clinic_id and o.during && b.during
    and o.customer_id = any (app_private.ids_of_person(into_customer_id)) and o.status in ('booked', 'checked_in')
  where b.customer_id = from_customer_id and b.status in ('booked', 'checked_in') and b.ends_at > now()
    and o.id <> b.id;
  if clashes is not null then
    perform app_hidden.refuse('merged_visits_overlap',
      'Both have a visit at the same clinic at the same time. Cancel or move one of them first.',
      jsonb_build_object('overlaps', clashes));
  end if;
  perform set_config('medislot.merge_basis', basis::text, true);
  update app_public.customers c set merged_into_id = into_customer_id where c.id = from_customer_id
  returning c.* into customer;
  perform set_config('medislot.merge_basis', '', true);
  return customer;
end
$$;

comment on function app_private.merge_into is
'Merges one customer into another by a pointer and returns the merged customer. Merging again changes nothing. The '
'caller has checked the right to do it. Refuses customer_not_found, merge_not_possible (the detail says why), '
'merged_visits_overlap (live visits at one clinic; the detail lists them).';
