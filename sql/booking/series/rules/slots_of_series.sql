create or replace function app_private.slots_of_series(clinic_id bigint, booking_slot_ids bigint[])
returns app_public.booking_slots[]
language plpgsql stable set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  slots app_public.booking_slots[];
begin
  if coalesce(cardinality(booking_slot_ids), 0) not between 2 and 52
     or (select count(distinct u.id) from unnest(booking_slot_ids) u (id)) < cardinality(booking_slot_ids)
  then
    perform app_hidden.refuse('invalid_argument', 'A series has 2 to 52 different slots.',
      '{"argument": "bookingSlotIds"}');
  end if;
  select array_agg(bs order by bs.starts_at, bs.id) into slots from app_public.booking_slots bs
  where bs.clinic_id = slots_of_series.clinic_id and bs.id = any (booking_slot_ids);
  if coalesce(cardinality(slots), 0) < cardinality(booking_slot_ids) then
    perform app_hidden.refuse('slot_not_found', 'No such slot in this clinic.', jsonb_build_object('bookingSlotId', (
      select min(u.id)::text from unnest(booking_slot_ids) u (id)
      where not exists (
        select from app_public.booking_slots bs where bs.clinic_id = slots_of_series.clinic_id and bs.id = u.id))));
  end if;
  return slots;
end
$$;

comment on function app_private.slots_of_series is
'The slots with which the visits of a new series begin, in order of time. Refuses slot_not_found, and '
'invalid_argument unless they are 2 to 52 different ones.';
