create or replace function app_private.drop_notifications(booking app_public.bookings) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  dropped app_public.notifications;
  next_visit app_public.bookings;
begin
  -- Also a confirmation that was not sent yet: it would name a time that is no longer true. Webhooks are kept,
  -- because a clinic's own system follows each step.
  for dropped in
    with pending as materialized (
      select n.id from app_public.notifications n
      where n.clinic_id = booking.clinic_id and n.booking_id = booking.id
        and n.state = 'pending' and n.channel <> 'webhook'
      -- In one order, as everything does that waits for several messages.
      order by n.id for no key update
    )
    update app_public.notifications n set state = 'dropped', dropped_because = 'booking_changed'
    from pending p
    where n.clinic_id = booking.clinic_id and n.id = p.id
    returning n.*
  loop
    continue when dropped.series_booking_ids is null;
    -- It is still due for the other visits of the series, and goes with the next of them.
    update app_public.notifications n set series_booking_ids = null
    where n.clinic_id = dropped.clinic_id and n.id = dropped.id;
    select b.* into next_visit from app_public.bookings b
    where b.clinic_id = booking.clinic_id and b.id = any (dropped.series_booking_ids) and b.id <> booking.id
      and b.status = 'booked' and b.starts_at > now()
    order by b.starts_at limit 1;
    if found then
      perform app_private.queue_notifications(next_visit, dropped.kind, dropped.earlier_start, 'customer',
        array_remove(dropped.series_booking_ids, booking.id));
    end if;
  end loop;
end
$$;

comment on function app_private.drop_notifications is
'Drops the messages about a booking that have not been sent to the customer yet, because the booking was cancelled '
'or moved, or the patient has been checked in or did not come. A message about several visits of a series goes with '
'the next visit instead.';
