--! Previous: sha1:452f242ed96d9cbceaa1c384854e34a241363515
--! Hash: sha1:7d65f2918de3c891906a01f80ca310ec5f8a6c0e
--! Message: export and erasure of a person

-- Enter migration here

create table app_private.erasures (
  customer_id bigint not null,
  erased_at timestamptz not null default now(),
  erased_by_account_id bigint,
  constraint a_customer_is_erased_once primary key (customer_id),
  constraint erasures_are_of_a_customer foreign key (customer_id) references app_public.customers (id)
);
comment on table app_private.erasures is 'Who was erased, by number. verify_events asks it whether a reason was erased with its person; after a backup was restored it says who has to be erased again.';
comment on column app_private.erasures.erased_by_account_id is 'The person themselves or an administrator; null is a DBA.';
alter table app_private.erasures enable row level security;

create type app_public.customer_export as (
  format_version int, exported_at timestamptz, customer_id bigint, profile jsonb, account jsonb, clinic_records jsonb, bookings jsonb,
  notifications jsonb, events jsonb
);
comment on type app_public.customer_export is 'Everything that is held about a person.';
comment on column app_public.customer_export.format_version is 'Rises when what is read by its name moves or changes its meaning; what is new does not count.';
comment on column app_public.customer_export.account is 'Null for somebody whom a clinic wrote down and who never registered.';

--! Included identity/require_own_customer.sql
create or replace function app_private.require_own_customer(customer_id bigint) returns void
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
  if app_private.caller_is_operator() then
    return;
  elsif app_hidden.current_account_id() is null then
    perform app_hidden.refuse('unauthenticated', 'Sign in first.');
  elsif require_own_customer.customer_id is distinct from app_hidden.current_customer_id() then
    perform app_hidden.refuse('customer_not_found', 'No such customer.', jsonb_build_object('customerId', require_own_customer.customer_id::text));
  end if;
end
$$;

comment on function app_private.require_own_customer(bigint) is
'Refuses (unauthenticated, customer_not_found) unless the caller is this customer or an operator: who there is, nobody else is told.';

revoke all on function app_private.require_own_customer(bigint) from public;
--! EndIncluded identity/require_own_customer.sql
--! Included identity/remove_customer.sql
create or replace function app_public.remove_customer(customer_id bigint, "cascade" boolean default false, row_version int default null)
returns app_public.customers
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
declare
  customer app_public.customers;
  hanging jsonb;
  live app_public.bookings;
begin
  perform app_private.require_own_customer(remove_customer.customer_id);
  -- The customer first, as who books does, so that no booking slips in behind.
  select c.* into customer from app_public.customers c where c.id = remove_customer.customer_id for no key update;
  if customer.id is null then
    perform app_hidden.refuse('customer_not_found', 'No such customer.', jsonb_build_object('customerId', remove_customer.customer_id::text));
  end if;
  -- Then slots, as everybody locks; those of several clinics in the order of clinic and id.
  perform from app_public.booking_slots bs
  where bs.customer_id = remove_customer.customer_id and (bs.clinic_id, bs.id) in (
    select b.clinic_id, b.booking_slot_id from app_public.bookings b
    where b.customer_id = remove_customer.customer_id and b.status in ('booked', 'checked_in') and b.ends_at > now())
  order by bs.clinic_id, bs.id for update;
  perform app_private.require_version('customers', remove_customer.row_version, customer.row_version);

  select jsonb_agg(jsonb_build_object('bookingId', b.id::text, 'clinicId', b.clinic_id::text, 'startsAt', b.starts_at) order by b.starts_at, b.id) into hanging
  from app_public.bookings b
  where b.customer_id = customer.id and b.status in ('booked', 'checked_in') and b.ends_at > now();
  if hanging is not null and not remove_customer."cascade" then
    perform app_hidden.refuse('still_in_use', format('%s live bookings hang on this customer.', jsonb_array_length(hanging)),
      jsonb_build_object('liveBookings', hanging));
  end if;
  -- Also within a cut-off: who leaves will not come. The clinic sees the cancellation.
  for live in
    select b.* from app_public.bookings b
    where b.customer_id = customer.id and b.status in ('booked', 'checked_in') and b.ends_at > now()
    order by b.clinic_id, b.booking_slot_id
  loop
    perform app_private.end_booking(live.clinic_id, live.id, 'customer', 'customer removed');
  end loop;

  update app_public.customers c set is_active = false where c.id = customer.id returning c.* into customer;
  -- The account ends with its customer, unless it is somebody's who works here.
  update app_private.accounts a set is_active = false
  where a.id = customer.account_id and not a.is_admin
    and not exists (select from app_public.employees e where e.account_id = a.id and e.is_active);
  if found then
    update app_private.sessions s set revoked_at = now() where s.account_id = customer.account_id and s.revoked_at is null;
  end if;
  return customer;
