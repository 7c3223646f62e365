create or replace function app_public.move_series(
  clinic_id bigint, series_id bigint, booking_ids bigint[], booking_slot_ids bigint[],
  idempotency_key text default null)
returns setof app_public.bookings
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  outcome jsonb;
  series app_public.booking_series;
  needed bigint[] := '{}';
  move record;
  slot app_public.booking_slots;
  run bigint[];
  service app_public.services;
  freed jsonb[] := '{}';
  moved app_public.bookings[] := '{}';
begin
  perform app_private.require_clinic_role(move_series.clinic_id, 'desk');
  outcome := app_private.stored_outcome(move_series.clinic_id, move_series.idempotency_key, 'move_series',
    jsonb_build_array(move_series.series_id, move_series.booking_ids, move_series.booking_slot_ids));
  if outcome is not null then
    return query select * from jsonb_populate_recordset(null::app_public.bookings, outcome);
    return;
  end if;
  perform app_private.assert_moves_of_series(move_series.clinic_id, move_series.series_id, move_series.booking_ids,
    move_series.booking_slot_ids);
  for move in select m.* from unnest(move_series.booking_ids, move_series.booking_slot_ids) m (booking_id, slot_id) loop
    needed := needed
      || app_private.run_to_move_to(move_series.clinic_id, move.booking_id, move.slot_id, service_id => null,
        without_service => false);
  end loop;
  perform app_private.lock_visits(move_series.clinic_id, move_series.booking_ids, needed);
  -- Under the lock: one may have been cancelled meanwhile.
  perform app_private.assert_moves_of_series(move_series.clinic_id, move_series.series_id, move_series.booking_ids,
    move_series.booking_slot_ids);
  select s.* into series from app_public.booking_series s
  where s.clinic_id = move_series.clinic_id and s.id = move_series.series_id;
  perform app_private.lock_records_of_person(series.clinic_id, series.customer_id);

  perform app_private.set_event_reason('rescheduled');
  -- A visit may move to the slot that another one leaves: those that move to a later time begin with the last one, the
  -- others with the first one.
  for move in
    select b as booking, m.slot_id, app_private.slots_of_booking(b) as old_slot_ids
    from unnest(move_series.booking_ids, move_series.booking_slot_ids) m (booking_id, slot_id)
    join app_public.bookings b on b.clinic_id = series.clinic_id and b.id = m.booking_id
    left join app_public.booking_slots bs on bs.clinic_id = b.clinic_id and bs.id = m.slot_id
    where m.slot_id <> b.booking_slot_id
    order by case when bs.starts_at > b.starts_at then b.starts_at end desc nulls last, b.starts_at
  loop
    slot := app_private.lock_slot(series.clinic_id, move.slot_id);
    run := app_private.run_to_move_to(series.clinic_id, (move.booking).id, slot.id, service_id => null,
      without_service => false);
    if not run <@ needed then
      raise exception 'slots or the service were changed meanwhile' using errcode = 'serialization_failure';
    end if;
    perform app_private.assert_in_booking_window(slot, null::app_public.policies, by_desk => true);
    service := app_private.claim_move(move.booking, slot, run, (move.booking).service_id, by_desk => true);
    moved := moved || app_private.move_visit(move.booking, slot, run, service, audience => 'others');
    freed := freed || to_jsonb(move.old_slot_ids);
  end loop;
  -- Only now: a slot that one visit left may be the new one of another visit.
  perform app_private.offer_freed_slots(series.clinic_id, array(select jsonb_array_elements_text(f)::bigint),
    series.customer_id)
  from unnest(freed) f;
  perform app_private.set_event_reason(null);
  moved := array(select m from unnest(moved) m order by m.starts_at, m.id);
  if moved <> '{}' then
    perform app_private.queue_notifications(moved[1], 'booking_rescheduled', audience => 'customer',
      series_booking_ids => array(select m.id from unnest(moved) m));
  end if;
  perform app_private.finish_idempotent(series.clinic_id, move_series.idempotency_key, to_jsonb(moved));
  return query select m.* from unnest(moved) m;
end
$$;

comment on function app_public.move_series is
'Moves visits of a series, each to the slot at the same place in `booking_slot_ids`, all or none. plan_series_move '
'finds the slots, for example for all visits from a date on. A visit may move to a slot that another one leaves. '
'Services, prices and reminders are adjusted as in reschedule_booking; one message lists the new dates. A visit for '
'which its present slot is given is not moved. Returns the bookings that it moved, in order of time. For the desk. '
'Refuses forbidden, unauthenticated, series_not_found, booking_not_found, illegal_transition, slot_not_found, '
'slot_taken, slot_held, slot_offered, slot_withdrawn, slot_reserved, doctor_absent, service_not_found, '
'service_not_offered, run_not_free, no_resource_free, slot_in_the_past, customer_busy (naming the slot), '
'invalid_argument, idempotency_key_reused; fails with 40001 if a visit is changed at the same moment: repeat the '
'call.';

grant execute on function app_public.move_series to app_staff;
