create or replace function app_private.desk_may_book_for(
  customer_id bigint, address app_public.email_address default null) returns boolean
language plpgsql stable set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
begin
  return exists (
    select from app_public.customers c
    where c.id = desk_may_book_for.customer_id and c.is_active
      and (c.account_id is null or c.email_verified_at is not null
        and (desk_may_book_for.address is null or c.email = desk_may_book_for.address)));
end
$$;

comment on function app_private.desk_may_book_for is
'Whether a clinic''s desk may book for a customer in its records: not for one who removed the account, and not for one '
'who registered and has not confirmed the e-mail address, since it may be a stranger who used the patient''s name and '
'address. With `address`, an account must have confirmed this very address.';
