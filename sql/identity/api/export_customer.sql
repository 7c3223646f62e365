create or replace function app_public.export_customer(customer_id bigint default null)
returns app_public.customer_export
language plpgsql stable security definer
-- Times are the same text for every caller.
set timezone = 'UTC' set search_path = pg_catalog, pg_temp as $$
declare
  target bigint := coalesce(export_customer.customer_id, app_hidden.current_customer_id());
  customer app_public.customers;
  document app_public.customer_export;
  -- Records that were merged into it are of the same person.
  ids bigint[];
  parts jsonb;
begin
  perform app_private.require_own_customer(target);
  select c.* into customer from app_public.customers c where c.id = target;
  if customer.id is null then
    perform app_hidden.refuse('customer_not_found', 'No such customer.',
      jsonb_build_object('customerId', target::text));
  end if;
  ids := customer.id
    || array(select c.id from app_public.customers c where c.merged_into_id = customer.id order by c.id);
  parts := app_private.in_shards('export_customer', jsonb_build_object('customerId', customer.id::text));
  document.format_version := 1;
  document.exported_at := now();
  document.customer_id := customer.id;
  document.profile := jsonb_build_object(
    'fullName', customer.full_name, 'email', customer.email, 'emailVerifiedAt', customer.email_verified_at,
    'phone', customer.phone, 'isActive', customer.is_active,
    'preferredLanguage', customer.preferred_language, 'preferredChannel', customer.preferred_channel,
    'wantsReminders', customer.wants_reminders, 'createdAt', customer.created_at,
    'birthDate', customer.birth_date, 'mergedIntoId', customer.merged_into_id::text,
    'calendarLinkSince', (select f.created_at from app_private.patient_feeds f where f.customer_id = customer.id));
  document.account := app_private.export_account(customer.account_id);
  document.clinic_records := (
    select coalesce(jsonb_agg(p.part order by i.n, p.n), '[]')
    from unnest(ids) with ordinality i (id, n),
      jsonb_array_elements(app_private.export_clinic_records(i.id)) with ordinality p (part, n));
  document.bookings := (
    select coalesce(jsonb_agg(p.part order by i.n, p.n), '[]')
    from unnest(ids) with ordinality i (id, n),
      jsonb_array_elements(app_private.export_bookings(i.id)) with ordinality p (part, n));
  document.notifications := (
    select coalesce(jsonb_agg(p.part order by i.n, p.n), '[]')
    from unnest(ids) with ordinality i (id, n),
      jsonb_array_elements(app_private.export_notifications(i.id)) with ordinality p (part, n));
  document.events := (
    select coalesce(jsonb_agg(p.part order by i.n, p.n), '[]')
    from unnest(ids) with ordinality i (id, n),
      jsonb_array_elements(app_private.export_events(i.id)) with ordinality p (part, n));
  document.waiting_list := (
    select coalesce(jsonb_agg(p.part order by i.n, p.n), '[]')
    from unnest(ids) with ordinality i (id, n),
      jsonb_array_elements(app_private.export_waiting_list(i.id)) with ordinality p (part, n));
  document.family := app_private.export_family(customer.id);
  document.money := billing_private.export_money(ids);
  if parts <> '[]' then
    document.account := document.account || jsonb_build_object(
      'messages', (document.account -> 'messages') || app_private.joined_parts(parts, 'account', 'messages'),
      'employments', (document.account -> 'employments') || app_private.joined_parts(parts, 'account', 'employments'));
    document.clinic_records := document.clinic_records || app_private.joined_parts(parts, 'clinic_records');
    document.bookings := document.bookings || app_private.joined_parts(parts, 'bookings');
    document.notifications := document.notifications || app_private.joined_parts(parts, 'notifications');
    document.events := document.events || app_private.joined_parts(parts, 'events');
    document.waiting_list := document.waiting_list || app_private.joined_parts(parts, 'waiting_list');
    document.money := (
      select jsonb_object_agg(m.key, m.value || app_private.joined_parts(parts, 'money', m.key))
      from jsonb_each(document.money) m);
  end if;
  return document;
end
$$;

comment on function app_public.export_customer is
'All data that is stored about a person, as one document: profile, account with sessions and employments, the records '
'of clinics, bookings (archived ones included), messages, events, waiting lists, family and money (invoices, '
'payments, credit), including those of records that were merged into it. In an installation with shards the lists '
'contain what this database holds, then what each shard holds. Ids are strings, times are in UTC. Customers '
'may export their own data (the default) and that of their dependants. Administrators and DBAs may export anyone''s, '
'when that person asks for it. Refuses unauthenticated, customer_not_found, and shards_first in psql with shards.';

grant execute on function app_public.export_customer to app_customer;
