create or replace function app_private.calendar_entry(
  clinic app_public.clinics, booking app_public.bookings, kind app_public.notification_kind, sequence int,
  stamped_at timestamptz, service_name text, doctor_name text, customer_name text, organizer text,
  description text, url text, join_link text) returns jsonb
language plpgsql stable set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
begin
  return jsonb_build_object(
    'uid', app_public.calendar_uid(clinic.id, booking.id),
    'sequence', sequence,
    'isCancelled', kind in ('booking_cancelled', 'slot_withdrawn'),
    'startsAt', booking.visit_starts_at, 'endsAt', booking.visit_ends_at, 'stampedAt', stamped_at,
    'summary', concat_ws(', ', service_name, doctor_name, clinic.name),
    'location', coalesce(join_link, concat_ws(', ', app_private.room_of(booking), clinic.name, clinic.address)),
    'description', description, 'url', url,
    'organizer', organizer, 'organizerEmail', clinic.email::text, 'attendee', customer_name);
end
$$;

comment on function app_private.calendar_entry is
'The calendar entry that goes with an e-mail about a booking, as {"uid", "sequence", "isCancelled", "startsAt", '
'"endsAt", "stampedAt", "summary", "location", "description", "url", "organizer", "organizerEmail", "attendee"}, '
'where "url" is the link to the booking or null, and the location of an online visit is the link to join it. The '
'worker makes the .ics file from it.';
