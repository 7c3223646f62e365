create or replace function app_private.remove_unconfirmed_accounts(batch int, at timestamptz) returns int
language plpgsql volatile set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  before timestamptz := remove_unconfirmed_accounts.at
    - (select l.kept from app_private.unconfirmed_limits l);
  account record;
  removed int := 0;
begin
  for account in
    select a.id, c.id as customer_id from app_private.accounts a join app_public.customers c on c.account_id = a.id
    where a.email_verified_at is null and a.is_active and not a.is_admin and a.created_at < before
      and not exists (select from app_public.employees e where e.account_id = a.id)
      and not exists (select from app_private.external_identities ei where ei.account_id = a.id)
      -- What the desk has added to its record is the clinic's.
      and not exists (
        select from app_public.clinic_customers cc
        where cc.customer_id = c.id and (cc.notes is not null or cc.copied_from_profile <> '{full_name,email,phone}'))
      and not app_private.has_lasting_booking(c.id, before)
    order by a.created_at limit remove_unconfirmed_accounts.batch
    for update of c, a skip locked
  loop
    -- Checked again, now that the customer is locked and no booking can be added.
    continue when app_private.has_lasting_booking(account.customer_id, before);
    begin
      -- A record in a shard may refer to the customer, which no foreign key of this database sees.
      if exists (select from app_private.shards) then
        perform app_public.erase_customer(account.customer_id);
      else
        delete from app_public.customers c where c.id = account.customer_id;
        delete from app_private.accounts a where a.id = account.id;
      end if;
    exception when foreign_key_violation then
      -- The history of a slot or a clinic's record refers to the customer.
      perform app_public.erase_customer(account.customer_id);
    end;
    removed := removed + 1;
  end loop;
  return removed;
end
$$;

comment on function app_private.remove_unconfirmed_accounts is
'Removes accounts whose address nobody has confirmed within the time that app_private.unconfirmed_limits gives them '
'and that have no booking (has_lasting_booking), up to `batch`, and returns how many. If a clinic''s record refers to '
'the customer, the customer is erased (erase_customer).';
