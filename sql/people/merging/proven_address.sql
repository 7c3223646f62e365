create or replace function app_private.proven_address() returns app_public.email_address
language plpgsql stable set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
begin
  return (
    select a.email from app_private.accounts a
    where a.id = app_hidden.current_account_id() and a.email_verified_at is not null and a.is_active);
end
$$;

comment on function app_private.proven_address is
'The caller''s e-mail address, if the caller has proved that it is theirs; otherwise null.';
