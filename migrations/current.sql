-- Enter migration here














-- Pages show what PostgreSQL's clocks show, and slots follow when an update of its time zone data changes the rules of a zone.
do $$
begin
  if to_regtype('app_public.utc_offset') is null then
    create type app_public.utc_offset as (time_zone text, since timestamptz, seconds int);
  end if;
end
$$;
comment on type app_public.utc_offset is 'From when on a time zone is how far from UTC.';
comment on column app_public.utc_offset.seconds is 'By how much its clocks are ahead of UTC; negative where they are behind.';
create table if not exists app_private.time_zone_rules (
  time_zone text not null,
  from_time timestamptz not null,
  to_time timestamptz not null,
  offsets app_public.utc_offset[] not null,
  changed_at timestamptz,
  constraint a_time_zone_has_its_rules_once primary key (time_zone)
);
comment on table app_private.time_zone_rules is 'By which offsets slots were made, per time zone: what app_private.note_time_zone_rules found in PostgreSQL''s time zone data.';
comment on column app_private.time_zone_rules.changed_at is 'When it was found that PostgreSQL computes by other rules now. The old ones stay here until the slots have been moved.';
alter table app_private.time_zone_rules enable row level security;
-- Deferred by move_slots_to_their_clock alone.
alter table app_public.bookings alter constraint live_bookings_are_of_a_booked_slot deferrable initially immediate;
--! include schedule/utc_offset_at.sql
--! include schedule/utc_offsets_of.sql
--! include schedule/utc_offsets.sql
--! include schedule/clinic_utc_offsets.sql
--! include schedule/slots_off_their_clock.sql
--! include schedule/note_time_zone_rules.sql
--! include schedule/changed_time_zones.sql
--! include schedule/move_slots_to_their_clock.sql

-- A message without an address fails at once, and the result of what the clinic cancels says who has to be phoned.
--! include core/error_codes.sql
drop function if exists app_private.choose_channel(bigint, bigint, app_public.notification_kind);
--! include notification/choose_channel.sql
--! include notification/queue_notifications.sql
--! include notification/reconcile_reminders.sql
--! include notification/is_permanent_failure.sql
--! include notification/send_again.sql
--! include notification/has_address.sql
--! include notification/late_notifications.sql
--! include notification/customers_without_address.sql
--! include booking/bookings_to_phone.sql
--! include schedule/withdraw_day.sql
--! include schedule/withdraw_slot.sql
--! include clinic/deactivate_doctor.sql
--! include clinic/deactivate_clinic.sql
