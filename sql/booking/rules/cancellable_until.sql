create or replace function app_private.cancellable_until(booking app_public.bookings) returns timestamptz
language plpgsql stable set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  cutoff interval;
begin
  select p.cancellation_cutoff into cutoff from app_public.policies p where p.clinic_id = booking.clinic_id;
  if booking.service_id is not null then
    select coalesce(s.cancellation_cutoff, cutoff) into cutoff from app_public.services s
    where s.clinic_id = booking.clinic_id and s.id = booking.service_id;
  end if;
  return booking.visit_starts_at - cutoff;
end
$$;

comment on function app_private.cancellable_until is
'Until when the customer may cancel or move the booking: the cancellation cut-off of its service, or of the clinic''s '
'policy, before the visit begins.';
