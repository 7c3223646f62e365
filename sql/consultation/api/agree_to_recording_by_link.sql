create or replace function app_public.agree_to_recording_by_link(token text, agrees boolean default true)
returns app_public.consultation_entry
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
declare
  booking app_public.bookings := app_private.booking_of_link(agree_to_recording_by_link.token, 'join');
  entry app_public.consultation_entry;
begin
  if booking.id is null then
    perform app_private.refuse_link();
    entry.refusal := 'link_invalid';
    return entry;
  end if;
  select b.* into booking from app_public.bookings b
  where b.clinic_id = booking.clinic_id and b.id = booking.id for share;
  perform app_private.agree(booking, 'customer', agree_to_recording_by_link.agrees);
  return app_private.entry_of(booking);
end
$$;

comment on function app_public.agree_to_recording_by_link is
'As agree_to_recording, for the patient who has the join link of a message. Refuses link_invalid (in the field '
'refusal), too_many_attempts, invalid_argument, recording_not_offered, consultation_over.';

grant execute on function app_public.agree_to_recording_by_link to app_anonymous;
