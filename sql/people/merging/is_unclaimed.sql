create or replace function app_private.is_unclaimed(customer_id bigint, address app_public.email_address)
returns boolean
language plpgsql stable set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
begin
  return exists (
    select from app_public.customers c
    where c.id = is_unclaimed.customer_id
      and c.is_active and c.merged_into_id is null
      -- The customer belongs to nobody if it was never registered, or if it was registered by somebody who did not
      -- prove the address: that account was ended when the owner of the address proved it (end_unconfirmed_accounts).
      and not exists (
        select from app_private.accounts a
        where a.id = c.account_id and (a.email_verified_at is not null or a.password_hash is not null
          or a.claimed_email is distinct from is_unclaimed.address
          or exists (select from app_private.external_identities ei where ei.account_id = a.id)))
      and not exists (
        select from app_public.guardianships g
        where g.dependant_customer_id = c.id and g.ended_at is null and (g.until is null or g.until > current_date))
      and not exists (select from app_private.erasures e where e.customer_id = c.id));
end
$$;

comment on function app_private.is_unclaimed is
'Whether a customer belongs to nobody, so that somebody who has proved an address may claim it if a clinic has '
'recorded it with this address. A shard has no hashes of passwords, so there the answer may be true for a registered '
'customer; the global database decides.';
