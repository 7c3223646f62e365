create or replace function app_public.bookings_to_phone(
  clinic_id bigint, doctor_id bigint default null, slot_date date default null, booking_slot_id bigint default null,
  page_size int default 20)
returns setof app_public.bookings
language plpgsql stable security definer set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
begin
  perform app_private.require_clinic_role(bookings_to_phone.clinic_id, 'staff');
  if page_size is null or page_size not between 1 and 100 then
    perform app_hidden.refuse('invalid_argument', 'A page has 1 to 100 entries.', '{"argument": "pageSize"}');
  end if;
  return query
  select b.* from app_public.bookings b
  where b.clinic_id = bookings_to_phone.clinic_id
    and (bookings_to_phone.doctor_id is null or b.doctor_id = bookings_to_phone.doctor_id)
    and (bookings_to_phone.slot_date is null or b.slot_date = bookings_to_phone.slot_date)
    and (bookings_to_phone.booking_slot_id is null or b.booking_slot_id = bookings_to_phone.booking_slot_id)
    -- By date, for which there is an index; from a day earlier on, since dates are those of the clinic's zone.
    and b.slot_date >= (now() at time zone 'UTC')::date - 1
    and b.status = 'cancelled' and b.cancelled_by = 'clinic' and b.starts_at > now()
    and not exists (
      select from app_public.notifications n
      where n.clinic_id = b.clinic_id and n.booking_id = b.id and n.kind in ('booking_cancelled', 'slot_withdrawn')
        and n.channel <> 'webhook' and (n.state in ('pending', 'sent') or n.settled_at is not null))
    and not exists (
      select from app_public.rebooking_list rl
      where rl.clinic_id = b.clinic_id and rl.booking_id = b.id and rl.reason = 'slot_withdrawn'
        and rl.resolution is not null)
  order by b.starts_at, b.id
  limit bookings_to_phone.page_size;
end
$$;

comment on function app_public.bookings_to_phone is
'The future bookings whose patients the clinic has to phone, ordered by time, up to `page_size` (at most 100): the '
'clinic cancelled them, and no message about it was or will be sent, because no address is known, the clinic does not '
'send such messages, or delivery failed for good. Optionally only those of one doctor, one local date or one slot. A '
'booking is left out if its patient has booked again, if the desk has dismissed it from the rebooking list, or if the '
'desk has settled its message. In GraphQL this is also a field of the mutations that cancel bookings: `withdrawDay(…) '
'{ bookings { id } query { bookingsToPhone(…) { id } } }`. For staff. Refuses forbidden, unauthenticated, '
'invalid_argument.';

grant execute on function app_public.bookings_to_phone to app_staff;
