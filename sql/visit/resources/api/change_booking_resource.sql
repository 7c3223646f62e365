create or replace function app_public.change_booking_resource(
  clinic_id bigint, booking_id bigint, resource_id bigint, row_version int default null)
returns app_public.bookings
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  booking app_public.bookings;
  resource app_public.resources;
begin
  perform app_private.require_clinic_role(change_booking_resource.clinic_id, 'desk');
  booking := app_private.lock_booking(change_booking_resource.clinic_id, change_booking_resource.booking_id);
  perform app_private.require_version('bookings', change_booking_resource.row_version, booking.row_version);
  perform app_private.lock_resources(booking.clinic_id);
  resource := app_private.require_resource(booking.clinic_id, change_booking_resource.resource_id);
  if exists (
       select from app_public.resource_claims c
       where c.clinic_id = booking.clinic_id and c.booking_id = booking.id and c.resource_id = resource.id) then
    return booking;
  end if;
  perform app_private.remove_ended_claims(resource, booking.visit_starts_at, booking.visit_ends_at);
  begin
    -- The trigger fill_resource_claim sets the need and the time.
    delete from app_public.resource_claims c
    using app_public.service_needs n
    where c.clinic_id = booking.clinic_id and c.booking_id = booking.id and c.need = n.need
      and n.clinic_id = booking.clinic_id and n.service_id = booking.service_id and n.resource_id = resource.id;
    insert into app_public.resource_claims (clinic_id, resource_id, booking_id)
    values (booking.clinic_id, resource.id, booking.id);
  exception when exclusion_violation then
    perform app_hidden.refuse('resource_taken', 'Another visit has this room or equipment at this time.',
      jsonb_build_object('resourceId', resource.id::text, 'startsAt', booking.visit_starts_at,
        'endsAt', booking.visit_ends_at));
  end;
  -- A new version and an event: clients see the room as part of the booking.
  update app_public.bookings b set takes_resources = true
  where b.clinic_id = booking.clinic_id and b.id = booking.id returning b.* into booking;
  insert into app_public.events (clinic_id, entity, booking_id, booking_slot_id, customer_id, from_state, to_state,
    reason, actor, actor_account_id)
  values (booking.clinic_id, 'booking', booking.id, booking.booking_slot_id, booking.customer_id, booking.status,
    booking.status, 'other room or equipment', app_private.caller_kind(booking.clinic_id),
    app_hidden.current_account_id());
  return booking;
end
$$;

comment on function app_public.change_booking_resource is
'Gives a booking another room, or other equipment, for the need of its service that this resource meets. For the desk. '
'The patient gets no message: later messages, the pages and calendar feeds name the new room. Refuses forbidden, '
'unauthenticated, booking_not_found, resource_not_found, resource_not_suitable, resource_taken, stale_row_version.';

grant execute on function app_public.change_booking_resource to app_staff;
