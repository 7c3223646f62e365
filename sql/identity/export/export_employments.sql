create or replace function app_private.export_employments(account_id bigint) returns jsonb
language plpgsql stable set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
begin
  return (
    select coalesce(jsonb_agg(
      jsonb_build_object('clinicId', e.clinic_id::text, 'role', e.role, 'fullName', e.full_name, 'email', e.email,
        'isActive', e.is_active, 'calendarLinks', (
          select coalesce(jsonb_agg(
            jsonb_build_object('doctorId', sf.doctor_id::text, 'createdAt', sf.created_at) order by sf.id), '[]')
          from app_private.staff_feeds sf
          where sf.clinic_id = e.clinic_id and sf.account_id = e.account_id))
      order by e.clinic_id, e.id), '[]')
    from app_public.employees e
    where e.account_id = export_employments.account_id
      -- Copies of those in shards, which export them with their calendars.
      and not exists (select from app_private.clinic_shards cs where cs.clinic_id = e.clinic_id));
end
$$;

comment on function app_private.export_employments is
'The employments of an account at the clinics of this database, as export_customer returns them.';
