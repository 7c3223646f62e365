--! Previous: sha1:7f0fe9a6b1bfec91495c0581a8cf98aba19bfa82
--! Hash: sha1:cba5f538d89f36168f1ec92eb5aa8f9ccdb2fbe6
--! Message: what the desk needs

-- Its two new arguments make it another function.
drop function app_public.add_clinic_customer(bigint, text, text, text);
--! Included clinic/add_clinic_customer.sql
create or replace function app_public.add_clinic_customer(
  clinic_id bigint, full_name text, email text default null, phone text default null, preferred_language text default null,
  idempotency_key text default null)
returns app_public.clinic_customers
language plpgsql volatile security definer set search_path = pg_catalog, public, pg_temp as $$
declare
  address public.citext := nullif(btrim(add_clinic_customer.email), '')::public.citext;
  given_name text := nullif(btrim(add_clinic_customer.full_name), '');
  number text := nullif(btrim(add_clinic_customer.phone), '');
  target bigint;
  record app_public.clinic_customers;
  outcome jsonb;
begin
  perform app_private.require_clinic_role(add_clinic_customer.clinic_id, 'desk');
  outcome := app_private.replay(add_clinic_customer.clinic_id, add_clinic_customer.idempotency_key, 'add_clinic_customer',
    jsonb_build_array(given_name, address, number, add_clinic_customer.preferred_language));
  if outcome is not null then
    return jsonb_populate_record(null::app_public.clinic_customers, outcome);
  end if;
  if given_name is null then
    perform app_hidden.refuse('invalid_argument', 'A name is needed.', '{"argument": "fullName"}');
  end if;
  if address is not null then
    -- The same person may have registered: then it is one customer, and the clinic's record holds only what the clinic typed,
    -- so the desk learns nothing that other clinics know.
    select c.id into target from app_public.customers c join app_private.accounts a on a.id = c.account_id where a.email = address;
  end if;
  if target is null then
    insert into app_public.customers (full_name, email, phone) values (given_name, address, number) returning id into target;
  end if;
  insert into app_public.clinic_customers (clinic_id, customer_id, full_name, email, phone, preferred_language)
  values (add_clinic_customer.clinic_id, target, given_name, address, number, add_clinic_customer.preferred_language)
  on conflict on constraint a_clinic_keeps_one_record_of_a_customer do nothing
  returning * into record;
  if record.customer_id is null then
    select cc.* into record from app_public.clinic_customers cc
    where cc.clinic_id = add_clinic_customer.clinic_id and cc.customer_id = target;
  end if;
  perform app_private.remember(record.clinic_id, add_clinic_customer.idempotency_key, to_jsonb(record));
  return record;
end
$$;

comment on function app_public.add_clinic_customer(bigint, text, text, text, text, text) is
'Takes a caller or walk-in into a clinic''s own records, so that the desk can book for them; who has registered with this e-mail address is recognised. `preferred_language` is en or de. For the desk. Refuses forbidden, idempotency_key_reused, invalid_argument.';

revoke all on function app_public.add_clinic_customer(bigint, text, text, text, text, text) from public;
grant execute on function app_public.add_clinic_customer(bigint, text, text, text, text, text) to app_staff;
--! EndIncluded clinic/add_clinic_customer.sql
--! Included clinic/find_clinic_customers.sql
create or replace function app_public.find_clinic_customers(clinic_id bigint, wanted text, page_size int default 20)
returns setof app_public.clinic_customers
language plpgsql stable set search_path = pg_catalog, public, pg_temp as $$
declare
  -- Wildcards that somebody typed mean themselves.
  words text[] := array(
    select '%' || regexp_replace(w, '([\\%_])', '\\\1', 'g') || '%'
    from regexp_split_to_table(btrim(find_clinic_customers.wanted), '\s+') w where w <> '');
  -- Without what may stand before a number, here +49, there 0 or 0049.
  digits text := ltrim(regexp_replace(find_clinic_customers.wanted, '\D', '', 'g'), '0');
begin
  if find_clinic_customers.page_size not between 1 and 100 then
    perform app_hidden.refuse('invalid_argument', 'A page has 1 to 100 rows.', '{"argument": "pageSize"}');
  end if;
  -- Reads the clinic's records, no others: a few milliseconds for ten thousand. Trigrams would need an extension and an index to keep.
  return query
  select cc.* from app_public.clinic_customers cc
  where cc.clinic_id = find_clinic_customers.clinic_id
    and (cc.full_name || ' ' || coalesce(cc.email::text, '') ilike all (words)
      or (char_length(digits) >= 3 and find_clinic_customers.wanted !~ '[[:alpha:]]'
        and regexp_replace(cc.phone, '\D', '', 'g') like '%' || digits || '%'))
  order by cc.full_name, cc.customer_id
  limit find_clinic_customers.page_size;
end
$$;

comment on function app_public.find_clinic_customers(bigint, text, int) is
'The customers in a clinic''s records whose name or e-mail address has every word of `wanted` in it, or whose phone number has its digits, however it was written; by name, up to `page_size`. Nothing wanted gives the first by name. Staff see their clinics'', nobody else any. Refuses invalid_argument.';

