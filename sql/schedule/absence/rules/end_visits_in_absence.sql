create or replace function app_private.end_visits_in_absence(
  live app_public.bookings[], booked app_public.absence_handling, reason text)
returns jsonb[]
language plpgsql volatile set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  freed jsonb[] := '{}';
begin
  if booked = 'refuse' and live <> '{}' then
    perform app_hidden.refuse('still_in_use', format('%s live bookings lie in this absence.', cardinality(live)),
      jsonb_build_object('liveBookings', (
        select jsonb_agg(jsonb_build_object('bookingId', b.id::text, 'startsAt', b.starts_at)
          order by b.starts_at, b.id)
        from unnest(live) b)));
  elsif booked = 'cancel' then
    for i in 1 .. cardinality(live) loop
      freed := freed || jsonb_build_object('by', (live[i]).customer_id, 'slots', app_private.slots_of_booking(live[i]));
      perform app_private.list_withdrawn_booking(app_private.end_booking(
        (live[i]).clinic_id, (live[i]).id, 'clinic', reason, 'slot_withdrawn'));
    end loop;
  end if;
  return freed;
end
$$;

comment on function app_private.end_visits_in_absence is
'Handles live bookings in an absence as the caller asks: refuses (still_in_use, listing them), keeps them, or '
'cancels them and puts them on the rebooking list. Returns what was freed, for offer_rest_of_visits. The caller has '
'locked their slots.';