end
$$;

comment on function app_public.remove_customer(bigint, boolean, int) is
'Ends a customer: inactive from now on, and signed out for good unless they work for a clinic. What clinics recorded of them stays. Refuses (still_in_use, with the list) while bookings lie ahead; with `cascade` those are cancelled on the customer''s behalf. Holds end by themselves. Customers themselves, administrators anybody. Refuses customer_not_found, unauthenticated, stale_row_version.';

revoke all on function app_public.remove_customer(bigint, boolean, int) from public;
grant execute on function app_public.remove_customer(bigint, boolean, int) to app_customer;
--! EndIncluded identity/remove_customer.sql
--! Included booking/refuse_change_of_history.sql
create or replace function app_private.refuse_change_of_history() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  -- The one exception: free text about a person who has it erased.
  if TG_OP = 'UPDATE' and TG_NARGS = 1 and current_setting('medislot.erasing', true) = 'on'
     and to_jsonb(NEW) = to_jsonb(OLD) || jsonb_build_object(TG_ARGV[0], null) then
    return NEW;
  end if;
  perform app_hidden.refuse('immutable_column', 'History is only ever added to.', jsonb_build_object('table', TG_TABLE_NAME));
  return null;
end
$$;

comment on function app_private.refuse_change_of_history() is
'Trigger: refuses (immutable_column) to change or delete events and their seals. The column in its argument may be emptied, and nothing else, by app_private.erase_reasons.';

revoke all on function app_private.refuse_change_of_history() from public;
--! EndIncluded booking/refuse_change_of_history.sql
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
--! Included booking/erase_reasons.sql
create or replace function app_private.erase_reasons(customer_id bigint) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
begin
  -- What is being sealed at this moment would keep a salt by which to guess what is erased: not while this lasts.
  perform from app_private.event_sealing for update;
  perform set_config('medislot.erasing', 'on', true);
  with erased as (
    update app_public.events e set reason = null
    where (e.clinic_id, e.id) in (
      -- Also what else was said of the slot at that moment: one that is withdrawn with its booking is nobody's, for the same reason.
      select said.clinic_id, said.id
      from app_public.events about
      join app_public.events said on said.clinic_id = about.clinic_id and said.booking_slot_id = about.booking_slot_id
        and said.transaction_id = about.transaction_id
      where about.customer_id = erase_reasons.customer_id and said.reason is not null)
    returning e.clinic_id, e.id
  )
  update app_private.event_seals s set reason_salt = null
  from erased e where s.clinic_id = e.clinic_id and s.event_id = e.id;
  perform set_config('medislot.erasing', '', true);
end
$$;

comment on function app_private.erase_reasons(bigint) is
'Empties the reasons of all events about a customer, and their salts, so that what the seals keep of them tells nothing. The caller has recorded the erasure.';

revoke all on function app_private.erase_reasons(bigint) from public;
--! EndIncluded booking/erase_reasons.sql
--! Included notification/deliver_to_database.sql
create or replace function app_private.deliver_to_database(
  clinic_id bigint, notification_id bigint, recipient text, subject text, body text,
  channel text default 'email', sender_name text default null, calendar text default null) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
