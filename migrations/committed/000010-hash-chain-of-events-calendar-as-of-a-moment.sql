--! Previous: sha1:d69a8e65f24af326c589d28c4c92a3608d75d666
--! Hash: sha1:15bd497b206f71ecf711fec93c09b9fe49f5df40
--! Message: hash chain of events, calendar as of a moment

-- Enter migration here

-- The moment of the row itself. occurred_at is the beginning of its transaction, which may have waited for another's: by that alone
-- a slot's events would not be in order. Existing rows have none, and are not rewritten.
alter table app_public.events add column recorded_at timestamptz;
alter table app_public.events alter column recorded_at set default clock_timestamp();
comment on column app_public.events.occurred_at is 'When its transaction began: the same for all that was done at once.';
comment on column app_public.events.recorded_at is 'When it was written, a moment before its commit; null in events from before this was recorded.';
grant select (recorded_at) on app_public.events to app_customer;

-- Apart from the events, so that these are never updated, and so that sealing takes no lock that a booking could wait for.
create table app_private.event_seals (
  clinic_id bigint not null,
  position bigint not null,
  event_id bigint not null,
  reason_salt bytea,
  reason_digest bytea,
  hash bytea not null,
  sealed_at timestamptz not null default now(),
  constraint seals_are_numbered_within_their_clinic primary key (clinic_id, position),
  -- No foreign key to the event: an event that is gone is what the seal is there to show.
  constraint an_event_is_sealed_once unique (clinic_id, event_id)
);
comment on table app_private.event_seals is 'The chain of each clinic''s events, in the order of their transactions: each hash covers its event and the hash before it. Written by seal_events.';
comment on column app_private.event_seals.reason_digest is 'SHA-256 of reason_salt and the event''s reason: the hash covers this, so that the free text itself can be erased with its salt.';
alter table app_private.event_seals enable row level security;

create table app_private.event_heads (
  clinic_id bigint not null,
  position bigint not null,
  hash bytea not null,
  sealed_at timestamptz not null,
  constraint a_clinic_has_one_head primary key (clinic_id)
);
comment on table app_private.event_heads is 'How far each clinic''s chain reaches, kept beside it so that a chain that was cut off shows.';
alter table app_private.event_heads enable row level security;

create table app_private.event_sealing (
  only_row boolean not null default true,
  transaction_id xid8 not null default '0',
  event_id bigint not null default 0,
  constraint there_is_one_sealing primary key (only_row),
  constraint there_is_only_one_sealing check (only_row)
);
comment on table app_private.event_sealing is 'How far seal_events has come.';
insert into app_private.event_sealing default values;
alter table app_private.event_sealing enable row level security;

create type app_public.event_fault as enum ('changed', 'missing', 'inserted', 'seal_missing', 'rewritten');
comment on type app_public.event_fault is 'What is wrong with an event: it is not what was sealed (changed), gone (missing), put in later without a seal (inserted); its seal is gone (seal_missing); or the chain is whole but not the one that was there (rewritten).';
create type app_public.event_verification as (
  clinic_id bigint, position bigint, hash text, sealed_at timestamptz, unsealed bigint,
  fault app_public.event_fault, fault_position bigint, fault_event_id bigint
);
comment on type app_public.event_verification is 'What verify_events found.';
comment on column app_public.event_verification.position is 'How many events are sealed.';
comment on column app_public.event_verification.hash is 'The last seal, in hexadecimal.';
comment on column app_public.event_verification.unsealed is 'Events that wait to be sealed; seconds old at most, unless a transaction runs as long.';
comment on column app_public.event_verification.fault is 'Null when all is as it was sealed.';
comment on column app_public.event_verification.fault_position is 'Where in the chain.';
comment on column app_public.event_verification.fault_event_id is 'Which event, where that is known.';
create type app_public.event_head as (clinic_id bigint, position bigint, hash text, sealed_at timestamptz);
comment on type app_public.event_head is 'The end of a clinic''s chain of sealed events.';
comment on column app_public.event_head.position is 'How many events are sealed.';
comment on column app_public.event_head.hash is 'The last seal, in hexadecimal.';
create type app_public.calendar_entry as (
  cursor text, clinic_id bigint, booking_slot_id bigint, doctor_id bigint, slot_date date, starts_at timestamptz, ends_at timestamptz,
  slot_status app_public.slot_status, customer_id bigint, booking_id bigint, booking_status app_public.booking_status, booking_customer_id bigint
);
comment on type app_public.calendar_entry is 'A slot as it was, with one of its bookings or none.';
comment on column app_public.calendar_entry.cursor is 'Give it as `after` for the page behind this row.';
comment on column app_public.calendar_entry.customer_id is 'Who held or had the slot then. A hold that had run out by its time is told until somebody ended it.';
comment on column app_public.calendar_entry.booking_id is 'A booking that was of this slot then, ended or not; null when there was none.';

