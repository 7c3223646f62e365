create or replace function app_private.messages_of(
  clinic_id bigint, notification_ids bigint[], public_url text default null)
returns table (
  id bigint, channel text, recipient text, subject text, body text, idempotency_key text, sender_name text,
  reply_to text, calendar jsonb, secret text, error text)
language plpgsql stable set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  clinic app_public.clinics;
  policy app_public.policies;
  n record;
  word_values jsonb;
  link text;
  join_link text;
  dates text;
  installation_id uuid := app_private.installation_id();
begin
  select c.* into clinic from app_public.clinics c where c.id = messages_of.clinic_id;
  select p.* into policy from app_public.policies p where p.clinic_id = clinic.id;
  for n in
    select s.* from app_private.notification_sources(clinic.id, messages_of.notification_ids, policy.language) s
  loop
    id := n.id;
    channel := n.channel;
    idempotency_key := concat_ws('-', installation_id, clinic.id, n.id, n.generation);
    recipient := case n.channel when 'webhook' then n.url when 'sms' then n.sms_number else n.email end;
    secret := n.secret;
    subject := null;
    body := null;
    sender_name := null;
    reply_to := null;
    calendar := null;
    error := null;
    if n.channel = 'webhook' then
      subject := n.kind::text;
      body := n.webhook_body;
    elsif n.body_parts is null then
      error := format('there is no text for %s by %s in %s', n.kind, n.channel, n.language);
    else
      sender_name := coalesce(policy.sender_name, clinic.name);
      reply_to := clinic.email::text;
      -- An error in one message is reported for that message; the others are sent.
      begin
        link := case
          when n.slot_offer_id is not null then app_private.offer_url(public_url, clinic.id, n.slot_offer_id)
          when n.kind = 'payment_due' then btrim(public_url, '/') || '/payments/' || clinic.id || '/' || (n.invoice).id
          else app_private.manage_url(public_url, n.booking) end;
        join_link := app_private.join_url(public_url, n.booking);
        -- Anyone can register with the address of somebody else. Until the address is confirmed, nothing that the
        -- customer typed is sent to it.
        if n.is_unconfirmed then
          n.customer_name := case n.language when 'de' then 'Patient/in' else 'patient' end;
        end if;
        word_values := app_private.word_values(clinic, n.customer_name, n.doctor_name, n.service_name,
          coalesce((n.booking).visit_starts_at, n.offered_start), n.language, (n.booking).id, (n.booking).cancelled_by,
          case when not n.is_unconfirmed or (n.booking).cancelled_by = 'clinic' then
            (n.booking).cancellation_reason end, link, join_link, app_private.room_of(n.booking));
        if n.kind = 'payment_due' then
          word_values := word_values || billing_private.words_of_invoice(n.invoice, n.language);
        end if;
        subject := app_private.render_text(n.subject_parts, word_values);
        body := app_private.render_text(n.body_parts, word_values);
        dates := null;
        if n.series_booking_ids is not null then
          dates := app_private.dates_of_series(clinic, n.series_booking_ids, n.kind, n.channel, n.language);
          body := concat_ws(case n.channel when 'sms' then ' ' else E'\n\n' end, body, dates);
        end if;
        -- A calendar file describes one visit.
        if n.channel = 'email' and (n.booking).id is not null and n.kind <> 'booking_reminder' and dates is null then
          calendar := app_private.calendar_entry(clinic, n.booking, n.kind, n.booking_sequence, n.created_at,
            n.service_name, n.doctor_name, n.customer_name, sender_name, body, link, join_link);
        end if;
      exception when others then
        error := sqlerrm;
        subject := null;
        body := null;
        calendar := null;
      end;
    end if;
    return next;
  end loop;
end
$$;

comment on function app_private.messages_of is
'Notifications of a clinic as they are to be sent now: channel, recipient (null when the clinic knows no address), '
'subject, body, idempotency key (by which a provider recognizes a second delivery), the sender''s name, the reply '
'address, the calendar entry (of a confirmation, change or cancellation by e-mail), and for a webhook its secret and '
'the body of its first attempt. If the message cannot be written, `error` says why. Times are in the clinic''s zone, '
'texts in the customer''s language. A message to an address that nobody has confirmed contains nothing that the '
'customer typed. A message about several visits of a series lists all dates and has no calendar entry. `public_url` '
'is the address of the pages, for the links; without it messages have no link. No row for a notification that no '
'longer exists.';
