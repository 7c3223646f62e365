create or replace function app_hidden.clinic_changes(
  clinic_id bigint, event_ids bigint[], slot_date date default null, out seen_event_ids bigint[], out booking_slot_ids bigint[])
language plpgsql stable security definer set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
begin
  -- Asked again for each notification: who is sent away in between learns nothing more.
  perform app_private.require_clinic_role(clinic_changes.clinic_id, 'staff');
  select array_agg(e.id order by e.id), array_agg(distinct e.booking_slot_id)
    into seen_event_ids, booking_slot_ids
  from app_public.events e
  join app_public.booking_slots bs on bs.clinic_id = e.clinic_id and bs.id = e.booking_slot_id
  where e.clinic_id = clinic_changes.clinic_id and e.id = any (clinic_changes.event_ids)
    and (clinic_changes.slot_date is null or bs.slot_date = clinic_changes.slot_date);
end
$$;

comment on function app_hidden.clinic_changes(bigint, bigint[], date) is
'Which of some events of a clinic are of slots on a local date (null for any), and which slots those are; nulls when none. For the subscription clinicDay, which gets the ids from publish_events. Refuses (unauthenticated, forbidden) who does not work in the clinic.';

revoke all on function app_hidden.clinic_changes(bigint, bigint[], date) from public;
grant execute on function app_hidden.clinic_changes(bigint, bigint[], date) to app_anonymous;
