create or replace function app_private.note_time_zone_rules() returns setof app_private.time_zone_rules
language plpgsql volatile set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
begin
  -- Only one transaction at a time: of two that find a change, the second finds it recorded.
  perform pg_advisory_xact_lock(hashtextextended('medislot time zone rules', 0));
  delete from app_private.time_zone_rules r
  where not exists (select from app_public.clinics c where c.time_zone = r.time_zone);
  insert into app_private.time_zone_rules as r (time_zone, from_time, to_time, offsets)
  select zone.time_zone, span.from_time, span.to_time,
    app_private.utc_offsets_of(zone.time_zone, span.from_time, span.to_time)
  from (select distinct c.time_zone from app_public.clinics c) zone
  -- From before the earliest slot that is not over until after the latest slot.
  cross join (select date_trunc('day', now()) - interval '7 days' as from_time,
    date_trunc('day', now()) + interval '4 years' as to_time) span
  on conflict on constraint a_time_zone_has_its_rules_once do update
    set from_time = excluded.from_time, to_time = excluded.to_time, offsets = excluded.offsets, changed_at = null
    -- Rules under which slots were made are kept until these slots are moved: see slots_at_wrong_local_times.
    where r.offsets = app_private.utc_offsets_of(r.time_zone, r.from_time, r.to_time)
      or r.changed_at is not null and not exists (
        select from app_public.clinics c cross join lateral app_private.slots_at_wrong_local_times(c.id)
        where c.time_zone = r.time_zone);
  update app_private.time_zone_rules r set changed_at = now()
  where r.changed_at is null and r.offsets <> app_private.utc_offsets_of(r.time_zone, r.from_time, r.to_time);
  return query select r.* from app_private.time_zone_rules r where r.changed_at is not null order by r.time_zone;
end
$$;

comment on function app_private.note_time_zone_rules is
'Records the offsets by which PostgreSQL computes the local times of each clinic''s time zone. Returns the zones '
'whose recorded offsets differ from the present ones, because the time zone data was updated, as long as slots are '
'at the times of the old offsets. For the daily job compare_time_zones.';
