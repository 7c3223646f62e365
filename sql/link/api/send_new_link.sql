create or replace function app_public.send_new_link(clinic_id bigint, booking_id bigint) returns app_public.bookings
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  booking app_public.bookings;
  chosen record;
begin
  perform app_private.require_clinic_role(send_new_link.clinic_id, 'desk');
  booking := app_private.lock_booking(send_new_link.clinic_id, send_new_link.booking_id);
  if booking.status <> 'booked' or booking.starts_at <= now() then
    perform app_hidden.refuse('illegal_transition', 'A link is sent for a booking ahead.',
      jsonb_build_object('status', booking.status));
  end if;
  update app_public.bookings b set link_generation = b.link_generation + 1
  where b.clinic_id = booking.clinic_id and b.id = booking.id returning b.* into booking;
  chosen := app_private.choose_channel(booking.clinic_id, booking.customer_id, 'booking_confirmed');
  -- The new link is sent with the confirmation, which has the present time. The earlier link ends even if the clinic
  -- sends no confirmations or knows no address.
  if chosen.has_address then
    insert into app_public.notifications as n (
      clinic_id, booking_id, customer_id, kind, channel, booking_sequence, due_at, answers_until)
    values (booking.clinic_id, booking.id, booking.customer_id, 'booking_confirmed', chosen.channel, booking.sequence,
      now(), now() + interval '1 hour')
    on conflict on constraint a_booking_is_told_each_thing_once do update
    set state = 'pending', generation = n.generation + 1, attempts = 0, retry_at = null, sent_at = null,
      last_error = null, dropped_because = null, settled_at = null, settled_by_account_id = null,
      due_at = excluded.due_at, send_after = null, answers_until = excluded.answers_until, channel = excluded.channel;
  end if;
  return booking;
end
$$;

comment on function app_public.send_new_link is
'Ends the link to a booking that was sent to its patient, for example to a wrong address, and sends a new one with the '
'confirmation, to the address that the clinic has now. For the desk. Refuses forbidden, booking_not_found, '
'illegal_transition (not booked, or begun).';

grant execute on function app_public.send_new_link to app_staff;
