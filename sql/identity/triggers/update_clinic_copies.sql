create or replace function app_private.update_clinic_copies() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  update app_public.clinic_customers cc
  set full_name = case when 'full_name' = any (cc.copied_from_profile) then NEW.full_name else cc.full_name end,
      email = case when 'email' = any (cc.copied_from_profile) then NEW.email else cc.email end,
      phone = case when 'phone' = any (cc.copied_from_profile) then NEW.phone else cc.phone end,
      -- If the clinic's record loses the address of its chosen channel, the choice is removed.
      preferred_channel = case
        when cc.preferred_channel = 'sms' and NEW.phone is null and 'phone' = any (cc.copied_from_profile) then null
        when cc.preferred_channel = 'email' and NEW.email is null and 'email' = any (cc.copied_from_profile) then null
        else cc.preferred_channel end
  where cc.customer_id = NEW.id and cc.copied_from_profile <> '{}';
  return null;
end
$$;

comment on function app_private.update_clinic_copies is
'Trigger on customers: copies a changed name or contact to the records of those clinics that copied it from the '
'profile and have not edited their copy.';
