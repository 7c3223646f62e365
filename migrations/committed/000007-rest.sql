--! Previous: sha1:ecba5e6734426aac9a4ace5e4bef82a5808e794c
--! Hash: sha1:de3605d6442f2c6d547e0ae8e0f9d5c23589313d
--! Message: rest

-- The REST API's addresses carry a row's id alone, which is unique in the whole database; the primary keys begin with the clinic. Not
-- unique indexes: uniqueness is the identity's, and a unique key without the clinic would not go on shards. Of these five only the two on
-- booking_slots and bookings are written by a booking, a plain btree each.
create index doctors_by_id on app_public.doctors (id);
create index time_slots_by_id on app_public.time_slots (id);
create index templates_by_id on app_public.doctor_slot_templates (id);
create index booking_slots_by_id on app_public.booking_slots (id);
create index bookings_by_id on app_public.bookings (id);

create table app_private.stored_responses (
  account_id bigint not null,
  key text not null,
  fingerprint text not null,
  -- Null while the request is under way, in its own transaction only.
  status int,
  headers jsonb,
  body text,
  created_at timestamptz not null default now(),
  constraint a_request_key_is_answered_once primary key (account_id, key),
  constraint stored_responses_are_of_an_account foreign key (account_id) references app_private.accounts (id) on delete cascade
);
create index on app_private.stored_responses (created_at);
comment on table app_private.stored_responses is 'What the REST API answered under a caller''s Idempotency-Key, so that a repeated request gives the same answer. Never with tokens in it.';
comment on column app_private.stored_responses.fingerprint is 'SHA-256 of what was asked: method, address and body.';
alter table app_private.stored_responses enable row level security;

--! Included rest/claim_response.sql
create or replace function app_hidden.claim_response(key text, fingerprint text, out status int, out headers jsonb, out body text)
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
declare
  caller bigint := app_hidden.current_account_id();
  known app_private.stored_responses;
begin
  if caller is null then
    -- Nobody's keys would be everybody's.
    perform app_hidden.refuse('unauthenticated', 'Sign in first.');
  elsif key is null or char_length(key) not between 1 and 200 then
    perform app_hidden.refuse('invalid_argument', 'An idempotency key has 1 to 200 characters.', '{"argument": "Idempotency-Key"}');
  end if;
  -- As in app_private.replay: a second caller with the same key waits here until the first has committed, then finds the response.
  insert into app_private.stored_responses (account_id, key, fingerprint)
  values (caller, claim_response.key, claim_response.fingerprint)
  on conflict on constraint a_request_key_is_answered_once do nothing;
  if found then
    return;
  end if;
  select sr.* into known from app_private.stored_responses sr where sr.account_id = caller and sr.key = claim_response.key;
  if known.fingerprint is distinct from claim_response.fingerprint then
    perform app_hidden.refuse('idempotency_key_reused', 'This idempotency key was used for another request.');
  end if;
  status := known.status;
  headers := known.headers;
  body := known.body;
end
$$;

comment on function app_hidden.claim_response(text, text) is
'Opens a request under its Idempotency-Key: nulls when it is to be carried out, else the response stored for it. `fingerprint` says what the request asks. To be called in the transaction that carries the request out: what is refused rolls back, leaves nothing behind and is judged anew. For whoever is signed in, whose keys are their own. Refuses unauthenticated, invalid_argument, idempotency_key_reused.';

revoke all on function app_hidden.claim_response(text, text) from public;
grant execute on function app_hidden.claim_response(text, text) to app_customer;
--! EndIncluded rest/claim_response.sql
--! Included rest/store_response.sql
create or replace function app_hidden.store_response(key text, status int, headers jsonb, body text) returns void
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
begin
  -- Only an open one of this transaction can have no status, so nobody rewrites a response that was given.
  update app_private.stored_responses sr
  set status = store_response.status, headers = store_response.headers, body = store_response.body
  where sr.account_id = app_hidden.current_account_id() and sr.key = store_response.key and sr.status is null;
end
$$;

comment on function app_hidden.store_response(text, int, jsonb, text) is
'Stores the response to a request opened by app_hidden.claim_response, in its transaction.';

revoke all on function app_hidden.store_response(text, int, jsonb, text) from public;
grant execute on function app_hidden.store_response(text, int, jsonb, text) to app_customer;
--! EndIncluded rest/store_response.sql
--! Included booking/clinic_of_booking_slot.sql
create or replace function app_public.clinic_of_booking_slot(booking_slot_id bigint) returns bigint
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
begin
  -- Definer rights, because who loses a rush for a slot does not see it any more, and is to be told that it is taken, not that it never was.
  return (select bs.clinic_id from app_public.booking_slots bs where bs.id = clinic_of_booking_slot.booking_slot_id);
end
$$;

comment on function app_public.clinic_of_booking_slot(bigint) is
'Which clinic a slot belongs to, for callers who know its id alone; null when there is none. Tells nothing else of it. Open to everybody.';