revoke all on function app_public.find_clinic_customers(bigint, text, int) from public;
grant execute on function app_public.find_clinic_customers(bigint, text, int) to app_staff;
--! EndIncluded clinic/find_clinic_customers.sql
--! Included schedule/withdraw_day.sql
create or replace function app_public.withdraw_day(
  clinic_id bigint, doctor_id bigint, slot_date date, "cascade" boolean default false, reason text default null,
  idempotency_key text default null)
returns setof app_public.bookings
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
declare
  live bigint[];
  ended app_public.bookings[];
  outcome jsonb;
begin
  outcome := app_private.replay(withdraw_day.clinic_id, withdraw_day.idempotency_key, 'withdraw_day',
    jsonb_build_array(withdraw_day.doctor_id, withdraw_day.slot_date, withdraw_day."cascade", withdraw_day.reason));
  if outcome is not null then
    return query select * from jsonb_populate_recordset(null::app_public.bookings, outcome);
    return;
  end if;
  -- As withdraw_slot: a doctor the own day, everybody else's is the desk's.
  if not (withdraw_day.doctor_id = any (app_hidden.own_doctor_ids()) and withdraw_day.clinic_id = any (app_hidden.staff_clinic_ids())) then
    perform app_private.require_clinic_role(withdraw_day.clinic_id, 'desk');
  end if;
  if withdraw_day.slot_date is null then
    perform app_hidden.refuse('invalid_argument', 'A date is needed.', '{"argument": "slotDate"}');
  end if;
  perform app_private.lock_schedule(withdraw_day.clinic_id);
  if not exists (select from app_public.doctors d where d.clinic_id = withdraw_day.clinic_id and d.id = withdraw_day.doctor_id) then
    perform app_hidden.refuse('doctor_not_found', 'No such doctor in this clinic.', jsonb_build_object('doctorId', withdraw_day.doctor_id::text));
  end if;
  -- Slots before bookings, and by their ids, as everybody locks. Only then is looked who has booked: by a snapshot that has it all.
  perform from app_public.booking_slots bs
  where bs.clinic_id = withdraw_day.clinic_id and bs.doctor_id = withdraw_day.doctor_id and bs.slot_date = withdraw_day.slot_date
    and bs.ends_at > now()
  order by bs.id
  for no key update;

  -- What is over stays as it was: the morning's patients have been there.
  select array_agg(b.id order by b.booking_slot_id) into live from app_public.bookings b
  where b.clinic_id = withdraw_day.clinic_id and b.doctor_id = withdraw_day.doctor_id and b.slot_date = withdraw_day.slot_date
    and b.status in ('booked', 'checked_in') and b.ends_at > now();
  if live is not null and not withdraw_day."cascade" then
    perform app_hidden.refuse('still_in_use', format('%s live bookings hang on this day.', cardinality(live)), jsonb_build_object('liveBookings', (
      select jsonb_agg(jsonb_build_object('bookingId', b.id::text, 'startsAt', b.starts_at) order by b.starts_at)
      from app_public.bookings b where b.clinic_id = withdraw_day.clinic_id and b.id = any (live))));
  end if;
  for i in 1 .. coalesce(cardinality(live), 0) loop
    ended := ended || app_private.end_booking(withdraw_day.clinic_id, live[i], 'clinic', nullif(btrim(withdraw_day.reason), ''), 'slot_withdrawn');
  end loop;
  perform set_config('medislot.reason', coalesce(withdraw_day.reason, ''), true);
  update app_public.booking_slots bs
  set status = 'withdrawn', customer_id = null, held_until = null
  where bs.clinic_id = withdraw_day.clinic_id and bs.doctor_id = withdraw_day.doctor_id and bs.slot_date = withdraw_day.slot_date
    and bs.status in ('open', 'held') and bs.ends_at > now();
  perform set_config('medislot.reason', '', true);
  perform app_private.remember(withdraw_day.clinic_id, withdraw_day.idempotency_key, to_jsonb(coalesce(ended, '{}')));
  return query select (e).* from unnest(ended) e;
end
$$;

comment on function app_public.withdraw_day(bigint, bigint, date, boolean, text, text) is
$c$Takes what is left of a doctor's day out of the calendar, all at once: slots of the clinic's local date that are not over, and holds on them. Refuses (still_in_use, listing them) while there are live bookings; with `cascade` they are cancelled by the clinic and their customers told, and it returns them. The slots stay withdrawn when slots are generated again. For the desk, and for a doctor the own day.
Refuses forbidden, clinic_not_found, doctor_not_found, idempotency_key_reused, invalid_argument.$c$;

revoke all on function app_public.withdraw_day(bigint, bigint, date, boolean, text, text) from public;
grant execute on function app_public.withdraw_day(bigint, bigint, date, boolean, text, text) to app_staff;
--! EndIncluded schedule/withdraw_day.sql
-- The desk sees who holds a slot as its clinic knows them. A smart tag comes first in a comment.
comment on table app_public.booking_slots is
$c$@foreignKey (clinic_id, customer_id) references app_public.clinic_customers (clinic_id, customer_id)|@backwardBehavior -*
Materialised availability: one appointment of a doctor on a day. No row means not available.$c$;
