create or replace function app_private.correct_local_times_of_slots(
  clinic_id bigint, out slots_moved int, out bookings_moved int, out slots_left int)
language plpgsql volatile set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  clinic app_public.clinics := app_private.lock_schedule(correct_local_times_of_slots.clinic_id);
  off_ids bigint[];
  new_durings tstzrange[];
  old app_public.booking_slots[];
  moved record;
  new_ids bigint[];
  booking app_public.bookings;
begin
  -- From here on new slots count as made by the new rules.
  perform app_private.note_time_zone_rules();
  update app_public.absences a
  set during = app_private.absence_range(a.first_date, a.last_date, a.start_time, a.end_time, clinic.time_zone)
  where a.clinic_id = clinic.id and upper(a.during) > now();
  -- In the common order of locks. This waits for slots that are being booked; the statements below see their bookings.
  perform from app_public.booking_slots bs
  where bs.clinic_id = clinic.id and bs.starts_at > now() and bs.status <> 'withdrawn'
  order by bs.id
  for update;
  with off as materialized (
    select o.* from app_private.slots_at_wrong_local_times(clinic.id) o
  ), torn as (
    -- Visits whose slots do not all move, or would not adjoin each other any more, are left for the desk.
    select b.id
    from app_public.bookings b
    join app_public.booking_slots bs
      on bs.clinic_id = b.clinic_id and (bs.id = b.booking_slot_id or bs.head_slot_id = b.booking_slot_id)
    left join off o on o.booking_slot_id = bs.id
    where b.clinic_id = clinic.id and b.id in (select o.booking_id from off o)
    group by b.id
    having count(*) > count(o.new_during)
      -- Those that were booked before an absence was added have to be moved elsewhere anyway.
      or bool_or(app_private.absence_covering(bs.clinic_id, bs.doctor_id, o.new_during) is not null)
      or range_agg(o.new_during) <> multirange(range_merge(range_agg(o.new_during)))
  )
  select array_agg(o.booking_slot_id), array_agg(o.new_during) into off_ids, new_durings
  from off o
  where o.new_during is not null and not exists (select from torn t where t.id = o.booking_id);
  select array_agg(bs) into old from app_public.booking_slots bs
  where bs.clinic_id = clinic.id and bs.id = any (off_ids);

  -- The hours of a slot never change: new slots take the places of the old ones, which all give them up first. Until
  -- the bookings are moved to the new slots, they refer to withdrawn ones.
  set constraints app_public.live_bookings_are_of_a_booked_slot deferred;
  perform app_private.set_event_reason('time zone rules changed');
  update app_public.booking_slots bs
  set status = 'withdrawn', superseded = true, customer_id = null, held_until = null, head_slot_id = null
  where bs.clinic_id = clinic.id and bs.id = any (off_ids);
  slots_moved := 0;
  bookings_moved := 0;
  for moved in
    select w.*, o.status, o.starts_at
    from unnest(old) o
    cross join lateral (
      select o.id as old_id, o.doctor_id, o.time_slot_id, o.slot_date, o.from_template, o.service_id, o.head_slot_id,
        new_durings[array_position(off_ids, o.id)] as during) w
    -- Booked slots come first, because they must get their new places. Two adjoining bookings of one customer must not
    -- overlap meanwhile: if slots move to a later time, the last one is moved first.
    order by o.status = 'booked' desc, lower(w.during) > o.starts_at desc,
      extract(epoch from o.starts_at) * case when lower(w.during) > o.starts_at then -1 else 1 end
  loop
    if moved.status = 'booked' then
      -- The other slots of a visit are made together with the first one.
      continue when moved.head_slot_id is not null;
      with made as (
        insert into app_public.booking_slots as bs (clinic_id, doctor_id, time_slot_id, slot_date, during,
          from_template, service_id)
        select clinic.id, o.doctor_id, o.time_slot_id, o.slot_date, new_durings[array_position(off_ids, o.id)],
          o.from_template, o.service_id
        from unnest(old) o
        where moved.old_id in (o.id, o.head_slot_id)
        returning bs.id, bs.starts_at
      )
      select array_agg(m.id order by m.starts_at) into new_ids from made m;
      select b.* into strict booking from app_public.bookings b
      where b.clinic_id = clinic.id and b.active_booking_slot_id = moved.old_id for no key update;
      perform app_private.take_run(clinic.id, new_ids, booking.customer_id);
      update app_public.bookings b set booking_slot_id = new_ids[1], sequence = b.sequence + 1
      where b.clinic_id = clinic.id and b.id = booking.id
      returning b.* into booking;
      if booking.status = 'booked' then
        -- The local time is the same, but not the instant, which calendars keep: the message brings them a new entry.
        perform app_private.drop_notifications(booking);
        perform app_private.queue_notifications(booking, 'booking_rescheduled', moved.starts_at);
      end if;
      bookings_moved := bookings_moved + 1;
      slots_moved := slots_moved + cardinality(new_ids);
    else
      insert into app_public.booking_slots (clinic_id, doctor_id, time_slot_id, slot_date, during, from_template,
        service_id, status, withdrawn_for_absence_id)
      select clinic.id, moved.doctor_id, moved.time_slot_id, moved.slot_date, moved.during, moved.from_template,
        moved.service_id, (case when absence.id is null then 'open' else 'withdrawn' end)::app_public.slot_status,
        absence.id
      from app_private.absence_covering(clinic.id, moved.doctor_id, moved.during) absence (id)
      on conflict do nothing;
      slots_moved := slots_moved + found::int;
    end if;
  end loop;
  set constraints app_public.live_bookings_are_of_a_booked_slot immediate;
  -- Free slots that could not be moved may lie in an absence that was.
  perform app_private.apply_absence(a) from app_public.absences a
  where a.clinic_id = clinic.id and upper(a.during) > now();
  perform app_private.set_event_reason(null);
  select count(*) into slots_left from app_private.slots_at_wrong_local_times(clinic.id);
end
$$;

comment on function app_private.correct_local_times_of_slots is
'Moves the slots that slots_at_wrong_local_times lists to the local times they were made for, and absences as well. '
'Bookings move with their slots: their customers get the message about a moved appointment, with a calendar file, and '
'new reminders. Holds on these slots end. Slots at local times that the clocks now skip, and visits that lie in an '
'absence, are left for the desk. For DBAs: docs/operations.md. Refuses clinic_not_found; exclusion_violation if a '
'booking''s new time is taken, and then moves nothing.';
