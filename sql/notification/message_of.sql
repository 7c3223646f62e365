create or replace function app_private.message_of(clinic_id bigint, notification_id bigint)
returns table (
  recipient text, subject text, body text, channel text, idempotency_key text, sender_name text, reply_to text, calendar jsonb, secret text)
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
  n app_public.notifications;
  b app_public.bookings;
  clinic app_public.clinics;
  policy app_public.policies;
  contact record;
  doctor_name text;
  endpoint record;
  words record;
  language text;
  the_values jsonb;
  is_off boolean;
begin
  select x.* into n from app_public.notifications x where x.clinic_id = message_of.clinic_id and x.id = message_of.notification_id;
  if n.id is null then
    return;
  end if;
  select x.* into b from app_public.bookings x where x.clinic_id = n.clinic_id and x.id = n.booking_id;
  idempotency_key := concat_ws('-', n.clinic_id, n.id, n.generation);
  channel := n.channel;

  if n.channel = 'webhook' then
    select we.url, ws.secret into endpoint
    from app_public.webhook_endpoints we
    join app_private.webhook_secrets ws on ws.clinic_id = we.clinic_id and ws.endpoint_id = we.id
    where we.clinic_id = n.clinic_id and we.id = n.endpoint_id;
    recipient := endpoint.url;
    secret := endpoint.secret;
    subject := n.kind::text;
    -- Ids and times, nothing about the person: the receiver asks the API for the rest, with its own rights.
    body := jsonb_build_object('id', idempotency_key, 'type', n.kind, 'occurredAt', n.created_at, 'booking', jsonb_build_object(
      'clinicId', b.clinic_id::text, 'id', b.id::text, 'bookingSlotId', b.booking_slot_id::text, 'doctorId', b.doctor_id::text,
      'customerId', b.customer_id::text, 'status', b.status, 'cancelledBy', b.cancelled_by, 'sequence', b.sequence,
      'startsAt', b.starts_at, 'endsAt', b.ends_at))::text;
    return next;
    return;
  end if;

  select x.* into clinic from app_public.clinics x where x.id = n.clinic_id;
  select x.* into policy from app_public.policies x where x.clinic_id = n.clinic_id;
  select d.full_name into doctor_name from app_public.doctors d where d.clinic_id = b.clinic_id and d.id = b.doctor_id;
  select cc.full_name, cc.email::text, cc.phone, coalesce(c.preferred_language, cc.preferred_language, policy.language) as language into contact
  from app_public.clinic_customers cc
  join app_public.customers c on c.id = cc.customer_id
  where cc.clinic_id = n.clinic_id and cc.customer_id = n.customer_id;
  language := contact.language;
  the_values := app_private.text_values(clinic, contact.full_name, doctor_name, b.starts_at, language, b.id, b.cancelled_by, b.cancellation_reason);

  select t.subject, t.body into words from app_private.notification_text(n.clinic_id, n.kind, n.channel, language) t;
  recipient := case n.channel when 'sms' then contact.phone else contact.email end;
  subject := app_private.fill_in(words.subject, the_values);
  body := app_private.fill_in(words.body, the_values);
  sender_name := coalesce(policy.sender_name, clinic.name);
  reply_to := clinic.email::text;
  if n.channel = 'email' and n.kind <> 'booking_reminder' then
    is_off := n.kind in ('booking_cancelled', 'slot_withdrawn');
    calendar := jsonb_build_object(
      'uid', format('booking-%s-%s@medislot', b.clinic_id, b.id),
      -- Each reschedule counts one; the cancellation comes after the last of them.
      'sequence', n.booking_sequence + is_off::int,
      'isCancelled', is_off,
      'startsAt', b.starts_at, 'endsAt', b.ends_at, 'stampedAt', n.created_at,
      'summary', format('%s, %s', doctor_name, clinic.name),
      'location', concat_ws(', ', clinic.name, clinic.address),
      'description', body,
      'organizer', sender_name, 'organizerEmail', reply_to, 'attendee', contact.full_name);
  end if;
  return next;
end
$$;

comment on function app_private.message_of(bigint, bigint) is
'A notification as it is to be sent now: channel, recipient (null when the clinic knows no address), subject, body, the key under which a provider knows a second delivery, sender''s name, reply address, calendar entry (confirmation, update, cancellation by e-mail), and for a webhook the secret to sign with. Times in the clinic''s zone, words in the customer''s language.';

revoke all on function app_private.message_of(bigint, bigint) from public;
