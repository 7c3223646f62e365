create or replace function app_private.follow_profiles(clinic_id bigint) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
begin
  -- The same triggers fire as when replication changes the profile; those that change people do not, since people are
  -- changed only in the global database.
  perform set_config('session_replication_role', 'replica', true);
  update app_public.clinic_customers cc
  set full_name = case when 'full_name' = any (cc.copied_from_profile) then c.full_name else cc.full_name end,
      email = case when 'email' = any (cc.copied_from_profile) then c.email else cc.email end,
      phone = case when 'phone' = any (cc.copied_from_profile) then c.phone else cc.phone end,
      preferred_channel = case
        when cc.preferred_channel = 'sms' and c.phone is null and 'phone' = any (cc.copied_from_profile) then null
        when cc.preferred_channel = 'email' and c.email is null and 'email' = any (cc.copied_from_profile) then null
        else cc.preferred_channel end
  from app_public.customers c
  where c.id = cc.customer_id and cc.clinic_id = follow_profiles.clinic_id
    and ('full_name' = any (cc.copied_from_profile) and cc.full_name is distinct from c.full_name
      or 'email' = any (cc.copied_from_profile) and cc.email is distinct from c.email
      or 'phone' = any (cc.copied_from_profile) and cc.phone is distinct from c.phone);
  perform set_config('session_replication_role', 'origin', true);
end
$$;

comment on function app_private.follow_profiles is
'Brings the records of a clinic up to date with the profiles that they follow: those that changed while the clinic was '
'moving from one database to another.';
