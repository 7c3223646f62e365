create or replace function app_private.plan_reminders(at timestamptz default now(), ahead interval default '24 hours')
returns int
language plpgsql volatile
-- Rows may be added faster than the table is analysed. A plan made for the few rows before that joined every row with
-- every other and repeated the whole distribution for each: 16 s for 1,500 reminders.
set enable_nestloop = off
set jit = off
set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  planned int;
begin
  -- Each reminder is sent as late as possible: of n reminders due at one instant, the i-th is sent (n - i) / rate
  -- before it. In general, in the order of due times, a reminder is sent at the minimum of (due time of j) - (j - i)
  -- / rate over itself and all j after it. The rows are read from the last one back, so that a running minimum is
  -- enough; a window frame that begins at each row would be computed anew for each (20,000 reminders: 80 s).
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
    -- A reminder that would be moved into the quiet hours is due before them, and distributed again from there.
    select l.*, extract(epoch from coalesce(
      app_private.before_quiet_hours(to_timestamp(l.leaves), l.time_zone, l.quiet_from, l.quiet_until),
        l.due_at)) as due_again
    from latest l
  ), numbered_again as (
    select o.*, row_number() over (partition by o.channel order by o.due_again, o.id) / o.per_second as place_again
    from out_of_quiet_hours o
  ), latest_again as (
    select n.*, min(n.due_again - n.place_again) over (
      partition by n.channel order by n.due_again desc,
        n.id desc rows unbounded preceding) + n.place_again as leaves_again
    from numbered_again n
  ), plan as materialized (
    select l.clinic_id, l.id, least(to_timestamp(l.leaves_again), l.due_at) as send_after from latest_again l
    -- This runs every minute while bookings come in: a shift of seconds is not worth a write.
    where abs(extract(epoch from coalesce(l.send_after, l.due_at)) - l.leaves_again) > 5
  ), locked as materialized (
    -- A reminder that is locked is just being dropped or sent. Waiting for it while others are locked could deadlock.
    select n.clinic_id, n.id, p.send_after
    from plan p join app_public.notifications n on n.clinic_id = p.clinic_id and n.id = p.id
    where n.state = 'pending' and n.attempts = 0
    for no key update of n skip locked
  ), written as (
    update app_public.notifications n set send_after = l.send_after
    from locked l where n.clinic_id = l.clinic_id and n.id = l.id
    returning n.id
  )
  select count(*) into planned from written;
  return planned;
end
$$;

comment on function app_private.plan_reminders is
'Distributes the reminders due between `at` and `ahead` later so that no channel exceeds its rate '
'(app_private.channels): each is sent at its due time or earlier, never later, and not in the quiet hours. Returns '
'how many got another time. Called by the job plan_reminders.';
