create or replace function app_public.register_customer(email text, password text, full_name text, phone text default null)
returns app_public.auth_tokens
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
declare
  account_id bigint;
begin
  if register_customer.password is null then
    -- An account without a password is for operators to make.
    perform app_hidden.refuse('weak_password', 'A password is needed.', '{"argument": "password"}');
  end if;
  account_id := app_private.create_account(register_customer.email, register_customer.password);
  if coalesce(btrim(register_customer.full_name), '') = '' then
    perform app_hidden.refuse('invalid_argument', 'A name is needed.', '{"argument": "fullName"}');
  end if;
  insert into app_public.customers (account_id, full_name, email, phone)
  values (account_id, btrim(register_customer.full_name), btrim(register_customer.email)::public.citext, nullif(btrim(register_customer.phone), ''));
  return app_private.start_session(account_id);
end
$$;

comment on function app_public.register_customer(text, text, text, text) is
'Registers a patient with an account of their own and signs them in. Open to everybody. Refuses email_taken, invalid_email, weak_password, invalid_argument.';

revoke all on function app_public.register_customer(text, text, text, text) from public;
grant execute on function app_public.register_customer(text, text, text, text) to app_anonymous;
