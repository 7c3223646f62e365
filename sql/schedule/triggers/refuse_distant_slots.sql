create or replace function app_private.refuse_distant_slots() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  distant date;
begin
  select made.slot_date into distant
  from made where made.starts_at > app_private.latest_slot_start()
  order by made.id limit 1;
  if found then
    perform app_hidden.refuse('slot_too_far_ahead', 'A slot starts at most three years from now.',
      jsonb_build_object('slotDate', distant, 'latestStart', app_private.latest_slot_start()));
  end if;
  return null;
end
$$;

comment on function app_private.refuse_distant_slots is
'Trigger: refuses slot_too_far_ahead for new slots that start later than app_private.latest_slot_start(), however '
'they are made.';
