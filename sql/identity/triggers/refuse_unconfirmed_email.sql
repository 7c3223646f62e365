create or replace function app_private.refuse_unconfirmed_email() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  if app_private.caller_is_operator()
     or NEW.email = (select coalesce(a.email, a.claimed_email) from app_private.accounts a where a.id = NEW.account_id)
  then
    return NEW;
  end if;
  perform app_hidden.refuse('email_needs_confirmation',
    'A new e-mail address takes effect when you have confirmed it. Use changeEmail.', '{"argument": "email"}');
end
$$;

comment on function app_private.refuse_unconfirmed_email is
'Trigger on customers: refuses (email_needs_confirmation) an address that is not that of the account, since messages '
'would be sent to somebody who has not agreed. Operators may write any address.';
