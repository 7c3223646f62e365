create or replace function app_public.cancel_series(
  clinic_id bigint, series_id bigint, from_date date, reason text default null, idempotency_key text default null)
returns setof app_public.bookings
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  outcome jsonb;
  ids bigint[];
  booking app_public.bookings;
  has_own_entry boolean;
  freed jsonb[] := '{}';
  ended app_public.bookings[] := '{}';
  notified_together app_public.bookings[] := '{}';
begin
  cancel_series.reason := app_hidden.prose_or_null(cancel_series.reason);
  perform app_private.require_clinic_role(cancel_series.clinic_id, 'desk');
  outcome := app_private.stored_outcome(cancel_series.clinic_id, cancel_series.idempotency_key, 'cancel_series',
    jsonb_build_array(cancel_series.series_id, cancel_series.from_date, cancel_series.reason));
  if outcome is not null then
    return query select * from jsonb_populate_recordset(null::app_public.bookings, outcome);
    return;
  end if;
  ids := array(
    select v.id from app_private.visits_ahead(cancel_series.clinic_id, cancel_series.series_id,
      cancel_series.from_date) v);
  perform app_private.lock_visits(cancel_series.clinic_id, ids);
  -- As they are under the lock.
  for booking in
    select v.* from app_private.visits_ahead(cancel_series.clinic_id, cancel_series.series_id,
      cancel_series.from_date) v
    where v.id = any (ids)
  loop
    -- A visit that was moved by itself has an entry in the patient's calendar, so it gets a message of its own, which
    -- removes the entry.
    has_own_entry := exists (
      select from app_public.notifications n
      where n.clinic_id = booking.clinic_id and n.booking_id = booking.id and n.kind = 'booking_rescheduled'
        and n.channel = 'email' and n.state = 'sent' and n.series_booking_ids is null);
    freed := freed || to_jsonb(app_private.slots_of_booking(booking));
    booking := app_private.end_booking(booking.clinic_id, booking.id, 'clinic', cancel_series.reason,
      audience => case when has_own_entry then 'everybody' else 'others' end);
    ended := ended || booking;
    if not has_own_entry then
      notified_together := notified_together || booking;
    end if;
  end loop;
  if notified_together <> '{}' then
    perform app_private.queue_notifications(notified_together[1], 'booking_cancelled', audience => 'customer',
      series_booking_ids => array(select n.id from unnest(notified_together) n));
  end if;
  -- Each visit by itself, and only now: offer_freed_slots takes the last lock.
  perform app_private.offer_freed_slots(cancel_series.clinic_id, array(select jsonb_array_elements_text(f)::bigint),
    (ended[1]).customer_id)
  from unnest(freed) f;
  perform app_private.finish_idempotent(cancel_series.clinic_id, cancel_series.idempotency_key, to_jsonb(ended));
  return query select e.* from unnest(ended) e;
end
$$;

comment on function app_public.cancel_series is
'Cancels the future visits of a series, from a local date of the clinic on, and frees their slots. The customer gets '
'one message with all dates. Visits that have begun, or whose patient is checked in, are not cancelled. Returns the '
'cancelled bookings in order of time; none if there were none. For the desk. Refuses forbidden, unauthenticated, '
'series_not_found, invalid_argument, text_too_long, text_not_accepted, idempotency_key_reused; fails with 40001 if a '
'visit is moved at the same moment: repeat the call.';

grant execute on function app_public.cancel_series to app_staff;
