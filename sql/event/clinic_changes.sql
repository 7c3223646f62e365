create or replace function app_hidden.clinic_changes(
  clinic_id bigint, event_ids bigint[], slot_date date default null,
  changed_slot_ids bigint[] default '{}', out seen_event_ids bigint[], out booking_slot_ids bigint[])
language plpgsql stable security definer set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
begin
  -- Checked for each notification: a caller whose employment has ended receives nothing more.
  perform app_private.require_clinic_role(clinic_changes.clinic_id, 'staff');
  select array_agg(e.id order by e.id), array_agg(distinct e.booking_slot_id)
    into seen_event_ids, booking_slot_ids
  from app_public.events e
  join app_public.booking_slots bs on bs.clinic_id = e.clinic_id and bs.id = e.booking_slot_id
  where e.clinic_id = clinic_changes.clinic_id and e.id = any (clinic_changes.event_ids)
    and (clinic_changes.slot_date is null or bs.slot_date = clinic_changes.slot_date);
  if changed_slot_ids <> '{}' then
    select array_agg(bs.id order by bs.id) into booking_slot_ids
    from app_public.booking_slots bs
    where bs.clinic_id = clinic_changes.clinic_id
      and (bs.id = any (changed_slot_ids) or bs.id = any (clinic_changes.booking_slot_ids))
      and (clinic_changes.slot_date is null or bs.slot_date = clinic_changes.slot_date);
  end if;
end
$$;

comment on function app_hidden.clinic_changes is
'The events among the given ones that concern slots of a clinic on a local date (null for any date), and these slots '
'with those of `changed_slot_ids` on that date; nulls if there are none. For the subscription clinicDay, which '
'receives the ids of events from publish_events, and the ids of slots from enter, which records no event. Refuses '
'unauthenticated, forbidden (callers who do not work in the clinic).';

grant execute on function app_hidden.clinic_changes to app_anonymous;
