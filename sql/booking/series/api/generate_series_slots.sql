create or replace function app_public.generate_series_slots(clinic_id bigint, slot_dates date[])
returns app_public.slot_generation_runs
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
begin
  perform app_private.require_clinic_role(generate_series_slots.clinic_id, 'desk');
  if coalesce(cardinality(slot_dates), 0) not between 1 and 52 or array_position(slot_dates, null) is not null then
    perform app_hidden.refuse('invalid_argument', 'Give 1 to 52 dates.', '{"argument": "slotDates"}');
  elsif (select max(d.day) from unnest(slot_dates) d (day))
      > (app_private.latest_slot_start() at time zone 'UTC')::date then
    perform app_hidden.refuse('slot_too_far_ahead', 'A slot starts at most three years from now.',
      jsonb_build_object('latestStart', app_private.latest_slot_start()));
  end if;
  return app_private.make_booking_slots(generate_series_slots.clinic_id,
    (select range_agg(daterange(d.day, d.day, '[]')) from unnest(slot_dates) d (day)), null);
end
$$;

comment on function app_public.generate_series_slots is
'Makes the booking slots of the clinic''s templates on up to 52 dates of a series, which may be after the dates for '
'which slots were generated. It does what generate_booking_slots does, and returns the recorded run. For the desk. '
'Refuses forbidden, clinic_not_found, invalid_argument, slot_too_far_ahead.';

grant execute on function app_public.generate_series_slots to app_staff;
