create or replace function app_public.join_path(clinic_id bigint, booking_id bigint) returns text
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
declare
  booking app_public.bookings;
begin
  select b.* into booking from app_public.bookings b
  where b.clinic_id = join_path.clinic_id and b.id = join_path.booking_id
    and (b.customer_id = any (app_hidden.current_customer_ids()) or b.clinic_id = any (app_hidden.desk_clinic_ids())
      or app_private.caller_is_operator());
  return app_private.join_url('', booking);
end
$$;

comment on function app_public.join_path is
'The path of the page on which the patient joins an online visit, as in the messages: /join#<token>. For the patient, '
'and for the desk, which may have to pass it on. Null for a visit at the clinic, and for bookings that the caller may '
'not see.';

grant execute on function app_public.join_path to app_customer;
