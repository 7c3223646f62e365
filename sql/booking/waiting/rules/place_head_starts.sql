create or replace function app_private.place_head_starts(
  clinic_id bigint, from_time timestamptz, latest timestamptz, most int)
returns setof tstzrange
language plpgsql stable set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  policy app_public.policies;
  zone text;
  begins timestamptz := from_time;
  ends timestamptz;
  length interval;
  next_quiet timestamptz;
begin
  select p.* into policy from app_public.policies p where p.clinic_id = place_head_starts.clinic_id;
  select c.time_zone into zone from app_public.clinics c where c.id = place_head_starts.clinic_id;
  begins := coalesce(upper(app_private.quiet_hours(begins, zone, policy.quiet_from, policy.quiet_until)), begins);
  -- Shorter when the visit is near, so that everyone has a turn.
  length := least(policy.waiting_head_start, (latest - begins) / most);
  for i in 1 .. most loop
    begins := coalesce(upper(app_private.quiet_hours(begins, zone, policy.quiet_from, policy.quiet_until)), begins);
    exit when begins >= latest;
    ends := least(begins + length, latest);
    next_quiet := lower(app_private.quiet_hours(ends, zone, policy.quiet_from, policy.quiet_until));
    if next_quiet > begins and ends > next_quiet then
      -- Ends before the quiet hours if most of it fits. Otherwise it begins the next morning.
      if next_quiet - begins >= length / 2 then
        ends := next_quiet;
      else
        begins := upper(app_private.quiet_hours(next_quiet, zone, policy.quiet_from, policy.quiet_until));
        exit when begins >= latest;
        ends := least(begins + length, latest);
      end if;
    end if;
    return next tstzrange(begins, ends);
    begins := ends;
  end loop;
end
$$;

comment on function app_private.place_head_starts is
'Up to `most` head starts, one after the other, from `from_time` until `latest` at most: each as long as the clinic''s '
'waiting_head_start, shorter if there is too little time, and outside its quiet hours. Fewer if they do not fit. Not '
'empty if the first moment outside quiet hours is before `latest`.';
