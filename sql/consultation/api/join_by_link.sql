create or replace function app_public.join_by_link(token text) returns app_public.consultation_entry
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
declare
  booking app_public.bookings := app_private.booking_of_link(join_by_link.token, 'join');
  entry app_public.consultation_entry;
  first_name text;
begin
  if booking.id is null then
    perform app_private.refuse_link();
    entry.refusal := 'link_invalid';
    return entry;
  end if;
  -- The provider gets no more than the first name.
  select split_part(btrim(cc.full_name), ' ', 1) into first_name from app_public.clinic_customers cc
  where cc.clinic_id = booking.clinic_id and cc.customer_id = booking.customer_id;
  return app_private.enter(booking, 'patient', first_name);
end
$$;

comment on function app_public.join_by_link is
'Joins the online visit to which the join link of a message leads, as its patient: the desk sees that the patient is '
'waiting, and `joinUrl` is the address of the room at this moment. The link stays the same when the visit is moved or '
'the clinic changes its provider. For anyone who has the link. Refuses link_invalid (in the field refusal), '
'too_many_attempts, consultation_not_open, consultation_not_ready (try again in some seconds), consultation_over.';

grant execute on function app_public.join_by_link to app_anonymous;
