create or replace function app_private.move_slots_to_new_zone() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  -- Zones are up to 26 hours apart, so a slot ahead in the old zone may be dated two days before today in the new one.
  since date := (now() at time zone NEW.time_zone)::date - 2;
  taken jsonb;
  slot_ids bigint[];
  durings tstzrange[];
begin
  -- In the common order of locks. This waits for slots that are being booked; the statements below see their bookings.
  perform from app_public.booking_slots bs
  where bs.clinic_id = NEW.id and bs.slot_date >= since and not bs.superseded
  order by bs.id
  for no key update;

  select jsonb_agg(jsonb_build_object('bookingSlotId', bs.id::text, 'startsAt', bs.starts_at, 'status', bs.status)
    order by bs.starts_at, bs.id)
  into taken
  from app_public.booking_slots bs
  where bs.clinic_id = NEW.id and bs.slot_date >= since and bs.starts_at > now()
    and (bs.status = 'booked' or bs.status = 'held' and bs.held_until > now());
  if taken is not null then
    perform app_hidden.refuse('time_zone_in_use',
      format('%s bookings and holds lie ahead in the present time zone.', jsonb_array_length(taken)),
        jsonb_build_object('slots', taken));
  end if;

  -- An absence keeps its local dates and times, too.
  update app_public.absences a
  set during = app_private.absence_range(a.first_date, a.last_date, a.start_time, a.end_time, NEW.time_zone)
  where a.clinic_id = NEW.id and a.last_date >= since;
  -- Busy times of external calendars are instants: they are read again.
  update app_private.external_calendar_access a set etag = null, retry_at = now() where a.clinic_id = NEW.id;
  -- Withdrawn slots are moved as well, since they may be opened again later. Slots that are over in both zones do not
  -- change.
  select array_agg(m.id), array_agg(m.new_during) into slot_ids, durings
  from (
    select bs.id, bs.starts_at, bs.during,
      app_hidden.local_range(bs.slot_date, ts.start_time, ts.end_time, NEW.time_zone) as new_during
    from app_public.booking_slots bs
    join app_public.time_slots ts on ts.clinic_id = bs.clinic_id and ts.id = bs.time_slot_id
    where bs.clinic_id = NEW.id and bs.slot_date >= since and not bs.superseded and bs.status <> 'booked'
  ) m
  where m.new_during is distinct from m.during and (m.starts_at > now() or lower(m.new_during) > now());
  perform app_private.set_event_reason('time zone changed');
  perform from app_private.replace_slots(NEW.id, slot_ids, durings);
  perform app_private.set_event_reason(null);
  -- Local times that the clocks skip in one zone exist in the other.
  insert into app_private.schedule_changes as sc (clinic_id) values (NEW.id)
  on conflict on constraint a_clinic_has_changes_or_not do update
    set changed_at = greatest(now(), sc.changed_at + interval '1 microsecond');
  return null;
end
$$;

comment on function app_private.move_slots_to_new_zone is
'Trigger: when a clinic gets another time zone, its free and withdrawn slots ahead are replaced by slots at the same '
'local times in the new zone, and its absences move as well. Refuses (time_zone_in_use, listing them) while bookings '
'or holds lie ahead.';
