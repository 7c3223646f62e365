create or replace function app_public.preview_notification(
  clinic_id bigint, kind app_public.notification_kind, channel text, language text, subject text default null,
  body text default null) returns app_public.notification_preview
language plpgsql stable security definer set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  clinic app_public.clinics;
  doctor_name text;
  service_name text;
  stored record;
  the_values jsonb;
  preview app_public.notification_preview;
  invoice billing.invoices;
begin
  perform app_private.require_clinic_role(preview_notification.clinic_id, 'manage');
  select c.* into clinic from app_public.clinics c where c.id = preview_notification.clinic_id;
  if clinic.id is null then
    perform app_hidden.refuse('clinic_not_found', 'No such clinic.',
      jsonb_build_object('clinicId', preview_notification.clinic_id::text));
  end if;
  select t.subject, t.body into stored
  from app_private.notification_text(clinic.id, preview_notification.kind, preview_notification.channel,
    preview_notification.language) t;
  if stored.body is null then
    perform app_hidden.refuse('invalid_argument', 'Channels are email and sms, languages en and de.',
      '{"argument": "channel"}');
  end if;
  perform app_private.assert_text_is_valid('subject', preview_notification.subject);
  perform app_private.assert_text_is_valid('body', preview_notification.body);
  select d.full_name into doctor_name from app_public.doctors d where d.clinic_id = clinic.id and d.is_active
    order by d.id limit 1;
  select coalesce(s.names ->> preview_notification.language, s.name) into service_name from app_public.services s
    where s.clinic_id = clinic.id and s.is_active order by s.position, s.id limit 1;
  the_values := app_private.word_values(clinic, 'Ann Example', coalesce(doctor_name, 'Dr. Example'), service_name,
    -- Tomorrow at the next full hour, in the clinic's local time.
    (date_trunc('hour', now() at time zone clinic.time_zone) + interval '25 hours') at time zone clinic.time_zone,
    preview_notification.language, 12345,
    case preview_notification.kind
      when 'booking_cancelled' then 'customer'
      when 'slot_withdrawn' then 'clinic'
    end::app_public.booking_party, null,
    'https://clinic.example/' || case preview_notification.kind
      when 'payment_due' then 'payments/1/12' else 'visit#example' end,
    case when exists (
      select from app_public.services s
      where s.clinic_id = clinic.id and s.is_active and s.mode <> 'in_person')
    then 'https://clinic.example/join#example' end, (
      select r.name from app_public.resources r
      where r.clinic_id = clinic.id and r.type = 'room' and r.is_active order by r.id limit 1));
  if preview_notification.kind = 'payment_due' then
    select 12000, 12000, p.currency, (now() at time zone clinic.time_zone)::date - 1
    into invoice.total, invoice.due, invoice.currency, invoice.due_on
    from app_public.policies p where p.clinic_id = clinic.id;
    invoice.number := extract(year from invoice.due_on) || '-00012';
    the_values := the_values || billing_private.words_of_invoice(invoice, preview_notification.language);
  end if;
  preview.subject := app_private.render_text(
    app_private.split_text(coalesce(preview_notification.subject, stored.subject)), the_values);
  preview.body := app_private.render_text(
    app_private.split_text(coalesce(preview_notification.body, stored.body)), the_values);
  return preview;
end
$$;

comment on function app_public.preview_notification is
'Returns a message as an invented patient would get it, with the clinic''s text, or with the given subject and body '
'before they are stored. It is about the first of the clinic''s services, if there is one. For managers. Refuses '
'forbidden, clinic_not_found, invalid_argument, text_not_understood.';

grant execute on function app_public.preview_notification to app_staff;
