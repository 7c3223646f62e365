create or replace function app_private.undo_step(
  clinic_id bigint, booking_id bigint, undone app_public.booking_status, to_status app_public.booking_status,
  idempotency_key text, row_version int)
returns app_public.bookings
language plpgsql volatile set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  visit record;
  booking app_public.bookings;
begin
  visit := app_private.begin_step(undo_step.clinic_id, undo_step.booking_id, 'undo_' || undo_step.undone,
    undo_step.idempotency_key, undo_step.row_version);
  booking := visit.booking;
  if visit.is_done then
    return booking;
  end if;
  if booking.status <> undo_step.undone then
    perform app_hidden.refuse('illegal_transition',
      format('The booking is not %s but %s.', undo_step.undone, booking.status),
      jsonb_build_object('status', booking.status, 'requested', undo_step.to_status));
  end if;
  begin
    -- The trigger check_transition checks the time limit.
    update app_public.bookings b set status = undo_step.to_status
    where b.clinic_id = booking.clinic_id and b.id = booking.id
    returning b.* into booking;
  exception when exclusion_violation then
    -- A no-show or completed booking does not block others at its time, so the customer may have made one since.
    perform app_hidden.refuse('customer_busy', 'The customer has another booking here at this time.',
      jsonb_build_object('startsAt', booking.starts_at, 'endsAt', booking.ends_at));
  end;
  if undo_step.undone = 'no_show' and booking.service_id is not null then
    perform billing_private.restore_visit_charges(booking);
  end if;
  if booking.status = 'booked' and booking.starts_at > now() then
    perform app_private.restore_notifications(booking);
    -- A check-in takes a booking off the rebooking list. If it still does not fit the templates, it is listed again.
    insert into app_private.schedule_changes (clinic_id) values (booking.clinic_id)
    on conflict on constraint a_clinic_has_changes_or_not do nothing;
  end if;
  perform app_private.finish_idempotent(booking.clinic_id, undo_step.idempotency_key, booking);
  return booking;
end
$$;

comment on function app_private.undo_step is
'Undoes a change of a booking that was recorded by mistake: its status must be `undone` and becomes `to_status`, '
'within the time limit in app_public.state_transitions. Pending messages about a future booking are restored. For '
'the desk, and for doctors on bookings with them. Refuses forbidden, booking_not_found, illegal_transition, '
'undo_too_late, customer_busy, idempotency_key_reused, invalid_argument, stale_row_version.';