begin
  insert into app_private.messages (clinic_id, notification_id, generation, recipient, subject, body, channel, sender_name, calendar)
  select n.clinic_id, n.id, n.generation, deliver_to_database.recipient, deliver_to_database.subject, deliver_to_database.body,
    deliver_to_database.channel, deliver_to_database.sender_name, deliver_to_database.calendar
  from app_public.notifications n
  where n.clinic_id = deliver_to_database.clinic_id and n.id = deliver_to_database.notification_id
  -- Not behind the back of somebody who erases its customer.
  for key share
  -- The notification is the idempotency key, as with a real provider: a second delivery after a crash leaves one message.
  on conflict on constraint a_notification_is_delivered_once do nothing;
end
$$;

comment on function app_private.deliver_to_database(bigint, bigint, text, text, text, text, text, text) is
'The development transport: a message lands in app_private.messages, where a developer reads it with psql.';

revoke all on function app_private.deliver_to_database(bigint, bigint, text, text, text, text, text, text) from public;
--! EndIncluded notification/deliver_to_database.sql
--! Included notification/erase_messages.sql
create or replace function app_private.erase_messages(customer_id bigint, addresses text[]) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
begin
  -- Locked first: what is being delivered is waited for, and then found.
  perform from app_public.notifications n
  join app_public.bookings b on b.clinic_id = n.clinic_id and b.id = n.booking_id
  where b.customer_id = erase_messages.customer_id order by n.clinic_id, n.id for update of n;
  -- What the development transport keeps: the customer's, and what went to their addresses about bookings that are in the archive by now.
  delete from app_private.messages m
  where exists (
      select from app_public.notifications n
      where n.clinic_id = m.clinic_id and n.id = m.notification_id and n.customer_id = erase_messages.customer_id)
    or lower(m.recipient) = any (erase_messages.addresses) and not exists (
      select from app_public.notifications n where n.clinic_id = m.clinic_id and n.id = m.notification_id);
  -- Those that wait, too, also that the bookings ahead were cancelled: to whom? With them go the attempts, whose errors may quote an
  -- address; what a worker sends at this moment finds no row to note anything at. A clinic's own system is told ids, and goes on.
  delete from app_public.notifications n using app_public.bookings b
  where b.customer_id = erase_messages.customer_id and n.clinic_id = b.clinic_id and n.booking_id = b.id and n.channel <> 'webhook';
end
$$;

comment on function app_private.erase_messages(bigint, text[]) is
'Removes what was and is to be sent to a customer, who has these addresses (in lower case), also what the development transport keeps.';

revoke all on function app_private.erase_messages(bigint, text[]) from public;
--! EndIncluded notification/erase_messages.sql
--! Included identity/erase_account.sql
create or replace function app_private.erase_account(account_id bigint) returns void
language plpgsql volatile set search_path = pg_catalog, public, pg_temp as $$
declare
  account app_private.accounts;
begin
  select a.* into account from app_private.accounts a where a.id = erase_account.account_id for no key update;
  -- An account of somebody who works here is of the work.
  if account.id is null or account.is_admin
     or exists (select from app_public.employees e where e.account_id = account.id and e.is_active) then
    return;
  end if;
  delete from app_private.sessions s where s.account_id = account.id;
  delete from app_private.external_identities ei where ei.account_id = account.id;
  -- What is found by the address only when it is the account's own: one that was merely claimed is somebody else's.
  delete from app_private.account_messages am where am.account_id = account.id or am.address = account.email;
  delete from app_private.invitations i where i.email = account.email;
  delete from app_private.unknown_sign_ins us where us.address_hash = sha256(convert_to(lower(account.email::text), 'utf8'));
  -- The number stays, in events and bookings; who it was does not. A random address: one that could be foreseen, somebody could take.
  update app_private.accounts a
  set email = 'erased-' || gen_random_uuid() || '@erased.invalid', claimed_email = null, password_hash = null, is_active = false,
      failed_sign_ins = 0, locked_until = null
  where a.id = account.id;
end
$$;

comment on function app_private.erase_account(bigint) is
'Takes from an account who it is, and removes its sessions, external identities, mails and invitations; an account of somebody who works at a clinic, or of an administrator, stays as it is. Null is no account.';

