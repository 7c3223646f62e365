create or replace function app_public.create_booking_slot(
  clinic_id bigint, doctor_id bigint, time_slot_id bigint, slot_date date, idempotency_key text default null,
  service_id bigint default null)
returns app_public.booking_slots
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  clinic app_public.clinics;
  shift app_public.time_slots;
  slot app_public.booking_slots;
  during tstzrange;
begin
  perform app_private.require_clinic_role(create_booking_slot.clinic_id, 'desk');
  slot := app_private.begin_idempotent(create_booking_slot.clinic_id, create_booking_slot.idempotency_key,
    'create_booking_slot', app_private.with_service(jsonb_build_array(create_booking_slot.doctor_id,
      create_booking_slot.time_slot_id, create_booking_slot.slot_date), create_booking_slot.service_id),
    null::app_public.booking_slots);
  if slot.id is not null then
    return slot;
  end if;
  clinic := app_private.lock_schedule(create_booking_slot.clinic_id);
  if not exists (select from app_public.doctors d
      where d.clinic_id = create_booking_slot.clinic_id and d.id = create_booking_slot.doctor_id and d.is_active) then
    perform app_hidden.refuse('doctor_not_found', 'No such active doctor in this clinic.',
      jsonb_build_object('doctorId', create_booking_slot.doctor_id::text));
  end if;
  -- Locked, so that it is not moved before the slot is made at its hours.
  select ts.* into shift from app_public.time_slots ts
  where ts.clinic_id = create_booking_slot.clinic_id and ts.id = create_booking_slot.time_slot_id and ts.is_active
  for share;
  if shift.id is null then
    perform app_hidden.refuse('time_slot_not_found', 'No such time slot in this clinic.',
      jsonb_build_object('timeSlotId', create_booking_slot.time_slot_id::text));
  end if;
  if create_booking_slot.slot_date is null then
    perform app_hidden.refuse('invalid_argument', 'A date is needed.', '{"argument": "slotDate"}');
  end if;
  if create_booking_slot.service_id is not null then
    perform app_private.offered_service(clinic.id, create_booking_slot.service_id, create_booking_slot.doctor_id);
  end if;
  during := app_hidden.local_range(create_booking_slot.slot_date, shift.start_time, shift.end_time, clinic.time_zone);
  if during is null then
    perform app_hidden.refuse('skipped_local_time', 'The clocks skip this time on this day.',
      jsonb_build_object('slotDate', create_booking_slot.slot_date));
  elsif upper(during) <= now() then
    perform app_hidden.refuse('slot_in_the_past', 'This time has passed.', jsonb_build_object('endsAt', upper(during)));
  end if;

  insert into app_public.booking_slots as bs (clinic_id, doctor_id, time_slot_id, slot_date, during, service_id)
  values (create_booking_slot.clinic_id, create_booking_slot.doctor_id, create_booking_slot.time_slot_id,
    create_booking_slot.slot_date, during, create_booking_slot.service_id)
  on conflict do nothing
  returning bs.* into slot;
  if slot.id is null then
    select bs.* into slot from app_public.booking_slots bs
    where bs.clinic_id = create_booking_slot.clinic_id and bs.doctor_id = create_booking_slot.doctor_id
      and bs.current_time_slot_id = create_booking_slot.time_slot_id and bs.slot_date = create_booking_slot.slot_date
    for no key update;
    if slot.id is null then
      perform app_hidden.refuse('slot_overlaps', 'The doctor has another slot at this time.');
    elsif slot.status <> 'withdrawn' then
      perform app_hidden.refuse('slot_exists', 'The doctor has this slot already.',
        jsonb_build_object('bookingSlotId', slot.id::text));
    end if;
    slot := app_private.reopen_slot(slot, during, create_booking_slot.service_id);
  end if;
  perform app_private.finish_idempotent(slot.clinic_id, create_booking_slot.idempotency_key, slot);
  return slot;
end
$$;

comment on function app_public.create_booking_slot is
'Makes one booking slot by hand, without a template, or reopens a withdrawn one; with `service_id` it is reserved for '
'that service. If the hours of its time slot have changed, a new slot at the present hours replaces it. `slot_date` is '
'the clinic''s local date. For the desk. Refuses forbidden, clinic_not_found, invalid_argument, doctor_not_found, '
'time_slot_not_found, service_not_found, service_not_offered, skipped_local_time, slot_in_the_past, '
'slot_too_far_ahead, doctor_absent, slot_exists, slot_overlaps, idempotency_key_reused.';

grant execute on function app_public.create_booking_slot to app_staff;