revoke all on function app_public.clinic_of_booking_slot(bigint) from public;
grant execute on function app_public.clinic_of_booking_slot(bigint) to app_anonymous;
--! EndIncluded booking/clinic_of_booking_slot.sql
--! Included booking/set_slot_customer.sql
create or replace function app_public.set_slot_customer(
  clinic_id bigint, booking_slot_id bigint, customer_id bigint default null, row_version int default null)
returns app_public.booking_slots
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
declare
  slot app_public.booking_slots;
  live bigint;
begin
  if app_hidden.current_account_id() is null and not app_private.caller_is_operator() then
    perform app_hidden.refuse('unauthenticated', 'Sign in first.');
  end if;
  slot := app_private.lock_slot(set_slot_customer.clinic_id, set_slot_customer.booking_slot_id);
  perform app_private.require_version('booking_slots', set_slot_customer.row_version, slot.row_version);
  -- What is as it is wanted stays: to say it again changes nothing. Whether it is, only those may learn who see the slot's customer.
  if slot.status = 'booked' and slot.customer_id = set_slot_customer.customer_id then
    perform app_private.resolve_customer(slot.clinic_id, set_slot_customer.customer_id);
    return slot;
  elsif slot.status = 'open' and set_slot_customer.customer_id is null then
    return slot;
  elsif set_slot_customer.customer_id is not null then
    perform app_public.book_slot(slot.clinic_id, slot.id, set_slot_customer.customer_id);
  elsif slot.status = 'held' then
    -- The desk ends anybody's hold, others their own.
    perform app_public.release_hold(slot.clinic_id, slot.id,
      case when slot.clinic_id = any (app_hidden.desk_clinic_ids()) or app_private.caller_is_operator() then slot.customer_id end);
  else
    select b.id into live from app_public.bookings b where b.clinic_id = slot.clinic_id and b.active_booking_slot_id = slot.id;
    if live is null then
      perform app_hidden.refuse('slot_withdrawn', 'The clinic has withdrawn this slot.', jsonb_build_object('bookingSlotId', slot.id::text));
    end if;
    perform app_public.cancel_booking(slot.clinic_id, live);
  end if;
  select bs.* into slot from app_public.booking_slots bs where bs.clinic_id = slot.clinic_id and bs.id = slot.id;
  return slot;
end
$$;

comment on function app_public.set_slot_customer(bigint, bigint, bigint, int) is
$c$Says who has a slot: a customer books it (book_slot), null frees it (cancel_booking, or release_hold of a held one); for clients that edit slots rather than call functions. To say what is so already changes nothing.
Refuses what those refuse: slot_not_found, slot_taken, slot_held, slot_withdrawn, booking_too_late, booking_too_far_ahead, slot_in_the_past, too_many_bookings, customer_busy, customer_not_found, booking_not_found, hold_not_found, cancellation_too_late, illegal_transition, forbidden, unauthenticated, invalid_argument, stale_row_version.$c$;

revoke all on function app_public.set_slot_customer(bigint, bigint, bigint, int) from public;
grant execute on function app_public.set_slot_customer(bigint, bigint, bigint, int) to app_customer;
--! EndIncluded booking/set_slot_customer.sql
--! Included schedule/remove_time_slot.sql
create or replace function app_public.remove_time_slot(clinic_id bigint, time_slot_id bigint, row_version int default null)
returns app_public.time_slots
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
declare
  shift app_public.time_slots;
begin
  perform app_private.require_clinic_role(remove_time_slot.clinic_id, 'manage');
  select ts.* into shift from app_public.time_slots ts
  where ts.clinic_id = remove_time_slot.clinic_id and ts.id = remove_time_slot.time_slot_id for update;
  if shift.id is null then
    perform app_hidden.refuse('time_slot_not_found', 'No such time slot in this clinic.', jsonb_build_object('timeSlotId', remove_time_slot.time_slot_id::text));
  end if;
  perform app_private.require_version('time_slots', remove_time_slot.row_version, shift.row_version);
  begin
    delete from app_public.time_slots ts where ts.clinic_id = shift.clinic_id and ts.id = shift.id;
    shift.is_active := false;
  exception when foreign_key_violation then
    -- Templates or slots were made of it, and history stays: no new ones are from now on.
    update app_public.time_slots ts set is_active = false where ts.clinic_id = shift.clinic_id and ts.id = shift.id returning ts.* into shift;
  end;
  return shift;
end
$$;

comment on function app_public.remove_time_slot(bigint, bigint, int) is
'Removes a time slot that nothing refers to; one that templates or slots were made of becomes inactive instead, and generation passes it over. Gives it as it was or is. For managers. Refuses forbidden, unauthenticated, time_slot_not_found, stale_row_version.';

revoke all on function app_public.remove_time_slot(bigint, bigint, int) from public;
grant execute on function app_public.remove_time_slot(bigint, bigint, int) to app_staff;
--! EndIncluded schedule/remove_time_slot.sql
--! Included schedule/remove_doctor_slot_template.sql
create or replace function app_public.remove_doctor_slot_template(clinic_id bigint, template_id bigint, row_version int default null)
returns app_public.doctor_slot_templates
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
declare
  template app_public.doctor_slot_templates;
