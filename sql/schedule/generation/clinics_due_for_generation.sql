create or replace function app_private.clinics_due_for_generation() returns table (clinic_id bigint, due_at timestamptz)
language plpgsql stable set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
begin
  return query
    select c.id, w.due_at
    from app_public.clinics c
    join app_public.policies p on p.clinic_id = c.id
    cross join lateral (
      select app_private.last_generation_time(now(), c.time_zone, p.generation_weekday, p.generation_time) as due_at
    ) w
    -- Runs that were due before the clinic existed are left out.
    where c.is_active and w.due_at >= c.created_at
      and not exists (select from app_private.clinic_shards cs where cs.clinic_id = c.id)
      and not exists (select from app_public.slot_generation_runs r where r.clinic_id = c.id and r.due_at >= w.due_at)
    order by c.id;
end
$$;

comment on function app_private.clinics_due_for_generation is
'The clinics whose weekly slot generation (policies.generation_weekday, generation_time, in the clinic''s time zone) '
'is due and has not run, also if it became due while no worker was running.';
