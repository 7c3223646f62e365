create or replace function app_private.move_slots_to_their_clock(
  clinic_id bigint, out slots_moved int, out bookings_moved int, out slots_left int)
language plpgsql volatile set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  clinic app_public.clinics := app_private.lock_schedule(move_slots_to_their_clock.clinic_id);
  off_ids bigint[];
  new_durings tstzrange[];
  old app_public.booking_slots[];
  moved record;
  new_id bigint;
  booking app_public.bookings;
begin
  -- From here on new slots count as made by the new rules.
  perform app_private.note_time_zone_rules();
  -- In the order in which every transaction locks slots. One that is being booked is waited for, and then judged.
  perform from app_public.booking_slots bs
  where bs.clinic_id = clinic.id and bs.starts_at > now() and bs.status <> 'withdrawn'
  order by bs.id
  for update;
  select array_agg(o.booking_slot_id), array_agg(o.new_during) into off_ids, new_durings
  from app_private.slots_off_their_clock(clinic.id) o where o.new_during is not null;
  select array_agg(bs) into old from app_public.booking_slots bs where bs.clinic_id = clinic.id and bs.id = any (off_ids);

  -- The hours of a slot never change: new slots take the places of the old ones, which all give them up first. Until the bookings have
  -- followed they are of slots that are withdrawn.
  set constraints app_public.live_bookings_are_of_a_booked_slot deferred;
  perform set_config('medislot.reason', 'time zone rules changed', true);
  update app_public.booking_slots bs set status = 'withdrawn', superseded = true, customer_id = null, held_until = null
  where bs.clinic_id = clinic.id and bs.id = any (off_ids);
  slots_moved := 0;
  bookings_moved := 0;
  for moved in
    select w.*, o.status, o.starts_at
    from unnest(old) o
    cross join lateral (
      select o.id as old_id, o.doctor_id, o.time_slot_id, o.slot_date, o.from_template, new_durings[array_position(off_ids, o.id)] as during) w
    -- Booked ones first, which must have their place. Two bookings of one customer, one right after the other, must not meet on the way:
    -- those that move to a later time begin with the last.
    order by o.status = 'booked' desc, lower(w.during) > o.starts_at desc,
      extract(epoch from o.starts_at) * case when lower(w.during) > o.starts_at then -1 else 1 end
  loop
    if moved.status = 'booked' then
      insert into app_public.booking_slots as bs (clinic_id, doctor_id, time_slot_id, slot_date, during, from_template)
      values (clinic.id, moved.doctor_id, moved.time_slot_id, moved.slot_date, moved.during, moved.from_template)
      returning bs.id into new_id;
      select b.* into strict booking from app_public.bookings b
      where b.clinic_id = clinic.id and b.active_booking_slot_id = moved.old_id for no key update;
      update app_public.booking_slots bs set status = 'booked', customer_id = booking.customer_id
      where bs.clinic_id = clinic.id and bs.id = new_id;
      update app_public.bookings b set booking_slot_id = new_id, sequence = b.sequence + 1
      where b.clinic_id = clinic.id and b.id = booking.id
      returning b.* into booking;
      if booking.status = 'booked' then
        -- The local time is the same, but not the instant, which calendars keep: the message brings them a new entry.
        perform app_private.drop_notifications(booking);
        perform app_private.queue_notifications(booking, 'booking_rescheduled', moved.starts_at);
      end if;
      bookings_moved := bookings_moved + 1;
      slots_moved := slots_moved + 1;
    else
      insert into app_public.booking_slots (clinic_id, doctor_id, time_slot_id, slot_date, during, from_template)
      values (clinic.id, moved.doctor_id, moved.time_slot_id, moved.slot_date, moved.during, moved.from_template)
      on conflict do nothing;
      slots_moved := slots_moved + found::int;
    end if;
  end loop;
  set constraints app_public.live_bookings_are_of_a_booked_slot immediate;
  perform set_config('medislot.reason', '', true);
  select count(*) into slots_left from app_private.slots_off_their_clock(clinic.id);
end
$$;

comment on function app_private.move_slots_to_their_clock(bigint) is
'Moves the slots ahead of a clinic that slots_off_their_clock lists to the local times for which they were made. Bookings move with them: their customers get the message of a moved visit, with a calendar file, and new reminders. Holds on these slots end. Slots at local times that the clocks skip now are left for the desk. For DBAs: docs/operations.md. Refuses clinic_not_found; exclusion_violation when a booking''s new time is taken, and then moves nothing.';

revoke all on function app_private.move_slots_to_their_clock(bigint) from public;
