create or replace function app_public.enter_consultation(clinic_id bigint, booking_id bigint)
returns app_public.consultation_entry
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
declare
  booking app_public.bookings;
  display_name text;
begin
  perform app_private.require_clinic_role(enter_consultation.clinic_id, 'staff');
  select b.* into booking from app_public.bookings b
  where b.clinic_id = enter_consultation.clinic_id and b.id = enter_consultation.booking_id;
  if booking.id is null then
    perform app_hidden.refuse('booking_not_found', 'No such booking.',
      jsonb_build_object('bookingId', enter_consultation.booking_id::text));
  end if;
  perform app_private.require_desk_or_own_doctor(booking.clinic_id, booking.doctor_id);
  select case when booking.doctor_id = any (app_hidden.own_doctor_ids()) then d.full_name else c.name end
  into display_name
  from app_public.doctors d join app_public.clinics c on c.id = d.clinic_id
  where d.clinic_id = booking.clinic_id and d.id = booking.doctor_id;
  return app_private.enter(booking, 'doctor', display_name);
end
$$;

comment on function app_public.enter_consultation is
'Joins an online visit for the clinic: `joinUrl` is the address of the room at this moment, with the rights of its '
'host. For the doctor of the visit, and for the desk, which joins in the name of the clinic. Refuses unauthenticated, '
'forbidden, booking_not_found, consultation_not_open, consultation_not_ready (try again in some seconds), '
'consultation_over.';

grant execute on function app_public.enter_consultation to app_staff;
