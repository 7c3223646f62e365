create or replace function app_private.withdraw_slots_of_absence() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  perform app_private.apply_absence(NEW);
  return null;
end
$$;

comment on function app_private.withdraw_slots_of_absence is
'Trigger: a new absence withdraws the slots that it covers and lists the visits that are booked in it (apply_absence).';
