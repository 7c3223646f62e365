create or replace function app_private.notification_sources(
  clinic_id bigint, notification_ids bigint[], clinic_language text)
returns table (
  id bigint, kind app_public.notification_kind, channel text, generation int, created_at timestamptz,
  booking_sequence int, series_booking_ids bigint[], booking app_public.bookings, slot_offer_id bigint,
  invoice billing.invoices,
  offered_start timestamptz, url text, secret text, webhook_body text, service_name text, doctor_name text,
  customer_name text, email text, sms_number text,
  language text, is_unconfirmed boolean, subject_parts text[], body_parts text[])
language plpgsql stable
-- One generic plan that finds each row by its key. With outdated statistics, the planner read all notifications of a
-- clinic to find twenty.
set plan_cache_mode = force_generic_plan
set enable_hashjoin = off
set enable_mergejoin = off
set enable_bitmapscan = off
set enable_material = off
set jit = off
set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
begin
  return query
    with wanted as materialized (
      select n.id, n.kind, n.channel, n.generation, n.created_at, n.booking_sequence, n.series_booking_ids,
        b as booking,
        n.slot_offer_id, i as invoice, offered.starts_at as offered_start,
        we.url, ws.secret, wb.body as webhook_body,
        coalesce(s.names ->> l.language, s.name) as service_name, d.full_name as doctor_name,
        cc.full_name as customer_name,
        coalesce(cc.email::text, guardian.email) as email,
        coalesce(case when cc.phone_takes_sms then cc.phone_e164 end, guardian.sms_number) as sms_number,
        l.language,
        c.account_id is not null and c.email_verified_at is null as is_unconfirmed
      from unnest(notification_ids) as requested (id)
      join app_public.notifications n on n.clinic_id = notification_sources.clinic_id and n.id = requested.id
      left join app_public.bookings b on b.clinic_id = n.clinic_id and b.id = n.booking_id
      left join billing.invoices i on i.clinic_id = n.clinic_id and i.id = n.invoice_id
      left join lateral (
        select bs.doctor_id, w.service_id, bs.starts_at + coalesce(s.buffer_before, '0') as starts_at
        from app_public.slot_offers o
        join app_public.booking_slots bs on bs.clinic_id = o.clinic_id and bs.id = o.booking_slot_id
        join app_public.waiting_list w on w.clinic_id = o.clinic_id and w.id = o.waiting_id
        left join app_public.services s on s.clinic_id = w.clinic_id and s.id = w.service_id
        where o.clinic_id = n.clinic_id and o.id = n.slot_offer_id
      ) offered on n.slot_offer_id is not null
      left join app_public.doctors d
        on d.clinic_id = n.clinic_id and d.id = coalesce(b.doctor_id, offered.doctor_id)
      left join app_public.clinic_customers cc on cc.clinic_id = n.clinic_id and cc.customer_id = n.customer_id
      left join app_public.customers c on c.id = n.customer_id
      -- Looked up only for a message to a customer without an address of their own.
      left join lateral (
        select g.* from app_private.guardian_contact(n.clinic_id, n.customer_id) g
        where case n.channel when 'email' then cc.email is null when 'sms' then not cc.phone_takes_sms end
      ) guardian on true
      cross join lateral (
        select coalesce(c.preferred_language, cc.preferred_language, guardian.language, clinic_language) as language
      ) l
      left join app_public.services s
        on s.clinic_id = n.clinic_id and s.id = coalesce(b.service_id, offered.service_id)
      left join app_public.webhook_endpoints we on we.clinic_id = n.clinic_id and we.id = n.endpoint_id
      left join app_private.webhook_secrets ws on ws.clinic_id = n.clinic_id and ws.endpoint_id = n.endpoint_id
      left join app_private.webhook_bodies wb
        on wb.clinic_id = n.clinic_id and wb.notification_id = n.id and wb.generation = n.generation
    ), texts as materialized (
      -- Each text is looked up and split once, however many messages use it.
      select k.*, app_private.split_text(t.subject) as subject_parts, app_private.split_text(t.body) as body_parts
      from (select distinct w.kind, w.channel, w.language from wanted w where w.channel <> 'webhook') k
      cross join lateral app_private.notification_text(
        notification_sources.clinic_id, k.kind, k.channel, k.language) t
    )
    select w.*, t.subject_parts, t.body_parts
    from wanted w left join texts t on t.kind = w.kind and t.channel = w.channel and t.language = w.language;
end
$$;

comment on function app_private.notification_sources is
'The data from which messages_of writes notifications of a clinic: the booking, the offer and when its visit begins, '
'or the invoice, names (of the service in the message''s language), the customer''s addresses or else the '
'guardian''s, the language (of the customer, else of the guardian, else `clinic_language`), the text split by '
'split_text, and for a webhook its URL, secret and stored body, and whether the customer registered with an address '
'that nobody has confirmed. No row for a notification that no longer exists.';