revoke all on function app_private.erase_account(bigint) from public;
--! EndIncluded identity/erase_account.sql
--! Included identity/erase_answers.sql
create or replace function app_private.erase_answers(customer_id bigint, account_id bigint) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
begin
  -- Found by numbers, never by a name: whoever calls themselves `booked` would else erase what everybody was told.
  -- Stored for a week at most, so reading them all is bearable. A request repeated afterwards is judged anew, and finds no such customer.
  delete from app_private.idempotency_keys ik
  where ik.account_id = erase_answers.account_id or ik.outcome ->> 'customer_id' = erase_answers.customer_id::text
    or ik.operation = 'withdraw_slot' and exists (
      select from app_public.events e
      where e.clinic_id = ik.clinic_id and e.customer_id = erase_answers.customer_id and e.booking_slot_id::text = ik.arguments ->> 0);
  delete from app_private.stored_responses sr
  where sr.account_id = erase_answers.account_id
    or strpos(sr.body, format('"customerId":"%s"', erase_answers.customer_id)) > 0
    or starts_with(sr.body, format('{"id":"%s","fullName":', erase_answers.customer_id));
end
$$;

comment on function app_private.erase_answers(bigint, bigint) is
'Removes answers that were stored for callers who may repeat themselves: all of the customer''s own account, and others about the customer.';

revoke all on function app_private.erase_answers(bigint, bigint) from public;
--! EndIncluded identity/erase_answers.sql
--! Included identity/erase_customer.sql
create or replace function app_public.erase_customer(customer_id bigint) returns app_public.customers
language plpgsql volatile security definer set search_path = pg_catalog, public, pg_temp as $$
declare
  target bigint := erase_customer.customer_id;
  customer app_public.customers;
  addresses text[];
begin
  perform app_private.require_own_customer(target);
  -- Everything that is locked later, in the order in which all lock: the customer, then slots.
  perform from app_public.customers c where c.id = target for no key update;
  perform from app_public.booking_slots bs
  where bs.customer_id = target and (bs.status = 'held' or bs.ends_at > now()) order by bs.clinic_id, bs.id for update;
  customer := app_public.remove_customer(target, true);
  update app_public.booking_slots bs set status = 'open', customer_id = null, held_until = null
  where bs.customer_id = target and bs.status = 'held';

  select array_agg(lower(t.address)) into addresses
  from (
    select unnest(array[c.email::text, c.phone]) as address from app_public.customers c where c.id = target
    union
    select unnest(array[cc.email::text, cc.phone]) from app_public.clinic_customers cc where cc.customer_id = target
  ) t;

  insert into app_private.erasures (customer_id, erased_by_account_id) values (target, app_hidden.current_account_id())
  on conflict on constraint a_customer_is_erased_once do nothing;
  perform app_private.erase_reasons(target);
  update app_public.bookings b set note = null, cancellation_reason = null
  where b.customer_id = target and (b.note is not null or b.cancellation_reason is not null);
  update app_public.archived_bookings b set note = null, cancellation_reason = null
  where b.customer_id = target and (b.note is not null or b.cancellation_reason is not null);
  perform app_private.erase_messages(target, addresses);
  perform app_private.erase_account(customer.account_id);
  perform app_private.erase_answers(target, customer.account_id);
  -- The rows stay: bookings are of somebody, and counts are of all.
  update app_public.clinic_customers cc
  set full_name = 'erased', email = null, phone = null, notes = null, preferred_language = null, preferred_channel = null
  where cc.customer_id = target;
  update app_public.customers c
  set full_name = 'erased', email = null, phone = null, preferred_language = null, preferred_channel = null
  where c.id = target returning c.* into customer;
  return customer;
end
$$;

comment on function app_public.erase_customer(bigint) is
'Erases a person: bookings ahead are cancelled and holds end, the customer is inactive and signed out for good, and no name, contact, note, reason, message or stored answer about them remains. Past bookings and events stay, of nobody. What the account is as a member of a clinic''s staff stays with the clinic. Cannot be undone; done again it changes nothing. Customers themselves, administrators and DBAs anybody. Refuses unauthenticated, customer_not_found.';