--! Included booking/refuse_change_of_history.sql
create or replace function app_private.refuse_change_of_history() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  perform app_hidden.refuse('immutable_column', 'History is only ever added to.', jsonb_build_object('table', TG_TABLE_NAME));
  return null;
end
$$;

comment on function app_private.refuse_change_of_history() is 'Trigger: refuses (immutable_column) to change or delete events and their seals.';

revoke all on function app_private.refuse_change_of_history() from public;
--! EndIncluded booking/refuse_change_of_history.sql
--! Included booking/hash_event.sql
create or replace function app_private.hash_event(previous bytea, event app_public.events, reason_digest bytea) returns bytea
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
  -- Numbers and UTC seconds only, in a JSON array, so that no setting of a session and no joining of texts changes what is hashed.
  -- The reason is free text, which a person may have erased: it counts by its salted digest. A column added to events belongs here too.
  return sha256(previous || convert_to(jsonb_build_array(
    event.clinic_id, event.id, event.transaction_id::text, extract(epoch from event.occurred_at), extract(epoch from event.recorded_at),
    event.entity, event.booking_slot_id, event.booking_id, event.customer_id, event.from_state, event.to_state,
    encode(reason_digest, 'hex'), event.actor, event.actor_account_id)::text, 'utf8'));
end
$$;

comment on function app_private.hash_event(bytea, app_public.events, bytea) is
'The hash of an event''s seal: SHA-256 of the seal before it (empty for the first of a clinic) and the event in its canonical form. docs/events.md has the form, for whoever computes it elsewhere.';

revoke all on function app_private.hash_event(bytea, app_public.events, bytea) from public;
--! EndIncluded booking/hash_event.sql
--! Included booking/seal_events.sql
create or replace function app_private.seal_events(batch int default 5000) returns int
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
  -- Read as publish_events reads: in the order of transactions, up to the oldest one still running. So a transaction that commits late
  -- is sealed late, in its place, and nothing that is sealed ever gets something before it.
  horizon xid8 := pg_snapshot_xmin(pg_current_snapshot());
  sealing app_private.event_sealing;
  reached app_private.event_sealing;
  is_restored boolean;
  fresh record;
  seal app_private.event_seals;
  seals app_private.event_seals[] := '{}';
  seen int := 0;
begin
  -- One at a time; a second does not wait. Bookings never come here: a head that they chained to would serialise a whole clinic.
  select s.* into sealing from app_private.event_sealing s for update skip locked;
  if not found then
    return 0;
  end if;
  reached := sealing;
  -- The database was restored into a cluster that counts transactions anew. What is visible above was committed elsewhere: it is sealed
  -- first, whatever its number. Then everything is looked through once more from the beginning.
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
      select h.position, h.hash into seal.position, seal.hash from app_private.event_heads h where h.clinic_id = fresh.clinic_id;
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

comment on function app_private.seal_events(int) is
'Seals up to `batch` new events: each gets the next position of its clinic''s chain, and a hash over its content and the hash before it. Returns how many events it looked at, 0 when there are none. Called by the job seal_events until then; what an event may wait is told in docs/events.md.';

revoke all on function app_private.seal_events(int) from public;
--! EndIncluded booking/seal_events.sql
--! Included booking/event_head.sql
create or replace function app_public.event_head(clinic_id bigint) returns app_public.event_head
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
declare
  head app_public.event_head;
begin
  perform app_private.require_clinic_role(event_head.clinic_id, 'manage');
  select h.clinic_id, h.position, encode(h.hash, 'hex'), h.sealed_at into head
  from app_private.event_heads h where h.clinic_id = event_head.clinic_id;
  head.clinic_id := event_head.clinic_id;
  head.position := coalesce(head.position, 0);
  return head;
end
$$;

