create or replace function app_public.preview_notification(
  clinic_id bigint, kind app_public.notification_kind, channel text, language text, subject text default null, body text default null)
returns app_public.notification_preview
language plpgsql stable security definer set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  clinic app_public.clinics;
  doctor_name text;
  stored record;
  the_values jsonb;
  preview app_public.notification_preview;
begin
  perform app_private.require_clinic_role(preview_notification.clinic_id, 'manage');
  select c.* into clinic from app_public.clinics c where c.id = preview_notification.clinic_id;
  if clinic.id is null then
    perform app_hidden.refuse('clinic_not_found', 'No such clinic.', jsonb_build_object('clinicId', preview_notification.clinic_id::text));
  end if;
  select t.subject, t.body into stored
  from app_private.notification_text(clinic.id, preview_notification.kind, preview_notification.channel, preview_notification.language) t;
  if stored.body is null then
    perform app_hidden.refuse('invalid_argument', 'Channels are email and sms, languages en and de.', '{"argument": "channel"}');
  end if;
  perform app_private.understand_text('subject', preview_notification.subject);
  perform app_private.understand_text('body', preview_notification.body);
  select d.full_name into doctor_name from app_public.doctors d where d.clinic_id = clinic.id and d.is_active order by d.id limit 1;
  the_values := app_private.text_values(clinic, 'Ann Example', coalesce(doctor_name, 'Dr. Example'),
    -- The next full hour tomorrow, by the clinic's clock.
    (date_trunc('hour', now() at time zone clinic.time_zone) + interval '25 hours') at time zone clinic.time_zone,
    preview_notification.language, 12345,
    case preview_notification.kind when 'booking_cancelled' then 'customer' when 'slot_withdrawn' then 'clinic' end::app_public.booking_party, null);
  preview.subject := app_private.fill_in(app_private.text_parts(coalesce(preview_notification.subject, stored.subject)), the_values);
  preview.body := app_private.fill_in(app_private.text_parts(coalesce(preview_notification.body, stored.body)), the_values);
  return preview;
end
$$;

comment on function app_public.preview_notification(bigint, app_public.notification_kind, text, text, text, text) is
'A message as an invented patient would get it, in the clinic''s text or, with subject and body, in one not stored yet. For managers. Refuses forbidden, clinic_not_found, invalid_argument, text_not_understood.';

revoke all on function app_public.preview_notification(bigint, app_public.notification_kind, text, text, text, text) from public;
grant execute on function app_public.preview_notification(bigint, app_public.notification_kind, text, text, text, text) to app_staff;