revoke all on function app_public.erase_customer(bigint) from public;
grant execute on function app_public.erase_customer(bigint) to app_customer;
--! EndIncluded identity/erase_customer.sql
--! Included identity/keep_erased.sql
create or replace function app_private.keep_erased() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  target bigint := (to_jsonb(NEW) ->> TG_ARGV[0])::bigint;
begin
  if TG_OP = 'INSERT' then
    -- An erasure that has begun is waited for. (An update waits for it at the row.)
    perform from app_public.customers c where c.id = target for share;
  end if;
  if exists (select from app_private.erasures er where er.customer_id = target) then
    perform app_hidden.refuse('customer_not_found', 'No such customer.', jsonb_build_object('customerId', target::text));
  end if;
  return NEW;
end
$$;

comment on function app_private.keep_erased() is
'Trigger: refuses (customer_not_found) to write a name or contact to somebody who was erased; a form that was open meanwhile would bring them back. Its argument is the column that says who.';

revoke all on function app_private.keep_erased() from public;
--! EndIncluded identity/keep_erased.sql
--! Included identity/export_customer.sql
create or replace function app_public.export_customer(customer_id bigint default null) returns app_public.customer_export
language plpgsql stable security definer
-- Times as the same text whoever asks.
set timezone = 'UTC' set search_path = pg_catalog, pg_temp as $$
declare
  target bigint := coalesce(export_customer.customer_id, app_hidden.current_customer_id());
  customer app_public.customers;
  document app_public.customer_export;
begin
  perform app_private.require_own_customer(target);
  select c.* into customer from app_public.customers c where c.id = target;
  if customer.id is null then
    perform app_hidden.refuse('customer_not_found', 'No such customer.', jsonb_build_object('customerId', target::text));
  end if;
  document.format_version := 1;
  document.exported_at := now();
  document.customer_id := customer.id;
  document.profile := jsonb_build_object(
    'fullName', customer.full_name, 'email', customer.email, 'phone', customer.phone, 'isActive', customer.is_active,
    'preferredLanguage', customer.preferred_language, 'preferredChannel', customer.preferred_channel,
    'wantsReminders', customer.wants_reminders, 'createdAt', customer.created_at);
  select jsonb_build_object('id', a.id::text, 'email', coalesce(a.email, a.claimed_email), 'isActive', a.is_active, 'createdAt', a.created_at,
      'externalIdentities', (select coalesce(jsonb_agg(jsonb_build_object('issuer', ei.issuer, 'subject', ei.subject) order by ei.issuer, ei.subject), '[]')
        from app_private.external_identities ei where ei.account_id = a.id),
      'sessions', (select coalesce(jsonb_agg(jsonb_build_object('startedAt', s.created_at, 'expiresAt', s.expires_at, 'endedAt', s.revoked_at)
          order by s.created_at), '[]') from app_private.sessions s where s.account_id = a.id),
      'messages', (select coalesce(jsonb_agg(jsonb_build_object('kind', am.kind, 'address', am.address, 'state', am.state, 'createdAt', am.created_at,
          'sentAt', am.sent_at) order by am.id), '[]') from app_private.account_messages am where am.account_id = a.id),
      'employments', (select coalesce(jsonb_agg(jsonb_build_object('clinicId', e.clinic_id::text, 'role', e.role, 'fullName', e.full_name,
          'email', e.email, 'isActive', e.is_active) order by e.clinic_id, e.id), '[]') from app_public.employees e where e.account_id = a.id))
    into document.account
  from app_private.accounts a where a.id = customer.account_id;
  select coalesce(jsonb_agg(jsonb_build_object('clinicId', cc.clinic_id::text, 'clinicName', c.name, 'fullName', cc.full_name, 'email', cc.email,
      'phone', cc.phone, 'notes', cc.notes, 'preferredLanguage', cc.preferred_language, 'preferredChannel', cc.preferred_channel,
      'wantsReminders', cc.wants_reminders, 'createdAt', cc.created_at) order by cc.clinic_id), '[]') into document.clinic_records
  from app_public.clinic_customers cc join app_public.clinics c on c.id = cc.clinic_id where cc.customer_id = customer.id;
  select coalesce(jsonb_agg(jsonb_build_object('clinicId', b.clinic_id::text, 'clinicName', c.name, 'bookingId', b.id::text,
      'doctorName', d.full_name, 'startsAt', lower(b.during), 'endsAt', upper(b.during), 'status', b.status, 'note', b.note,
      'cancelledAt', b.cancelled_at, 'cancelledBy', b.cancelled_by, 'cancellationReason', b.cancellation_reason,
      'createdAt', b.created_at, 'archivedAt', b.archived_at) order by lower(b.during), b.clinic_id, b.id), '[]') into document.bookings
  from (
    select x.clinic_id, x.id, x.doctor_id, x.during, x.status, x.note, x.cancelled_at, x.cancelled_by, x.cancellation_reason, x.created_at,
      null::timestamptz as archived_at
    from app_public.bookings x where x.customer_id = customer.id
    union all
    select x.clinic_id, x.id, x.doctor_id, x.during, x.status, x.note, x.cancelled_at, x.cancelled_by, x.cancellation_reason, x.created_at,
      x.archived_at
    from app_public.archived_bookings x where x.customer_id = customer.id
  ) b
  join app_public.clinics c on c.id = b.clinic_id
  join app_public.doctors d on d.clinic_id = b.clinic_id and d.id = b.doctor_id;
  select coalesce(jsonb_agg(jsonb_build_object('clinicId', n.clinic_id::text, 'bookingId', n.booking_id::text, 'kind', n.kind, 'channel', n.channel,
      'dueAt', n.due_at, 'state', n.state, 'sentAt', n.sent_at, 'recipient', m.recipient, 'subject', m.subject,
      'body', m.body) order by n.due_at, n.id, m.id), '[]') into document.notifications
  from app_public.bookings b
  join app_public.notifications n on n.clinic_id = b.clinic_id and n.booking_id = b.id and n.channel <> 'webhook'
  left join app_private.messages m on m.clinic_id = n.clinic_id and m.notification_id = n.id
  where b.customer_id = customer.id;
  select coalesce(jsonb_agg(jsonb_build_object('clinicId', e.clinic_id::text, 'eventId', e.id::text, 'occurredAt', e.occurred_at, 'entity', e.entity,
      'bookingSlotId', e.booking_slot_id::text, 'bookingId', e.booking_id::text, 'fromState', e.from_state, 'toState', e.to_state,
      'reason', e.reason, 'actor', e.actor) order by e.id), '[]') into document.events
  from app_public.events e where e.customer_id = customer.id;
  return document;
