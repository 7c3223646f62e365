create or replace function app_private.drop_notifications(booking app_public.bookings) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
begin
  -- Also a confirmation not sent yet: nobody wants to read of a time that is no longer true. Not what a clinic's own system is told:
  -- it keeps account of each step.
  update app_public.notifications n set state = 'dropped', dropped_because = 'booking_changed'
  where n.clinic_id = booking.clinic_id and n.booking_id = booking.id and n.state = 'pending' and n.channel <> 'webhook';
end
$$;

comment on function app_private.drop_notifications(app_public.bookings) is
'Takes back what is still to be sent to the customer about a booking, because it was cancelled, moved, or its day has come.';

revoke all on function app_private.drop_notifications(app_public.bookings) from public;
