create or replace function billing_private.read_visits(visits jsonb, default_clinic_id bigint)
returns table (
  clinic_id bigint, booking_slot_id bigint, service_id bigint, customer_id bigint, note text, answers jsonb,
  online boolean, coupon text)
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
  is_valid boolean := jsonb_typeof(visits) = 'array';
begin
  if visits is null then
    return;
  end if;
  -- One step after the other, because each relies on the one before it.
  if is_valid then
    is_valid := jsonb_array_length(visits) <= 10 and not exists (
      select from jsonb_array_elements(visits) v
      where coalesce(v ->> 'bookingSlotId', '') !~ '^[0-9]{1,18}$' or coalesce(v ->> 'serviceId', '') !~ '^[0-9]{1,18}$'
        or coalesce(v ->> 'customerId', '0') !~ '^[0-9]{1,18}$' or coalesce(v ->> 'clinicId', '0') !~ '^[0-9]{1,18}$'
        or coalesce(jsonb_typeof(v -> 'note'), 'null') not in ('string', 'null')
        or coalesce(jsonb_typeof(v -> 'online'), 'null') not in ('boolean', 'null')
        or coalesce(jsonb_typeof(v -> 'coupon'), 'null') not in ('string', 'null'));
  end if;
  if is_valid then
    is_valid := (
      select count(*) = count(distinct (coalesce((v ->> 'clinicId')::bigint, default_clinic_id),
        (v ->> 'bookingSlotId')::bigint))
      from jsonb_array_elements(visits) v);
  end if;
  if not is_valid then
    perform app_hidden.refuse('invalid_argument',
      'Visits are a list of at most ten {"bookingSlotId": "…", "serviceId": "…"}, each slot once; '
      '"clinicId", "customerId", "note", "answers", "online" and "coupon" may be left out.',
      '{"argument": "visits"}');
  end if;
  return query
    -- In the order in which slots are locked.
    select coalesce((v ->> 'clinicId')::bigint, default_clinic_id), (v ->> 'bookingSlotId')::bigint,
      (v ->> 'serviceId')::bigint, (v ->> 'customerId')::bigint, app_hidden.prose_or_null(v ->> 'note'),
      nullif(v -> 'answers', 'null'), (v ->> 'online')::boolean,
      app_hidden.prose_or_null(v ->> 'coupon')
    from jsonb_array_elements(visits) v order by 1, 2;
end
$$;

comment on function billing_private.read_visits is
'The visits in the argument of begin_checkout, in the order of their clinics and slots. One that names no clinic is '
'at `default_clinic_id`. Refuses invalid_argument.';
