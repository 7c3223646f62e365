create or replace function app_public.generate_booking_slots(clinic_id bigint, from_date date, to_date date)
returns app_public.slot_generation_runs
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
begin
  perform app_private.require_clinic_role(generate_booking_slots.clinic_id, 'manage');
  if generate_booking_slots.to_date > (app_private.latest_slot_start() at time zone 'UTC')::date then
    -- Also if no template is valid so late, because the run would be recorded, and later runs depend on it.
    perform app_hidden.refuse('slot_too_far_ahead', 'A slot starts at most three years from now.',
      jsonb_build_object('slotDate', to_date, 'latestStart', app_private.latest_slot_start()));
  elsif from_date is null or to_date is null or to_date < from_date or to_date - from_date > 366 then
    perform app_hidden.refuse('invalid_argument', 'Give a from and a to date, in this order, at most 366 days apart.',
      jsonb_build_object('argument', 'toDate', 'fromDate', from_date, 'toDate', to_date));
  end if;
  return app_private.make_booking_slots(
    generate_booking_slots.clinic_id, datemultirange(daterange(from_date, to_date, '[]')), null);
end
$$;

comment on function app_public.generate_booking_slots is
'Makes the booking slots of a clinic''s templates from `from_date` to `to_date` (local dates, inclusive, at most 366 '
'days). Running it again makes no duplicates, and withdrawn slots stay withdrawn. Returns the recorded run: '
'slots_made, and templates_passed_over with a count for each reason (already_existing, in_the_past, '
'skipped_local_times, overlapping, doctor_absent) and up to 100 examples. For managers, and for the job '
'generate_due_slots. Refuses forbidden, clinic_not_found, invalid_argument, slot_too_far_ahead.';

grant execute on function app_public.generate_booking_slots to app_staff;
