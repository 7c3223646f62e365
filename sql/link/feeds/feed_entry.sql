create or replace function app_private.feed_entry(
  booking app_public.bookings, summary text, clinic_name text, clinic_address text) returns jsonb
language plpgsql stable set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
begin
  return jsonb_build_object(
    'uid', app_public.calendar_uid(booking.clinic_id, booking.id), 'sequence', booking.sequence,
    'startsAt', booking.visit_starts_at, 'endsAt', booking.visit_ends_at, 'stampedAt', booking.created_at,
    'summary', feed_entry.summary,
    'location', case when booking.is_online then 'Online' else concat_ws(', ',
      app_private.room_of(booking), clinic_name, clinic_address) end);
end
$$;

comment on function app_private.feed_entry is
'A booking as an entry of a calendar feed. It has neither a note nor a contact, and no link: the provider of a '
'calendar stores what it fetches.';
