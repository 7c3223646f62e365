create or replace function app_private.claim_for_shard(asked jsonb) returns void
language plpgsql volatile set search_path = pg_catalog, public, pg_temp set timezone = 'UTC' as $$
declare
  account bigint;
  survivor bigint := (asked ->> 'forCustomerId')::bigint;
  record_id constant bigint := (asked ->> 'customerId')::bigint;
begin
  -- Before the account is compared: it may be erased or closed at the moment.
  perform from app_public.customers c where c.id in (record_id, survivor) order by c.id for no key update;
  select a.id into account
  from app_private.accounts a
  join app_public.customers c on c.account_id = a.id and c.is_active
  where a.id = (asked ->> 'accountId')::bigint and a.is_active and a.email_verified_at is not null
    and a.email = (asked ->> 'email')::app_public.email_address
    and survivor = any (app_private.customers_of_person(c.id));
  if account is null
     or not (app_private.is_unclaimed(record_id, (asked ->> 'email')::app_public.email_address)
       or record_id = any (app_private.ids_of_person(survivor))) then
    perform app_hidden.refuse('customer_not_claimable', 'There is no such record with your e-mail address.',
      jsonb_build_object('customerId', record_id::text));
  end if;
  -- For the record of the merge.
  perform set_config('medislot.account_id', account::text, true);
  select coalesce(c.merged_into_id, c.id) into survivor from app_public.customers c where c.id = survivor;
  if record_id <> all (app_private.ids_of_person(survivor)) then
    perform app_private.merge_into(record_id, survivor, 'address');
  end if;
end
$$;

comment on function app_private.claim_for_shard is
'A task of record_for_clinic: merges a record of a clinic in a shard into the person who claims it, or a dependant. '
'The shard has compared the address that the clinic has recorded with the account''s; this function checks that the '
'account has proved the address and that nobody has claimed the record. Refuses customer_not_claimable, '
'merge_not_possible, merged_visits_overlap.';
