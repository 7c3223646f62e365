create or replace function app_private.unsealed_events(clinic_id bigint) returns bigint
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
begin
  while app_private.seal_events() > 0 loop
  end loop;
  -- Does not read all events of the clinic, of which there may be millions. Events with the number of a later
  -- transaction were sealed in another database.
  return (
    select count(*) from app_private.event_sealing es
    join app_public.events e on (e.transaction_id, e.id) > (es.transaction_id, es.event_id)
    where e.clinic_id = unsealed_events.clinic_id and e.transaction_id < pg_snapshot_xmax(pg_current_snapshot())
      and not exists (
        select from app_private.event_seals s where s.clinic_id = e.clinic_id and s.event_id = e.id));
end
$$;

comment on function app_private.unsealed_events is
'Seals events, and returns how many of a clinic are not sealed yet, because a transaction is still running or the '
'worker is sealing at this moment. A clinic moves when there are none: another database numbers transactions '
'differently, and the seals cover the numbers.';
