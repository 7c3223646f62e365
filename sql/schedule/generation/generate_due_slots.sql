create or replace function app_private.generate_due_slots(clinic_id bigint) returns app_public.slot_generation_runs
language plpgsql volatile set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  due timestamptz;
  dates record;
begin
  select d.due_at into due from app_private.clinics_due_for_generation() d
  where d.clinic_id = generate_due_slots.clinic_id;
  if due is null then
    return null;
  end if;
  dates := app_private.dates_to_generate(generate_due_slots.clinic_id, due);
  return app_private.make_booking_slots(generate_due_slots.clinic_id,
    datemultirange(daterange(dates.from_date, dates.to_date, '[]')), due);
end
$$;

comment on function app_private.generate_due_slots is
'Makes the slots that the clinic''s schedule is due to make (dates_to_generate). Returns the run, or null when none '
'is due. Called by the job generate_due_slots, one clinic a transaction.';
