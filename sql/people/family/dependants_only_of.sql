create or replace function app_private.dependants_only_of(guardian_ids bigint[]) returns bigint[]
language plpgsql stable set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
begin
  return array(
    select distinct d.id
    from app_public.guardianships g join app_public.customers d on d.id = g.dependant_customer_id
    where g.guardian_customer_id = any (guardian_ids) and g.ended_at is null
      and (g.until is null or g.until > current_date) and d.is_active and d.account_id is null
      and not exists (
        select from app_public.guardianships o join app_public.customers c on c.id = o.guardian_customer_id
        where o.dependant_customer_id = d.id and o.guardian_customer_id <> all (guardian_ids) and o.ended_at is null
          and (o.until is null or o.until > current_date) and c.is_active)
    order by d.id);
end
$$;

comment on function app_private.dependants_only_of is
'The dependants for whom nobody but these guardians acts, by id: they leave and are erased together with their '
'guardian.';
