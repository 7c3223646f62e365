create or replace function app_public.verify_events(
  clinic_id bigint, since_position bigint default 0, since_hash text default null, head text default null)
returns app_public.event_verification
language plpgsql stable security definer set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  told app_public.event_verification;
  last app_private.event_heads;
  kept text[] := regexp_match(btrim(verify_events.head), '^(\d{1,18}):([0-9a-f]{64})$');
  sealing app_private.event_sealing;
  next_transaction xid8 := pg_snapshot_xmax(pg_current_snapshot());
  last_position bigint;
  inserted app_public.events;
begin
  perform app_private.require_clinic_role(verify_events.clinic_id, 'manage');
  if since_position is null or since_position < 0 then
    perform app_hidden.refuse('invalid_argument', 'A position is a number from 0 on.', '{"argument": "sincePosition"}');
  elsif verify_events.head is not null and kept is null then
    perform app_hidden.refuse('invalid_argument', 'A head is a position, a colon and a hash of 64 digits, as it was stored.', '{"argument": "head"}');
  end if;
  -- One snapshot for all of this, since the function is stable: what is sealed meanwhile does not disturb.
  select h.* into last from app_private.event_heads h where h.clinic_id = verify_events.clinic_id;
  select s.* into sealing from app_private.event_sealing s;
  told.clinic_id := verify_events.clinic_id;
  told.position := coalesce(last.position, 0);
  told.hash := encode(last.hash, 'hex');
  told.sealed_at := last.sealed_at;
  select count(*) into told.unsealed from app_public.events e
  where e.clinic_id = verify_events.clinic_id and (e.transaction_id, e.id) > (sealing.transaction_id, sealing.event_id)
    and not exists (select from app_private.event_seals s where s.clinic_id = e.clinic_id and s.event_id = e.id);

  if kept is not null and kept[2] is distinct from (
       select encode(s.hash, 'hex') from app_private.event_seals s
       where s.clinic_id = verify_events.clinic_id and s.position = kept[1]::bigint) then
    told.fault := 'rewritten';
    told.fault_position := kept[1]::bigint;
    return told;
  elsif since_hash is not null and since_hash is distinct from coalesce((
       select encode(s.hash, 'hex') from app_private.event_seals s
       where s.clinic_id = verify_events.clinic_id and s.position = since_position), '') then
    told.fault := 'rewritten';
    told.fault_position := since_position;
    return told;
  end if;

  select c.fault, case c.fault when 'seal_missing' then c.expected else c.position end, case when c.fault <> 'seal_missing' then c.event_id end
    into told.fault, told.fault_position, told.fault_event_id
  from (
    select l.position, l.event_id, l.expected, (case
      when l.position <> l.expected then 'seal_missing'
      when e.id is null then 'missing'
      when l.hash <> app_private.hash_event(l.previous, e, l.reason_digest)
        or (e.reason is null) <> (l.reason_salt is null)
        or e.reason is not null and sha256(l.reason_salt || convert_to(e.reason, 'utf8')) is distinct from l.reason_digest
        -- A reason that is gone with its salt was erased with the person that it was about, or it was not erased at all.
        or e.reason is null and l.reason_digest is not null and not exists (
          select from app_public.events about join app_private.erasures er on er.customer_id = about.customer_id
          where about.clinic_id = e.clinic_id and about.booking_slot_id = e.booking_slot_id and about.transaction_id = e.transaction_id) then 'changed'
    end)::app_public.event_fault as fault
    from (
      select s.*, coalesce(lag(s.position) over chain, 0) + 1 as expected, coalesce(lag(s.hash) over chain, '') as previous
      from app_private.event_seals s
      where s.clinic_id = verify_events.clinic_id and s.position >= since_position
      window chain as (order by s.position)
    ) l
    left join app_public.events e on e.clinic_id = l.clinic_id and e.id = l.event_id
    where l.position > since_position
  ) c
  where c.fault is not null order by c.position limit 1;

  if told.fault is null then
    -- The end: as long as its head says, and leading to it.
    select max(s.position) into last_position from app_private.event_seals s where s.clinic_id = verify_events.clinic_id;
    if coalesce(last_position, 0) < told.position then
      told.fault := 'seal_missing';
      told.fault_position := coalesce(last_position, 0) + 1;
    elsif last_position > told.position or last.hash <> (
        select s.hash from app_private.event_seals s where s.clinic_id = verify_events.clinic_id and s.position = last.position) then
      told.fault := 'rewritten';
      told.fault_position := told.position;
    end if;
  end if;

  -- What was put in behind the sealer's back has no seal, and never gets one: the sealer has been there, or its number is none yet.
  -- (Ours may be: this transaction's own.)
  select e.* into inserted from app_public.events e
  where e.clinic_id = verify_events.clinic_id
    and ((e.transaction_id, e.id) <= (sealing.transaction_id, sealing.event_id)
         or e.transaction_id >= next_transaction and sealing.transaction_id < next_transaction and e.transaction_id is distinct from pg_current_xact_id_if_assigned())
    and not exists (select from app_private.event_seals s where s.clinic_id = e.clinic_id and s.event_id = e.id)
  order by e.transaction_id, e.id limit 1;
  if inserted.id is not null then
    -- It lies before the first sealed event that is younger.
    select coalesce(min(s.position), told.position + 1) into last_position
    from app_public.events e join app_private.event_seals s on s.clinic_id = e.clinic_id and s.event_id = e.id
    where e.clinic_id = inserted.clinic_id and (e.transaction_id, e.id) > (inserted.transaction_id, inserted.id);
    if told.fault is null or last_position <= told.fault_position then
      told.fault := 'inserted';
      told.fault_position := last_position;
      told.fault_event_id := inserted.id;
    end if;
  end if;
  return told;
end
$$;

comment on function app_public.verify_events(bigint, bigint, text, text) is
$c$Whether the sealed events of a clinic are as they were sealed: `fault` is null, or says what is wrong with the first row at fault. `position` and `hash` are the head of the chain: note them elsewhere, and give them as `since_position` and `since_hash` to prove later that the chain still contains them, and to look only at what came after. `head` is one as medislot stored it elsewhere (position:hash): the chain has to contain it (else `rewritten`), and all of it is verified.
Reads every sealed event of the clinic from there on. For managers, administrators and DBAs. Refuses forbidden, unauthenticated, invalid_argument.$c$;

revoke all on function app_public.verify_events(bigint, bigint, text, text) from public;
grant execute on function app_public.verify_events(bigint, bigint, text, text) to app_staff;
