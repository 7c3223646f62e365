create or replace function app_private.create_policy_of_new_clinic() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  insert into app_public.policies (clinic_id) values (NEW.id);
  return NEW;
end
$$;

comment on function app_private.create_policy_of_new_clinic is
'Trigger: creates the policy of a new clinic with the defaults of app_public.policies, so that every clinic has a '
'policy.';
