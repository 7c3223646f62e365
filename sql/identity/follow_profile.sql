create or replace function app_private.follow_profile() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  update app_public.clinic_customers cc
  set full_name = case when 'full_name' = any (cc.copied_from_profile) then NEW.full_name else cc.full_name end,
      email = case when 'email' = any (cc.copied_from_profile) then NEW.email else cc.email end,
      phone = case when 'phone' = any (cc.copied_from_profile) then NEW.phone else cc.phone end,
      -- Without the number that it would need, the clinic's choice of a channel has no effect.
      preferred_channel = case
        when cc.preferred_channel = 'sms' and NEW.phone is null and 'phone' = any (cc.copied_from_profile) then null
        when cc.preferred_channel = 'email' and NEW.email is null and 'email' = any (cc.copied_from_profile) then null
        else cc.preferred_channel end
  where cc.customer_id = NEW.id and cc.copied_from_profile <> '{}';
  return null;
end
$$;

comment on function app_private.follow_profile() is
'Trigger of customers: brings a changed name or contact to the clinics that copied it and have not edited their copy.';

revoke all on function app_private.follow_profile() from public;
