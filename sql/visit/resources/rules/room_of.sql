create or replace function app_private.room_of(booking app_public.bookings) returns text
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
  if booking.takes_resources then
    return (
      select string_agg(r.name, ', ' order by c.need)
      from app_public.resource_claims c
      join app_public.resources r on r.clinic_id = c.clinic_id and r.id = c.resource_id and r.type = 'room'
      where c.clinic_id = booking.clinic_id and c.booking_id = booking.id);
  end if;
  return null;
end
$$;

comment on function app_private.room_of is
'The name of the room of a booking, as messages and calendars give it; of several rooms, separated by commas. Null if '
'it has none.';
