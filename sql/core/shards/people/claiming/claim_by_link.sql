create or replace function app_private.claim_by_link(asked jsonb) returns bigint
language plpgsql volatile set search_path = pg_catalog, public, pg_temp set timezone = 'UTC' as $$
declare
  survivor bigint := (asked ->> 'forCustomerId')::bigint;
  record_id constant bigint := (app_private.read_record_link(asked) ->> 'customerId')::bigint;
  message app_private.account_messages;
begin
  -- The customers first, then the message, as in confirm_merge.
  perform from app_public.customers c where c.id in (record_id, survivor) order by c.id for no key update;
  perform from app_private.account_messages m where m.record_customer_id = record_id order by m.id for update;
  message := app_private.merge_message_of(asked ->> 'token');
  if message.id is null or not app_private.is_unclaimed(record_id, message.address) or not exists (
       select from app_private.accounts a
       join app_public.customers c on c.account_id = a.id and c.is_active
       where a.id = message.account_id and a.is_active and a.email_verified_at is not null
         and survivor = any (app_private.customers_of_person(c.id))) then
    perform app_hidden.refuse('merge_link_invalid', 'The link is not valid or no longer valid. Ask for a new one.');
  end if;
  select coalesce(c.merged_into_id, c.id) into survivor from app_public.customers c where c.id = survivor;
  perform app_private.merge_into(record_id, survivor, 'address');
  update app_private.account_messages m set token_expires_at = now() where m.id = message.id;
  return record_id;
end
$$;

comment on function app_private.claim_by_link is
'A task of record_for_clinic: merges a record of a clinic in a shard into the person who opened the link of '
'app_private.ask_for_record, or into a dependant, and ends the link. Returns the record. Refuses merge_link_invalid, '
'merge_not_possible, merged_visits_overlap.';
