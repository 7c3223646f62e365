create or replace function app_private.require_local_date() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  wrong record;
begin
  -- One statement for a whole generation. The search relies on slot_date being the local date of the start.
  select made.id, made.slot_date, made.starts_at, c.time_zone into wrong
  from made
  join app_public.clinics c on c.id = made.clinic_id
  where made.slot_date <> (made.starts_at at time zone c.time_zone)::date
  limit 1;
  if found then
    raise exception 'booking slot % begins on % in %, not on %',
      wrong.id, to_char(wrong.starts_at at time zone wrong.time_zone, 'YYYY-MM-DD'), wrong.time_zone,
      to_char(wrong.slot_date, 'YYYY-MM-DD')
      using errcode = 'check_violation', constraint = TG_NAME;
  end if;
  return null;
end
$$;

comment on function app_private.require_local_date is
'Trigger: the date of a new slot must be the local date on which it starts (otherwise check_violation). Searches '
'across clinics use that date and would miss the slot.';