begin
  perform app_private.require_clinic_role(remove_doctor_slot_template.clinic_id, 'manage');
  select t.* into template from app_public.doctor_slot_templates t
  where t.clinic_id = remove_doctor_slot_template.clinic_id and t.id = remove_doctor_slot_template.template_id for update;
  if template.id is null then
    perform app_hidden.refuse('template_not_found', 'No such template in this clinic.',
      jsonb_build_object('templateId', remove_doctor_slot_template.template_id::text));
  end if;
  perform app_private.require_version('doctor_slot_templates', remove_doctor_slot_template.row_version, template.row_version);
  delete from app_public.doctor_slot_templates t where t.clinic_id = template.clinic_id and t.id = template.id;
  return template;
end
$$;

comment on function app_public.remove_doctor_slot_template(bigint, bigint, int) is
'Removes a template; slots already made of it stay. Gives what it was. For managers. Refuses forbidden, unauthenticated, template_not_found, stale_row_version.';

revoke all on function app_public.remove_doctor_slot_template(bigint, bigint, int) from public;
grant execute on function app_public.remove_doctor_slot_template(bigint, bigint, int) to app_staff;
--! EndIncluded schedule/remove_doctor_slot_template.sql
--! Included clinic/set_doctor_specializations.sql
create or replace function app_public.set_doctor_specializations(
  clinic_id bigint, doctor_id bigint, specialization_ids bigint[], row_version int default null)
returns app_public.doctors
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
declare
  doctor app_public.doctors;
begin
  perform app_private.require_clinic_role(set_doctor_specializations.clinic_id, 'manage');
  select d.* into doctor from app_public.doctors d
  where d.clinic_id = set_doctor_specializations.clinic_id and d.id = set_doctor_specializations.doctor_id for no key update;
  if doctor.id is null then
    perform app_hidden.refuse('doctor_not_found', 'No such doctor in this clinic.', jsonb_build_object('doctorId', set_doctor_specializations.doctor_id::text));
  end if;
  perform app_private.require_version('doctors', set_doctor_specializations.row_version, doctor.row_version);
  if exists (select from unnest(specialization_ids) wanted where not exists (select from app_public.specializations s where s.id = wanted)) then
    perform app_hidden.refuse('invalid_argument', 'There is no such specialization.', '{"argument": "specializationIds"}');
  end if;
  delete from app_public.doctor_specializations ds
  where ds.clinic_id = doctor.clinic_id and ds.doctor_id = doctor.id and ds.specialization_id <> all (coalesce(specialization_ids, '{}'));
  insert into app_public.doctor_specializations (clinic_id, doctor_id, specialization_id)
  select distinct doctor.clinic_id, doctor.id, wanted from unnest(specialization_ids) wanted
  on conflict do nothing;
  select d.* into doctor from app_public.doctors d where d.clinic_id = doctor.clinic_id and d.id = doctor.id;
  return doctor;
end
$$;

comment on function app_public.set_doctor_specializations(bigint, bigint, bigint[], int) is
'Makes these, and no others, a doctor''s specializations. For managers. Refuses forbidden, unauthenticated, doctor_not_found, invalid_argument, stale_row_version.';

revoke all on function app_public.set_doctor_specializations(bigint, bigint, bigint[], int) from public;
grant execute on function app_public.set_doctor_specializations(bigint, bigint, bigint[], int) to app_staff;
--! EndIncluded clinic/set_doctor_specializations.sql
--! Included clinic/count_doctor_version.sql
create or replace function app_private.count_doctor_version() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  update app_public.doctors d set full_name = d.full_name
  where (d.clinic_id, d.id) = (coalesce(NEW.clinic_id, OLD.clinic_id), coalesce(NEW.doctor_id, OLD.doctor_id));
  return null;
end
$$;

comment on function app_private.count_doctor_version() is
'Trigger on doctor_specializations: a doctor''s specializations are part of what clients see and edit as the doctor, so a change of them is a new version of the doctor.';

revoke all on function app_private.count_doctor_version() from public;
--! EndIncluded clinic/count_doctor_version.sql
--! Included identity/remove_customer.sql
create or replace function app_public.remove_customer(customer_id bigint, "cascade" boolean default false, row_version int default null)
returns app_public.customers
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
declare
  customer app_public.customers;
  hanging jsonb;
  live app_public.bookings;
begin
  if app_hidden.current_account_id() is null and not app_private.caller_is_operator() then
    perform app_hidden.refuse('unauthenticated', 'Sign in first.');
  elsif remove_customer.customer_id is distinct from app_hidden.current_customer_id() and not app_private.caller_is_operator() then
    perform app_hidden.refuse('customer_not_found', 'No such customer.', jsonb_build_object('customerId', remove_customer.customer_id::text));
  end if;
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

create trigger specializations_are_part_of_their_doctor after insert or update or delete on app_public.doctor_specializations
  for each row execute function app_private.count_doctor_version();
