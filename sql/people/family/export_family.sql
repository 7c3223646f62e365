create or replace function app_private.export_family(customer_id bigint) returns jsonb
language plpgsql stable set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
begin
  return jsonb_build_object(
    'dependants', (
      select coalesce(jsonb_agg(
        jsonb_build_object('customerId', d.id::text, 'fullName', d.full_name, 'birthDate', d.birth_date,
          'relation', g.relation, 'until', g.until, 'createdAt', g.created_at, 'endedAt', g.ended_at,
          'invitedAt', g.invited_at)
        order by g.created_at, d.id), '[]')
      from app_public.guardianships g join app_public.customers d on d.id = g.dependant_customer_id
      where g.guardian_customer_id = export_family.customer_id),
    'guardians', (
      select coalesce(jsonb_agg(
        jsonb_build_object('fullName', c.full_name, 'relation', g.relation, 'until', g.until,
          'createdAt', g.created_at, 'endedAt', g.ended_at,
          'invitedAt', g.invited_at)
        order by g.created_at, c.id), '[]')
      from app_public.guardianships g join app_public.customers c on c.id = g.guardian_customer_id
      where g.dependant_customer_id = export_family.customer_id),
    'mergedRecords', (
      select coalesce(jsonb_agg(
        jsonb_build_object('customerId', m.from_customer_id::text, 'basis', m.basis, 'mergedAt', m.merged_at,
          'undoneAt', m.undone_at)
        order by m.merged_at, m.id), '[]')
      from app_public.customer_merges m where m.into_customer_id = export_family.customer_id));
end
$$;

comment on function app_private.export_family is
'The dependants and guardians of a customer, and the records that were merged into it, as export_customer returns '
'them.';
