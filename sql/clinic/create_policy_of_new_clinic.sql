create or replace function app_private.create_policy_of_new_clinic() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  insert into app_public.policies (clinic_id) values (NEW.id);
  return NEW;
end
$$;

comment on function app_private.create_policy_of_new_clinic() is
'Trigger: every clinic has its policy from the first moment, with the defaults of app_public.policies. No function ever has to ask whether there is one.';

revoke all on function app_private.create_policy_of_new_clinic() from public;
