create or replace function app_public.confirm_merge(token text, for_customer_id bigint default null)
returns setof app_public.customers
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  survivor bigint := coalesce(confirm_merge.for_customer_id, app_hidden.current_customer_id());
  message app_private.account_messages;
  others bigint[];
  other bigint;
begin
  if app_hidden.current_account_id() is null then
    perform app_hidden.refuse('unauthenticated', 'Sign in first.');
  elsif app_hidden.caller_is_unconfirmed() then
    perform app_hidden.refuse('email_not_confirmed', 'Confirm your e-mail address first.');
  elsif survivor is null or survivor <> all (app_hidden.current_customer_ids()) then
    perform app_hidden.refuse('customer_not_found', 'No such customer.');
  end if;
  if app_private.is_shard() then
    return next app_private.claim_by_link_in_shard(confirm_merge.token, survivor);
    return;
  end if;
  -- As in confirm_email, the link alone is not enough: it works for the account that asked for it. The owner of the
  -- other mailbox who opens the link of a stranger is not signed in to that account.
  message := app_private.merge_message_of(confirm_merge.token);
  if message.kind = 'account_merge' then
    survivor := app_hidden.current_customer_id();
    others := array(select app_private.mergeable_accounts(message.address));
  else
    others := array[message.record_customer_id];
  end if;
  -- The customers first, then the clinics' records, since a clinic may be changing the address, then the message: a
  -- second request with the token waits and finds it used.
  perform from app_public.customers c where c.id = any (others || survivor) order by c.id for no key update;
  perform from app_public.clinic_customers cc where cc.customer_id = any (others || survivor)
  order by cc.clinic_id, cc.customer_id for no key update;
  perform from app_private.account_messages m where m.id = message.id for update;
  message := app_private.merge_message_of(confirm_merge.token);
  if message.id is null or others = '{}' then
    perform app_hidden.refuse('merge_link_invalid', 'The link is not valid or no longer valid. Ask for a new one.');
  end if;
  select coalesce(c.merged_into_id, c.id) into survivor from app_public.customers c where c.id = survivor;

  if message.kind = 'record_claim' then
    if not exists (
         select from app_private.claimable_by_address(message.address) r
         where r.customer_id = message.record_customer_id) then
      perform app_hidden.refuse('merge_link_invalid', 'The link is not valid or no longer valid. Ask for a new one.');
    end if;
    return next app_private.merge_into(message.record_customer_id, survivor, 'address');
  else
    foreach other in array others loop
      -- There are no chains. If records were merged into the other account, that one survives.
      if exists (select from app_public.customers c where c.merged_into_id = other)
         and not exists (select from app_public.customers c where c.merged_into_id = survivor) then
        return next app_private.merge_into(survivor, other, 'accounts');
        survivor := other;
      else
        return next app_private.merge_into(other, survivor, 'accounts');
      end if;
    end loop;
    perform app_private.queue_account_message(
      (select coalesce(a.email, a.claimed_email) from app_private.accounts a where a.id = message.account_id),
      message.account_id, 'accounts_merged');
  end if;
  update app_private.account_messages m set token_expires_at = now() where m.id = message.id;
  perform app_private.renew_customer_ids();
end
$$;

comment on function app_public.confirm_merge is
'Merges what the caller asked for with request_account_merge or request_record_by_link, with the token of the link '
'that was mailed to the other address: another account of the caller''s, or the record of a clinic, which with '
'`for_customer_id` becomes that of a dependant. Returns the customers that were merged. A token works once, and only '
'for the account that asked. From the next request on, either account acts for the person; undo_merge reverses it. '
'Refuses unauthenticated, email_not_confirmed, customer_not_found (not a dependant), merge_link_invalid, '
'merge_not_possible, merged_visits_overlap; in a shard also global_database_first, shard_behind.';

grant execute on function app_public.confirm_merge to app_customer;
