create or replace function app_private.unsealed_events(clinic_id bigint) returns bigint
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
begin
  while app_private.seal_events() > 0 loop
  end loop;
  return (
    select count(*) from app_public.events e
    where e.clinic_id = unsealed_events.clinic_id and not exists (
      select from app_private.event_seals s where s.clinic_id = e.clinic_id and s.event_id = e.id));
end
$$;

comment on function app_private.unsealed_events is
'Seals events, and returns how many of a clinic are not sealed yet, because a transaction is still running or the '
'worker is sealing at this moment. A clinic moves when there are none: another database numbers transactions '
'differently, and the seals cover the numbers.';
