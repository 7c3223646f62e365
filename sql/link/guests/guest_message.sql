create or replace function app_private.guest_message(
  clinic_id bigint, guest_booking_id bigint, language text, public_url text, out subject text, out body text)
language plpgsql stable set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  guest app_private.guest_bookings;
  clinic app_public.clinics;
  doctor_name text;
  service_name text;
  starts timestamptz;
  link text;
  visit text;
begin
  select gb.* into guest from app_private.guest_bookings gb
  where gb.clinic_id = guest_message.clinic_id and gb.id = guest_message.guest_booking_id;
  select c.* into clinic from app_public.clinics c where c.id = guest.clinic_id;
  select d.full_name, bs.starts_at + coalesce(s.buffer_before, '0'),
    coalesce(s.names ->> guest_message.language, s.name)
    into doctor_name, starts, service_name
  from app_public.booking_slots bs
  join app_public.doctors d on d.clinic_id = bs.clinic_id and d.id = bs.doctor_id
  left join app_public.services s on s.clinic_id = bs.clinic_id and s.id = guest.service_id
  where bs.clinic_id = guest.clinic_id and bs.id = guest.booking_slot_id;
  link := btrim(public_url, '/') || '/confirm-booking#'
    || app_private.link_token('confirm', guest.clinic_id, guest.id, 0);
  visit := concat_ws(E'\n', concat_ws(', ', clinic.name, clinic.address),
    (app_private.format_time(starts, clinic.time_zone, guest_message.language))."when", service_name, doctor_name);
  -- Without the name, as in all mails to addresses that nobody has proven: anybody can have them sent.
  if guest_message.language = 'de' then
    subject := format('Bitte bestätigen: Ihr Termin, %s', clinic.name);
    body := format(
      E'Guten Tag,\n\nmit einem Klick ist dieser Termin gebucht:\n\n%s\n\n%s\n\nEr ist bis %s für Sie reserviert.\n\n'
      'Wenn Sie das nicht waren, öffnen Sie den Link nicht.', visit, link,
      (app_private.format_time(guest.held_until, clinic.time_zone, 'de'))."time");
  else
    subject := format('Please confirm: your appointment at %s', clinic.name);
    body := format(
      E'Hello,\n\none click books this appointment:\n\n%s\n\n%s\n\nIt is reserved for you until %s.\n\n'
      'If this was not you, do not open the link.', visit, link,
      (app_private.format_time(guest.held_until, clinic.time_zone, 'en'))."time");
  end if;
end
$$;

comment on function app_private.guest_message is
'The mail with which a guest confirms a booking, with a link to the page at `public_url`. It names the service in the '
'language of the mail. Times are in the clinic''s zone.';
