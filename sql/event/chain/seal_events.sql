create or replace function app_private.seal_events(batch int default 5000) returns int
language plpgsql volatile set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  -- Events are read as in publish_events: in the order of transactions, up to the oldest one that is still running. So
  -- no event is ever added before one that is sealed already.
  horizon xid8 := app_private.event_horizon();
  sealing app_private.event_sealing;
  reached app_private.event_sealing;
  is_restored boolean;
  fresh record;
  seal app_private.event_seals;
  seals app_private.event_seals[] := '{}';
  seen int := 0;
begin
  -- Only one session at a time; a second one does not wait. Bookings do not seal their own events, because then the
  -- bookings of a clinic would wait for each other at the head of its chain.
  select s.* into sealing from app_private.event_sealing s for update skip locked;
  if not found then
    return 0;
  end if;
  reached := sealing;
  -- The database was restored into a cluster that counts transactions from the beginning. Visible events with higher
  -- numbers were committed in the former cluster: they are sealed first, whatever their numbers. Then all events are
  -- read once more from the beginning.
  is_restored := sealing.transaction_id >= pg_snapshot_xmax(pg_current_snapshot());
  if is_restored then
    horizon := '18446744073709551615';
  end if;

  for fresh in
    select f.*, exists (
      select from app_private.event_seals s where s.clinic_id = f.clinic_id and s.event_id = f.id) as is_sealed
    from (
      select e as event, e.clinic_id, e.id, e.transaction_id from app_public.events e
      where (e.transaction_id, e.id) > (sealing.transaction_id, sealing.event_id) and e.transaction_id < horizon
      order by e.transaction_id, e.id limit batch
    ) f
    order by f.clinic_id, f.transaction_id, f.id
  loop
    seen := seen + 1;
    if (fresh.transaction_id, fresh.id) > (reached.transaction_id, reached.event_id) then
      reached.transaction_id := fresh.transaction_id;
      reached.event_id := fresh.id;
    end if;
    continue when fresh.is_sealed;
    if seal.clinic_id is distinct from fresh.clinic_id then
      select h.position, h.hash into seal.position, seal.hash from app_private.event_heads h
      where h.clinic_id = fresh.clinic_id;
      seal.clinic_id := fresh.clinic_id;
    end if;
    seal.position := coalesce(seal.position, 0) + 1;
    seal.event_id := fresh.id;
    seal.reason_salt := case when (fresh.event).reason is not null then uuid_send(gen_random_uuid()) end;
    seal.reason_digest := sha256(seal.reason_salt || convert_to((fresh.event).reason, 'utf8'));
    seal.hash := app_private.hash_event(coalesce(seal.hash, ''), fresh.event, seal.reason_digest);
    seal.sealed_at := now();
    seals := seals || seal;
  end loop;

  insert into app_private.event_seals select (s).* from unnest(seals) s;
  insert into app_private.event_heads as h (clinic_id, position, hash, sealed_at)
  select distinct on (s.clinic_id) s.clinic_id, s.position, s.hash, s.sealed_at
  from unnest(seals) s order by s.clinic_id, s.position desc
  on conflict on constraint a_clinic_has_one_head do update
    set position = excluded.position, hash = excluded.hash, sealed_at = excluded.sealed_at;
  if is_restored and seen = 0 then
    reached.transaction_id := '0';
    reached.event_id := 0;
  end if;
  update app_private.event_sealing s set transaction_id = reached.transaction_id, event_id = reached.event_id
  where (s.transaction_id, s.event_id) <> (reached.transaction_id, reached.event_id);
  return seen;
end
$$;

comment on function app_private.seal_events is
'Seals up to `batch` new events: each gets the next position in its clinic''s chain, and a hash over its content and '
'the previous hash. Returns the number of events it has read, 0 if there are none. Called by the job seal_events '
'until it returns 0. docs/database/events.md says how long an event may wait.';
