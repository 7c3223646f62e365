create or replace function app_private.restore_slots_of_absence() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  perform app_private.lift_absence(OLD);
  return null;
end
$$;

comment on function app_private.restore_slots_of_absence is
'Trigger: an absence that is removed gives back the slots that it withdrew (lift_absence).';
