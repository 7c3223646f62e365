create or replace function app_private.assert_moves_of_series(
  clinic_id bigint, series_id bigint, booking_ids bigint[], booking_slot_ids bigint[]) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
  wrong record;
begin
  if coalesce(cardinality(booking_ids), 0) not between 1 and 52
     or coalesce(cardinality(booking_slot_ids), 0) <> cardinality(booking_ids)
     or (select count(distinct u.id) from unnest(booking_ids) u (id)) < cardinality(booking_ids)
     or (select count(distinct u.id) from unnest(booking_slot_ids) u (id)) < cardinality(booking_slot_ids)
  then
    perform app_hidden.refuse('invalid_argument', 'Give 1 to 52 different visits, and a different slot for each.',
      '{"argument": "bookingSlotIds"}');
  end if;
  perform app_private.assert_series(assert_moves_of_series.clinic_id, assert_moves_of_series.series_id);
  select u.id, b.status into wrong
  from unnest(booking_ids) u (id)
  left join app_public.bookings b on b.clinic_id = assert_moves_of_series.clinic_id and b.id = u.id
    and b.series_id = assert_moves_of_series.series_id
  where b.status is distinct from 'booked'
  order by u.id limit 1;
  if not found then
    return;
  elsif wrong.status is null then
    perform app_hidden.refuse('booking_not_found', 'The series has no such visit.',
      jsonb_build_object('bookingId', wrong.id::text));
  end if;
  perform app_hidden.refuse('illegal_transition', format('A booking that is %s cannot be rescheduled.', wrong.status),
    jsonb_build_object('bookingId', wrong.id::text, 'status', wrong.status));
end
$$;

comment on function app_private.assert_moves_of_series is
'Checks that these are different visits of the series that are booked, each with a slot of its own to move to. '
'Refuses invalid_argument, series_not_found, booking_not_found, illegal_transition.';
