create or replace function app_private.publish_events(batch int default 5000) returns int
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
  -- Events are read in the order of their transactions, and only up to the oldest one that is still running. Reading
  -- all ids above the last one would miss the events of a transaction that gets its ids early and commits late.
  horizon xid8 := app_private.event_horizon();
  published app_private.event_publication;
  seen int;
begin
  -- One publisher at a time; a second does not wait.
  select p.* into published from app_private.event_publication p for update skip locked;
  if not found then
    return 0;
  end if;
  if published.transaction_id > horizon then
    -- The database was restored into a cluster that counts transactions from the beginning. Events from before that are
    -- not published again.
    update app_private.event_publication p set transaction_id = horizon, event_id = 0;
    return 0;
  end if;

  with fresh as materialized (
    select e.clinic_id, e.id, e.transaction_id from app_public.events e
    where (e.transaction_id, e.id) > (published.transaction_id, published.event_id) and e.transaction_id < horizon
    order by e.transaction_id, e.id limit batch
  ), chunked as (
    -- A NOTIFY carries 8000 bytes at most: 300 ids of 19 digits fit.
    select f.clinic_id, f.id, (row_number() over (partition by f.clinic_id order by f.id) - 1) / 300 as chunk
    from fresh f
  ), notified as (
    select pg_notify('medislot:clinic:' || c.clinic_id,
      jsonb_build_object('eventIds', jsonb_agg(c.id::text order by c.id))::text)
    from chunked c group by c.clinic_id, c.chunk
  ), moved as (
    update app_private.event_publication p set transaction_id = l.transaction_id, event_id = l.id
    from (select f.transaction_id, f.id from fresh f order by f.transaction_id desc, f.id desc limit 1) l
  )
  -- The rows are counted so that the CTE is computed completely, since each of its rows sends a NOTIFY.
  select (select count(*) from fresh) into seen from (select count(*) from notified) n;
  return seen;
end
$$;

comment on function app_private.publish_events is
'Notifies listeners of up to `batch` new events: one NOTIFY per clinic and 300 events on channel '
'medislot:clinic:<clinic id>, payload {"eventIds": […]}. Returns the number of events. A NOTIFY in each booking''s '
'transaction would halve the throughput, because its commit takes a lock on the whole database. Called by the job '
'publish_events.';