comment on function app_public.event_head(bigint) is
'The end of a clinic''s chain of sealed events; position 0 when nothing is sealed yet. Kept where the database''s administrators cannot write, it proves later (verify_events) that nothing up to it was rewritten. For managers, administrators and DBAs. Refuses forbidden, unauthenticated.';

revoke all on function app_public.event_head(bigint) from public;
grant execute on function app_public.event_head(bigint) to app_staff;
--! EndIncluded booking/event_head.sql
--! Included booking/verify_events.sql
create or replace function app_public.verify_events(clinic_id bigint, since_position bigint default 0, since_hash text default null)
returns app_public.event_verification
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
declare
  told app_public.event_verification;
  head app_private.event_heads;
  sealing app_private.event_sealing;
  next_transaction xid8 := pg_snapshot_xmax(pg_current_snapshot());
  last_position bigint;
  inserted app_public.events;
begin
  perform app_private.require_clinic_role(verify_events.clinic_id, 'manage');
  if since_position is null or since_position < 0 then
    perform app_hidden.refuse('invalid_argument', 'A position is a number from 0 on.', '{"argument": "sincePosition"}');
  end if;
  -- One snapshot for all of this, since the function is stable: what is sealed meanwhile does not disturb.
  select h.* into head from app_private.event_heads h where h.clinic_id = verify_events.clinic_id;
  select s.* into sealing from app_private.event_sealing s;
  told.clinic_id := verify_events.clinic_id;
  told.position := coalesce(head.position, 0);
  told.hash := encode(head.hash, 'hex');
  told.sealed_at := head.sealed_at;
  select count(*) into told.unsealed from app_public.events e
  where e.clinic_id = verify_events.clinic_id and (e.transaction_id, e.id) > (sealing.transaction_id, sealing.event_id)
    and not exists (select from app_private.event_seals s where s.clinic_id = e.clinic_id and s.event_id = e.id);

  if since_hash is not null and since_hash is distinct from coalesce((
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
        or e.reason is not null and sha256(l.reason_salt || convert_to(e.reason, 'utf8')) is distinct from l.reason_digest then 'changed'
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
    elsif last_position > told.position or head.hash <> (
        select s.hash from app_private.event_seals s where s.clinic_id = verify_events.clinic_id and s.position = head.position) then
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

comment on function app_public.verify_events(bigint, bigint, text) is
$c$Whether the sealed events of a clinic are as they were sealed: `fault` is null, or says what is wrong with the first row at fault. `position` and `hash` are the head of the chain: note them elsewhere, and give them as `since_position` and `since_hash` to prove later that the chain still contains them, and to look only at what came after.
Reads every sealed event of the clinic from there on. For managers, administrators and DBAs. Refuses forbidden, unauthenticated, invalid_argument.$c$;

revoke all on function app_public.verify_events(bigint, bigint, text) from public;
grant execute on function app_public.verify_events(bigint, bigint, text) to app_staff;
--! EndIncluded booking/verify_events.sql
--! Included booking/calendar_as_of.sql
create or replace function app_public.calendar_as_of(
  clinic_id bigint, at timestamptz default now(), from_date date default null, to_date date default null, after text default null, page_size int default 20)
returns setof app_public.calendar_entry
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
declare
  until date;
begin
  perform app_private.require_clinic_role(calendar_as_of.clinic_id, 'staff');
  if from_date is null then
    select (calendar_as_of.at at time zone c.time_zone)::date into from_date from app_public.clinics c where c.id = calendar_as_of.clinic_id;
  end if;
  until := coalesce(to_date, from_date);
  if at is null then
    perform app_hidden.refuse('invalid_argument', 'Say as of when.', '{"argument": "at"}');
  elsif until is null or until not between from_date and from_date + 30 then
    perform app_hidden.refuse('invalid_argument', 'Give a from and a to date, in this order, at most 31 days.', '{"argument": "toDate"}');
  elsif page_size is null or page_size not between 1 and 100 then
    perform app_hidden.refuse('invalid_argument', 'A page has 1 to 100 entries.', '{"argument": "pageSize"}');
  elsif after !~ '^[0-9]{1,16}\.[0-9]{1,18}\.[0-9]{1,18}$' then
    perform app_hidden.refuse('invalid_argument', 'This cursor was not made here.', '{"argument": "after"}');
  end if;

  return query
    -- What a slot is (doctor, date, time) never changes, so it is taken from the slot, wherever that is by now; what became of it, and of
    -- its bookings, is told by events.
    with slots as materialized (
      select bs.id, bs.doctor_id, bs.slot_date, bs.during from app_public.booking_slots bs
      where bs.clinic_id = calendar_as_of.clinic_id and bs.slot_date between from_date and until
      union all
      select bs.id, bs.doctor_id, bs.slot_date, bs.during from app_public.archived_booking_slots bs
      where bs.clinic_id = calendar_as_of.clinic_id and bs.slot_date between from_date and until
    ), of_slots as materialized (
      select e.* from slots s
      join app_public.events e on e.clinic_id = calendar_as_of.clinic_id and e.booking_slot_id = s.id
    ), told as (
      -- A transaction is seen whole or not at all, from its last event on. Its number alone would not name it for ever: a restored
      -- database counts anew.
      select e.*, max(coalesce(e.recorded_at, e.occurred_at)) over (partition by e.transaction_id, e.occurred_at) as seen_at
      from (
        select e.* from of_slots e where e.booking_id is null
        union all
        -- Of its bookings everything, since one may have been moved to another day.
        select e.* from app_public.events e
        where e.clinic_id = calendar_as_of.clinic_id
          and e.booking_id in (select o.booking_id from of_slots o where o.booking_id is not null)
      ) e
    ), slot_states as (
      select distinct on (t.booking_slot_id) t.booking_slot_id, t.to_state, t.customer_id from told t
      where t.booking_id is null and t.seen_at <= calendar_as_of.at order by t.booking_slot_id, t.id desc
    ), booking_states as (
      select distinct on (t.booking_id) t.booking_id, t.booking_slot_id, t.to_state, t.customer_id from told t
      where t.booking_id is not null and t.seen_at <= calendar_as_of.at order by t.booking_id, t.id desc
    ), entries as (
      select concat_ws('.', (extract(epoch from lower(s.during)) * 1000000)::bigint, s.id, coalesce(bs.booking_id, 0)) as cursor,
        s.*, ss.to_state as slot_status,
        -- The event of a slot that became free names whose it was.
        case when ss.to_state in ('held', 'booked') then ss.customer_id end as customer_id,
        bs.booking_id, bs.to_state as booking_status, bs.customer_id as booking_customer_id
      from slots s
      join slot_states ss on ss.booking_slot_id = s.id
      left join booking_states bs on bs.booking_slot_id = s.id
    )
    select e.cursor, calendar_as_of.clinic_id, e.id, e.doctor_id, e.slot_date, lower(e.during), upper(e.during),
      e.slot_status::app_public.slot_status, e.customer_id, e.booking_id, e.booking_status::app_public.booking_status, e.booking_customer_id
    from entries e
    where after is null or (string_to_array(e.cursor, '.')::bigint[]) > (string_to_array(after, '.')::bigint[])
    order by string_to_array(e.cursor, '.')::bigint[]
    limit page_size;
end
$$;

comment on function app_public.calendar_as_of(bigint, timestamptz, date, date, text, int) is
$c$What the calendar of a clinic said at a past moment (default now), told by its events: each slot there was on its local dates from `from_date` (default that day) to `to_date` (inclusive, at most 31 days, default the one day), in the order of time, with every booking it had, ended ones too. A transaction counts from its last event on, a moment before its commit.
Each row carries a cursor: pass the last one as `after` for the next page of `page_size` (1 to 100, default 20). For those who work at the clinic. Refuses forbidden, unauthenticated, invalid_argument.$c$;

revoke all on function app_public.calendar_as_of(bigint, timestamptz, date, date, text, int) from public;
grant execute on function app_public.calendar_as_of(bigint, timestamptz, date, date, text, int) to app_staff;
--! EndIncluded booking/calendar_as_of.sql

create trigger seals_are_never_changed before update or delete on app_private.event_seals
  for each row execute function app_private.refuse_change_of_history();
create trigger seals_are_never_emptied before truncate on app_private.event_seals
  for each statement execute function app_private.refuse_change_of_history();
create trigger heads_only_move_on before update on app_private.event_heads
  for each row when (NEW.clinic_id <> OLD.clinic_id or NEW.position <= OLD.position) execute function app_private.refuse_change_of_history();
create trigger heads_are_never_removed before delete on app_private.event_heads
  for each row execute function app_private.refuse_change_of_history();
create trigger heads_are_never_emptied before truncate on app_private.event_heads
  for each statement execute function app_private.refuse_change_of_history();
