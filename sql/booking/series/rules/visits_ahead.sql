create or replace function app_private.visits_ahead(clinic_id bigint, series_id bigint, from_date date)
returns setof app_public.bookings
language plpgsql volatile set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
begin
  if from_date is null then
    perform app_hidden.refuse('invalid_argument', 'A date is needed.', '{"argument": "fromDate"}');
  end if;
  perform app_private.assert_series(visits_ahead.clinic_id, visits_ahead.series_id);
  return query
    select b.* from app_public.bookings b
    where b.clinic_id = visits_ahead.clinic_id and b.series_id = visits_ahead.series_id and b.status = 'booked'
      and b.slot_date >= visits_ahead.from_date and b.starts_at > now()
    order by b.starts_at, b.id;
end
$$;

comment on function app_private.visits_ahead is
'The visits of a series that are booked and have not begun, from a local date of the clinic on, in order of time. '
'Refuses series_not_found, invalid_argument.';
