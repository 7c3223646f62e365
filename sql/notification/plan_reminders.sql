create or replace function app_private.plan_reminders(at timestamptz default now(), ahead interval default '24 hours') returns int
language plpgsql volatile
-- Bookings may come in faster than the table is analysed. A plan for the handful of rows that there were joined each to each, and computed
-- the whole spreading anew for each: 16 s for 1,500 reminders.
set enable_nestloop = off
set jit = off
set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  planned int;
begin
  -- Each as late as it may be: of n reminders due by one instant the i-th leaves (n - i) / rate before it. In general, in the order of
  -- the due times, at the least of (due time of j) - (j - i) / rate over itself and all j after it. Looked at from the last one back, where
  -- the least so far is kept; a frame that begins at each row would be computed anew for each (20,000 reminders: 80 s).
  with waiting as materialized (
    select n.clinic_id, n.id, n.channel, n.due_at, n.send_after, ch.per_second, c.time_zone, p.quiet_from, p.quiet_until
    from app_public.notifications n
    join app_private.channels ch on ch.channel = n.channel
    join app_public.clinics c on c.id = n.clinic_id
    join app_public.policies p on p.clinic_id = n.clinic_id
    where n.state = 'pending' and n.kind = 'booking_reminder' and n.attempts = 0
      and n.due_at > plan_reminders.at and n.due_at <= plan_reminders.at + plan_reminders.ahead
  ), numbered as (
    select w.*, extract(epoch from w.due_at) as due, row_number() over in_order / w.per_second as place
    from waiting w window in_order as (partition by w.channel order by w.due_at, w.id)
  ), latest as (
    select n.*, min(n.due - n.place) over (
      partition by n.channel order by n.due desc, n.id desc rows unbounded preceding) + n.place as leaves
    from numbered n
  ), out_of_quiet_hours as (
    -- What would be spread into the quiet hours is due before them, and spread again from there.
    select l.*, extract(epoch from coalesce(
      app_private.before_quiet_hours(to_timestamp(l.leaves), l.time_zone, l.quiet_from, l.quiet_until), l.due_at)) as due_again
    from latest l
  ), numbered_again as (
    select o.*, row_number() over (partition by o.channel order by o.due_again, o.id) / o.per_second as place_again
    from out_of_quiet_hours o
  ), latest_again as (
    select n.*, min(n.due_again - n.place_again) over (
      partition by n.channel order by n.due_again desc, n.id desc rows unbounded preceding) + n.place_again as leaves_again
    from numbered_again n
  ), plan as materialized (
    select l.clinic_id, l.id, least(to_timestamp(l.leaves_again), l.due_at) as send_after from latest_again l
    -- Planned again and again while bookings come in: a shift of seconds is not worth a write.
    where abs(extract(epoch from coalesce(l.send_after, l.due_at)) - l.leaves_again) > 5
  ), written as (
    update app_public.notifications n set send_after = p.send_after
    from plan p where n.clinic_id = p.clinic_id and n.id = p.id and n.state = 'pending' and n.attempts = 0
    returning n.id
  )
  select count(*) into planned from written;
  return planned;
end
$$;

comment on function app_private.plan_reminders(timestamptz, interval) is
'Spreads the reminders due between `at` and `ahead` later so that no channel has more than its rate (app_private.channels): each at its due time or earlier, none later, none in the quiet hours. Returns how many got another time. Called by the job plan_reminders.';

revoke all on function app_private.plan_reminders(timestamptz, interval) from public;
