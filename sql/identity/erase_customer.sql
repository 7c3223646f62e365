create or replace function app_public.erase_customer(customer_id bigint) returns app_public.customers
language plpgsql volatile security definer set search_path = pg_catalog, public, pg_temp set timezone = 'UTC' as $$
declare
  target bigint := erase_customer.customer_id;
  customer app_public.customers;
  addresses text[];
begin
  perform app_private.require_own_customer(target);
  -- Everything that is locked later, in the order in which all lock: the customer, then slots.
  perform from app_public.customers c where c.id = target for no key update;
  perform from app_public.booking_slots bs
  where bs.customer_id = target and (bs.status = 'held' or bs.ends_at > now()) order by bs.clinic_id, bs.id for update;
  customer := app_public.remove_customer(target, true);
  update app_public.booking_slots bs set status = 'open', customer_id = null, held_until = null
  where bs.customer_id = target and bs.status = 'held';

  select array_agg(lower(t.address)) into addresses
  from (
    select unnest(array[c.email::text, c.phone]) as address from app_public.customers c where c.id = target
    union
    select unnest(array[cc.email::text, cc.phone, cc.phone_e164]) from app_public.clinic_customers cc where cc.customer_id = target
  ) t;

  insert into app_private.erasures (customer_id, erased_by_account_id) values (target, app_hidden.current_account_id())
  on conflict on constraint a_customer_is_erased_once do nothing;
  perform app_private.erase_reasons(target);
  update app_public.bookings b set note = null, cancellation_reason = null
  where b.customer_id = target and (b.note is not null or b.cancellation_reason is not null);
  update app_public.archived_bookings b set note = null, cancellation_reason = null
  where b.customer_id = target and (b.note is not null or b.cancellation_reason is not null);
  perform app_private.erase_messages(target, addresses);
  perform app_private.erase_account(customer.account_id);
  perform app_private.erase_answers(target, customer.account_id);
  -- The rows stay: bookings are of somebody, and counts are of all.
  update app_public.clinic_customers cc
  set full_name = 'erased', email = null, phone = null, notes = null, preferred_language = null, preferred_channel = null
  where cc.customer_id = target;
  update app_public.customers c
  set full_name = 'erased', email = null, phone = null, preferred_language = null, preferred_channel = null
  where c.id = target returning c.* into customer;
  return customer;
end
$$;

comment on function app_public.erase_customer(bigint) is
'Erases a person: bookings ahead are cancelled and holds end, the customer is inactive and signed out for good, and no name, contact, note, reason, message or stored answer about them remains. Past bookings and events stay, of nobody. What the account is as a member of a clinic''s staff stays with the clinic. Cannot be undone; done again it changes nothing. Customers themselves, administrators and DBAs anybody. Refuses unauthenticated, customer_not_found.';

revoke all on function app_public.erase_customer(bigint) from public;
grant execute on function app_public.erase_customer(bigint) to app_customer;
