create or replace function app_public.verify_events(
  clinic_id bigint, since_position bigint default 0, since_hash text default null, head text default null)
returns app_public.event_verification
language plpgsql stable security definer set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  result app_public.event_verification;
  last app_private.event_heads;
  kept text[] := regexp_match(btrim(verify_events.head), '^(\d{1,18}):([0-9a-f]{64})$');
  sealing app_private.event_sealing;
  inserted record;
begin
  perform app_private.require_clinic_role(verify_events.clinic_id, 'manage');
  if since_position is null or since_position < 0 then
    perform app_hidden.refuse('invalid_argument', 'A position is a number from 0 on.', '{"argument": "sincePosition"}');
  elsif verify_events.head is not null and kept is null then
    perform app_hidden.refuse('invalid_argument',
      'A head is a position, a colon and a hash of 64 digits, as it was stored.', '{"argument": "head"}');
  end if;
  -- The function is stable, so all of its statements use one snapshot: sealing at the same time does not disturb it.
  select h.* into last from app_private.event_heads h where h.clinic_id = verify_events.clinic_id;
  select s.* into sealing from app_private.event_sealing s;
  result.clinic_id := verify_events.clinic_id;
  result.position := coalesce(last.position, 0);
  result.hash := encode(last.hash, 'hex');
  result.sealed_at := last.sealed_at;
  select count(*) into result.unsealed from app_public.events e
  where e.clinic_id = verify_events.clinic_id and (e.transaction_id, e.id) > (sealing.transaction_id, sealing.event_id)
    and not exists (select from app_private.event_seals s where s.clinic_id = e.clinic_id and s.event_id = e.id);

  if kept is not null
    and kept[2] is distinct from app_private.seal_hash_at(verify_events.clinic_id, kept[1]::bigint) then
    result.fault := 'rewritten';
    result.fault_position := kept[1]::bigint;
    return result;
  elsif since_hash is not null
    and since_hash <> coalesce(app_private.seal_hash_at(verify_events.clinic_id, since_position), '') then
    result.fault := 'rewritten';
    result.fault_position := since_position;
    return result;
  end if;

  select f.fault, f.fault_position, f.fault_event_id
    into result.fault, result.fault_position, result.fault_event_id
  from app_private.first_faulty_seal(verify_events.clinic_id, since_position) f;
  if result.fault is null then
    select f.fault, f.fault_position into result.fault, result.fault_position
    from app_private.fault_at_head(verify_events.clinic_id, last) f;
  end if;
  select i.event_id, i.position into inserted
  from app_private.first_inserted_event(verify_events.clinic_id, sealing, result.position) i;
  if inserted.event_id is not null and (result.fault is null or inserted.position <= result.fault_position) then
    result.fault := 'inserted';
    result.fault_position := inserted.position;
    result.fault_event_id := inserted.event_id;
  end if;
  return result;
end
$$;

comment on function app_public.verify_events is
$c$Checks whether the sealed events of a clinic are still as they were sealed. `fault` is null if they are; otherwise it
says what is wrong with the first faulty event. `position` and `hash` are the head of the chain: store them elsewhere,
and pass them later as `since_position` and `since_hash` to check that the chain still contains them and to verify only
what follows. `head` is a head as medislot stored it elsewhere (position:hash): the chain must contain it (otherwise
`rewritten`), and all of the chain is verified.
Reads every sealed event of the clinic after `since_position`. For managers, administrators and DBAs. Refuses
forbidden, unauthenticated, invalid_argument.$c$;

grant execute on function app_public.verify_events to app_staff;
