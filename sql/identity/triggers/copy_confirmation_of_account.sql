create or replace function app_private.copy_confirmation_of_account() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
begin
  if TG_TABLE_NAME = 'accounts' then
    update app_public.customers c set email_verified_at = NEW.email_verified_at where c.account_id = NEW.id;
  else
    NEW.email_verified_at := (select a.email_verified_at from app_private.accounts a where a.id = NEW.account_id);
  end if;
  return NEW;
end
$$;

comment on function app_private.copy_confirmation_of_account is
'Trigger on accounts and customers: a customer with an account is confirmed when the account is. Because of this '
'copy, the jobs that send messages need not read the account.';
