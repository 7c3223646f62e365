create or replace function app_public.current_person() returns app_public.person
language plpgsql stable security definer set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  me app_public.person;
begin
  -- Returns data of the verified caller only: the id comes from the token, not from an argument.
  select a.id, coalesce(a.email, a.claimed_email), a.is_admin, c.id, c.full_name, a.email_verified_at is not null,
    a.new_email
    into me.account_id, me.email, me.is_admin, me.customer_id, me.full_name, me.email_is_confirmed, me.new_email
  from app_private.accounts a
  left join app_public.customers c on c.id = app_hidden.current_customer_id()
  where a.id = app_hidden.current_account_id();
  if me.account_id is null then
    return null;
  end if;
  me.staff_clinic_ids := app_hidden.staff_clinic_ids();
  me.desk_clinic_ids := app_hidden.desk_clinic_ids();
  me.manager_clinic_ids := app_hidden.manager_clinic_ids();
  me.customer_ids := app_hidden.current_customer_ids();
  return me;
end
$$;

comment on function app_public.current_person is
'The caller: account, customer, and the clinics they work for, by right. Null for anonymous callers.';

grant execute on function app_public.current_person to app_anonymous;