end
$$;

comment on function app_public.export_customer(bigint) is
'Everything that is held about a person, as one document: profile, account with sessions and employments, what each clinic recorded, bookings (archived ones too), messages, events. Ids are strings, times UTC. Customers their own (the default), administrators and DBAs anybody''s, when asked by that person. Refuses unauthenticated, customer_not_found.';

revoke all on function app_public.export_customer(bigint) from public;
grant execute on function app_public.export_customer(bigint) to app_customer;
--! EndIncluded identity/export_customer.sql

drop trigger events_are_never_changed on app_public.events;
create trigger events_are_never_changed before update or delete on app_public.events
  for each row execute function app_private.refuse_change_of_history('reason');
drop trigger seals_are_never_changed on app_private.event_seals;
create trigger seals_are_never_changed before update or delete on app_private.event_seals
  for each row execute function app_private.refuse_change_of_history('reason_salt');
create trigger erased_customers_stay_erased before update on app_public.customers
  for each row when (NEW.full_name <> 'erased' or num_nonnulls(NEW.email, NEW.phone, NEW.preferred_language, NEW.preferred_channel) > 0
    or NEW.is_active) execute function app_private.keep_erased('id');
create trigger erased_customers_stay_erased before insert or update on app_public.clinic_customers
  for each row when (NEW.full_name <> 'erased' or num_nonnulls(NEW.email, NEW.phone, NEW.notes, NEW.preferred_language, NEW.preferred_channel) > 0)
  execute function app_private.keep_erased('customer_id');
