create or replace function app_private.clinics_with_changed_templates(at timestamptz default now())
returns table (clinic_id bigint)
language plpgsql stable set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
begin
  return query
    select sc.clinic_id from app_private.schedule_changes sc
    join app_public.clinics c on c.id = sc.clinic_id and c.is_active
    where sc.changed_at <= clinics_with_changed_templates.at - interval '1 minute'
    order by sc.clinic_id;
end
$$;

comment on function app_private.clinics_with_changed_templates is
'Clinics whose templates or time slots were changed, the last time at least a minute ago.';
