create or replace function app_public.erase_customer(customer_id bigint) returns app_public.customers
language plpgsql volatile security definer set search_path = pg_catalog, public, pg_temp set timezone = 'UTC' as $$
declare
  target bigint := erase_customer.customer_id;
  customer app_public.customers;
  addresses text[];
  other bigint;
  others bigint[];
  human bigint;
begin
  perform app_private.require_own_customer(target);
  -- Before all other locks: settling a checkout locks it first.
  perform billing_private.give_up_checkouts_of(app_private.removed_with(target));
  perform app_private.lock_customers_to_remove(target);
  -- Records that were merged into this one are of the same person, and nobody is left for dependants who have no other
  -- guardian.
  others := array(select c.id from app_public.customers c where c.merged_into_id = target)
    || app_private.dependants_only_of(array[target]);
  foreach other in array others loop
    perform app_public.erase_customer(other);
  end loop;
  customer := app_public.remove_customer(target, true);
  update app_public.booking_slots bs set status = 'open', customer_id = null, held_until = null
  where bs.customer_id = target and bs.status = 'held';

  select array_agg(lower(t.address)) into addresses
  from (
    select unnest(array[c.email::text, c.phone]) as address from app_public.customers c where c.id = target
    union
    select unnest(array[cc.email::text, cc.phone, cc.phone_e164])
    from app_public.clinic_customers cc where cc.customer_id = target
  ) t;

  human := customer.human_id;
  insert into app_private.erasures (customer_id, erased_by_account_id) values (target, app_hidden.current_account_id())
  on conflict on constraint a_customer_is_erased_once do nothing;
  perform app_private.erase_reasons(target);
  perform billing_private.erase_reasons_of_money(target);
  update app_public.bookings b set note = null, cancellation_reason = null
  where b.customer_id = target and (b.note is not null or b.cancellation_reason is not null);
  update app_public.archived_bookings b set note = null, cancellation_reason = null, answers = null
  where b.customer_id = target and num_nonnulls(b.note, b.cancellation_reason, b.answers) > 0;
  update app_public.consultations c set patient_came_at = null, doctor_came_at = null, last_error = null
  where c.customer_id = target;
  -- In this order: an upload that begins meanwhile waits for the consent, or is found among the recordings.
  delete from app_public.recording_consents c where c.customer_id = target;
  update app_public.recordings r set state = 'removing', state_since = now(), retry_at = now()
  where r.customer_id = target and r.state <> 'removing';
  delete from app_public.booking_answers a where a.customer_id = target;
  delete from app_private.account_messages am using app_private.guest_bookings gb
  where gb.customer_id = target and am.guest_clinic_id = gb.clinic_id and am.guest_booking_id = gb.id;
  delete from app_private.account_messages am where am.record_customer_id = target;
  delete from app_private.guest_bookings gb where gb.customer_id = target;
  delete from app_private.patient_feeds f where f.customer_id = target;
  perform app_private.erase_messages(target, addresses);
  delete from app_public.waiting_list w where w.customer_id = target;
  perform app_private.erase_account(customer.account_id);
  perform app_private.erase_stored_results(target, customer.account_id);
  delete from app_public.guardianships g where target in (g.guardian_customer_id, g.dependant_customer_id);
  -- The rows stay, because bookings refer to them and statistics count them.
  update app_public.clinic_customers cc
  set full_name = 'erased', email = null, phone = null, notes = null, preferred_language = null,
      preferred_channel = null
  where cc.customer_id = target;
  update app_public.customers c
  set full_name = 'erased', email = null, phone = null, preferred_language = null, preferred_channel = null,
      email_verified_at = null, birth_date = null, human_id = null
  where c.id = target returning c.* into customer;
  perform app_private.forget_human(human);
  return customer;
end
$$;

comment on function app_public.erase_customer is
'Erases a person''s data. Future bookings are cancelled, holds end, and the customer becomes inactive and is signed '
'out permanently. No name, contact, note, answer, reason, message, entry of a waiting list or stored response about '
'the person remains. Past bookings, invoices and events stay without personal data. The account''s data as an '
'employee stays with the clinic. This cannot be undone; repeating it changes nothing. Records that were merged into '
'the customer are erased with it, and so are dependants who have no other guardian. Customers may erase themselves '
'and their dependants; administrators and DBAs may erase anyone. Refuses unauthenticated, customer_not_found.';

grant execute on function app_public.erase_customer to app_customer;
