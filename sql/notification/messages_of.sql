create or replace function app_private.messages_of(clinic_id bigint, notification_ids bigint[])
returns table (
  id bigint, channel text, recipient text, subject text, body text, idempotency_key text, sender_name text, reply_to text, calendar jsonb,
  secret text, error text)
language plpgsql stable
-- One kept plan that looks each up by its key. By statistics that lag behind, all of a clinic was read for twenty.
set plan_cache_mode = force_generic_plan
set enable_hashjoin = off
set enable_mergejoin = off
set enable_bitmapscan = off
set enable_material = off
set jit = off
set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  clinic app_public.clinics;
  policy app_public.policies;
  n record;
  the_values jsonb;
  installation_id uuid := app_private.installation_id();
begin
  select x.* into clinic from app_public.clinics x where x.id = messages_of.clinic_id;
  select x.* into policy from app_public.policies x where x.clinic_id = clinic.id;
  for n in
    with wanted as materialized (
      select x.id, x.kind, x.channel, x.generation, x.created_at, x.booking_sequence, b as booking, we.url, ws.secret, wb.body as webhook_body,
        d.full_name as doctor_name, cc.full_name as customer_name, cc.email::text, case when cc.phone_takes_sms then cc.phone_e164 end as sms_number,
        coalesce(c.preferred_language, cc.preferred_language, policy.language) as language
      from unnest(messages_of.notification_ids) as asked (id)
      join app_public.notifications x on x.clinic_id = clinic.id and x.id = asked.id
      join app_public.bookings b on b.clinic_id = clinic.id and b.id = x.booking_id
      left join app_public.doctors d on d.clinic_id = clinic.id and d.id = b.doctor_id
      left join app_public.clinic_customers cc on cc.clinic_id = clinic.id and cc.customer_id = x.customer_id
      left join app_public.customers c on c.id = x.customer_id
      left join app_public.webhook_endpoints we on we.clinic_id = clinic.id and we.id = x.endpoint_id
      left join app_private.webhook_secrets ws on ws.clinic_id = clinic.id and ws.endpoint_id = x.endpoint_id
      left join app_private.webhook_bodies wb on wb.clinic_id = clinic.id and wb.notification_id = x.id and wb.generation = x.generation
    ), texts as materialized (
      select k.*, app_private.text_parts(t.subject) as subject, app_private.text_parts(t.body) as body
      from (select distinct w.kind, w.channel, w.language from wanted w where w.channel <> 'webhook') k
      cross join lateral app_private.notification_text(clinic.id, k.kind, k.channel, k.language) t
    )
    select w.*, t.subject, t.body
    from wanted w left join texts t on t.kind = w.kind and t.channel = w.channel and t.language = w.language
  loop
    id := n.id;
    channel := n.channel;
    idempotency_key := concat_ws('-', installation_id, clinic.id, n.id, n.generation);
    recipient := case n.channel when 'webhook' then n.url when 'sms' then n.sms_number else n.email end;
    secret := n.secret;
    sender_name := null;
    reply_to := null;
    calendar := null;
    error := null;
    -- What goes wrong with one is told of that one, and the others are sent.
    begin
      if n.channel = 'webhook' then
        subject := n.kind::text;
        body := n.webhook_body;
      else
        if n.body is null then
          raise exception 'there is no text for % by % in %', n.kind, n.channel, n.language;
        end if;
        the_values := app_private.text_values(clinic, n.customer_name, n.doctor_name, (n.booking).starts_at, n.language, (n.booking).id,
          (n.booking).cancelled_by, (n.booking).cancellation_reason);
        subject := app_private.fill_in(n.subject, the_values);
        body := app_private.fill_in(n.body, the_values);
        sender_name := coalesce(policy.sender_name, clinic.name);
        reply_to := clinic.email::text;
        if n.channel = 'email' and n.kind <> 'booking_reminder' then
          calendar := jsonb_build_object(
            'uid', app_public.calendar_uid(clinic.id, (n.booking).id),
            'sequence', n.booking_sequence,
            'isCancelled', n.kind in ('booking_cancelled', 'slot_withdrawn'),
            'startsAt', (n.booking).starts_at, 'endsAt', (n.booking).ends_at, 'stampedAt', n.created_at,
            'summary', format('%s, %s', n.doctor_name, clinic.name),
            'location', concat_ws(', ', clinic.name, clinic.address),
            'description', body,
            'organizer', sender_name, 'organizerEmail', reply_to, 'attendee', n.customer_name);
        end if;
      end if;
    exception when others then
      error := sqlerrm;
      subject := null;
      body := null;
      calendar := null;
    end;
    return next;
  end loop;
end
$$;

comment on function app_private.messages_of(bigint, bigint[]) is
'Notifications of a clinic as they are to be sent now: channel, recipient (null when the clinic knows no address), subject, body, the key under which a provider knows a second delivery, sender''s name, reply address, calendar entry (confirmation, update, cancellation by e-mail), and for a webhook the secret to sign with and the body of its first attempt; or, of one that cannot be worded, the error. Times in the clinic''s zone, words in the customer''s language. None for a notification that is gone.';

revoke all on function app_private.messages_of(bigint, bigint[]) from public;
