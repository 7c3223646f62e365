create or replace function app_private.invite_grown_up_dependants(at timestamptz default now()) returns int
language plpgsql volatile set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  today date := invite_grown_up_dependants.at::date;
  invited int := 0;
  grown_up record;
begin
  -- People are changed in the global database only.
  if app_private.is_shard() then
    return 0;
  end if;
  for grown_up in
    select g.guardian_customer_id, g.dependant_customer_id, own.email, own.language
    from app_public.guardianships g
    join app_public.customers d on d.id = g.dependant_customer_id
    cross join lateral (
      -- The dependant's own address, as some clinic has it: not one of a guardian, past or present.
      select cc.email, coalesce(cc.preferred_language, p.language) as language
      from app_public.clinic_customers cc join app_public.policies p on p.clinic_id = cc.clinic_id
      where cc.customer_id = d.id and cc.email is not null and not exists (
        select from app_public.guardianships o join app_public.customers c on c.id = o.guardian_customer_id
        left join app_public.clinic_customers oc on oc.customer_id = c.id
        where o.dependant_customer_id = d.id and cc.email in (c.email, oc.email))
      order by cc.clinic_id limit 1) own
    where g.until <= today and g.until > today - 365 and g.ended_at is null and g.invited_at is null
      and d.is_active and d.account_id is null and d.merged_into_id is null
      and not exists (
        select from app_public.guardianships o
        where o.dependant_customer_id = d.id and o.ended_at is null and (o.until is null or o.until > today))
    order by g.dependant_customer_id, g.guardian_customer_id
    for update of g skip locked
  loop
    -- Once, however many guardians there were.
    update app_public.guardianships g set invited_at = invite_grown_up_dependants.at
    where g.dependant_customer_id = grown_up.dependant_customer_id and g.invited_at is null;
    continue when not found;
    perform app_private.queue_account_message(grown_up.email, null, 'grown_up', grown_up.language,
      record_customer_id => grown_up.dependant_customer_id);
    invited := invited + 1;
  end loop;
  return invited;
end
$$;

comment on function app_private.invite_grown_up_dependants is
'Invites dependants whose last guardianship has reached its day, such as the 18th birthday, to an account of their '
'own, once, and returns how many. The mail goes to the address that a clinic has recorded for the dependant, if it is '
'none of a guardian''s: someone who registers with it and confirms it finds the visits (claimable_records). If no '
'clinic knows such an address yet, the dependant is invited when one does, within a year. Called by the job '
'invite_grown_up_dependants.';
