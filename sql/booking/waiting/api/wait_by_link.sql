create or replace function app_public.wait_by_link(token text, from_date date default null)
returns app_public.linked_booking
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  booking app_public.bookings := app_private.booking_of_link(wait_by_link.token, 'manage');
  own_claims jsonb;
begin
  if booking.id is null then
    return app_private.refuse_link();
  end if;
  own_claims := app_private.begin_as_link_holder(booking.customer_id);
  perform app_public.join_waiting_list(booking.clinic_id, from_date => wait_by_link.from_date,
    doctor_id => booking.doctor_id, booking_id => booking.id);
  perform app_private.set_claims(own_claims);
  return app_private.linked_booking(booking.clinic_id, booking.id);
end
$$;

comment on function app_public.wait_by_link is
'Puts the patient of the booking to which the link of a message leads on the waiting list for an earlier time with the '
'same doctor, from this local date on (default today); taking an offered time moves the booking. Repeating it changes '
'the date. For anyone who has the link. Refuses link_invalid (in the field refusal), too_many_attempts, '
'illegal_transition, clinic_not_found, doctor_not_found, customer_not_found, too_many_waiting_entries, '
'invalid_argument.';

grant execute on function app_public.wait_by_link to app_anonymous;
