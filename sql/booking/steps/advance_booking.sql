create or replace function app_private.advance_booking(
  clinic_id bigint, booking_id bigint, to_status app_public.booking_status, idempotency_key text, row_version int)
returns app_public.bookings
language plpgsql volatile set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  visit record;
  booking app_public.bookings;
  zone text;
begin
  visit := app_private.begin_step(advance_booking.clinic_id, advance_booking.booking_id,
    advance_booking.to_status::text,
    advance_booking.idempotency_key, advance_booking.row_version);
  booking := visit.booking;
  if visit.is_done then
    return booking;
  end if;
  select c.time_zone into zone from app_public.clinics c where c.id = booking.clinic_id;
  if advance_booking.to_status = 'checked_in' and booking.slot_date > (now() at time zone zone)::date
     or advance_booking.to_status = 'no_show' and booking.starts_at > now() then
    perform app_hidden.refuse('not_yet', 'It is too early for that.',
      jsonb_build_object('startsAt', booking.starts_at));
  end if;
  if booking.status
    <> (case advance_booking.to_status when 'completed' then 'checked_in' else 'booked' end)::app_public.booking_status
  then
    -- state_transitions also allows steps back, which only undo_step may take.
    perform app_hidden.refuse('illegal_transition',
      format('A booking that is %s cannot become %s.', booking.status, advance_booking.to_status),
      jsonb_build_object('status', booking.status, 'requested', advance_booking.to_status));
  end if;
  update app_public.bookings b set status = advance_booking.to_status
  where b.clinic_id = booking.clinic_id and b.id = booking.id
  returning b.* into booking;
  if booking.service_id is not null then
    case booking.status
      when 'no_show' then perform billing_private.end_visit_charges(booking, true);
      when 'completed' then perform billing_private.issue_invoices_of_visit(booking);
      else null;
    end case;
  end if;
  perform app_private.drop_notifications(booking);
  perform app_private.finish_idempotent(booking.clinic_id, advance_booking.idempotency_key, booking);
  return booking;
end
$$;

comment on function app_private.advance_booking is
'Records the progress of a booking on its day: checked_in (from the clinic''s local day on), completed, no_show (once '
'it has started). For the desk, and for doctors on bookings with them. Deletes pending reminders. The invoice of a '
'completed visit is issued; that of a no-show charges no more than the fee that was paid. Refuses forbidden, '
'booking_not_found, not_yet, illegal_transition, idempotency_key_reused, invalid_argument, stale_row_version.';
