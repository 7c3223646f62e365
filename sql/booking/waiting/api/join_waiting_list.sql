create or replace function app_public.join_waiting_list(
  clinic_id bigint, customer_id bigint default null, service_id bigint default null, doctor_id bigint default null,
  specialization_id bigint default null, from_date date default null, until_date date default null,
  weekdays int[] default null, not_before time default null, not_after time default null,
  min_notice interval default null, booking_id bigint default null)
returns app_public.waiting_list
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  most constant int := 10;
  customer app_public.customers;
  clinic app_public.clinics;
  booking app_public.bookings;
  service app_public.services;
  entry app_public.waiting_list;
  today date;
  by_desk boolean;
begin
  customer := app_private.resolve_customer(join_waiting_list.clinic_id, join_waiting_list.customer_id);
  by_desk := customer.id <> all (app_hidden.current_customer_ids());
  if by_desk then
    perform app_private.assert_desk_may_book_for(customer);
  end if;
  select c.* into clinic from app_public.clinics c where c.id = join_waiting_list.clinic_id and c.is_active;
  if clinic.id is null then
    perform app_hidden.refuse('clinic_not_found', 'No such clinic.',
      jsonb_build_object('clinicId', join_waiting_list.clinic_id::text));
  end if;
  today := (now() at time zone clinic.time_zone)::date;
  if join_waiting_list.booking_id is not null then
    select b.* into booking from app_public.bookings b
    where b.clinic_id = clinic.id and b.id = join_waiting_list.booking_id
      and b.customer_id = any (app_private.ids_of_person(customer.id))
    -- The entry refers to it. Locked before the customer's record and the list, as cancelling and moving it do; not for
    -- key share, because a move changes the booking's key while it has the record.
    for no key update;
    if booking.id is null then
      perform app_hidden.refuse('booking_not_found', 'No such booking in this clinic.',
        jsonb_build_object('bookingId', join_waiting_list.booking_id::text));
    elsif booking.status <> 'booked' or booking.starts_at <= now() then
      perform app_hidden.refuse('illegal_transition', 'This booking can no longer be moved.',
        jsonb_build_object('status', booking.status));
    end if;
    -- The visit keeps what it is for, and only earlier times are offered.
    customer.id := booking.customer_id;
    join_waiting_list.service_id := booking.service_id;
    join_waiting_list.until_date := least(join_waiting_list.until_date, booking.slot_date);
  elsif join_waiting_list.service_id is not null then
    service := app_private.offered_service(clinic.id, join_waiting_list.service_id, join_waiting_list.doctor_id);
    if not by_desk then
      perform app_private.assert_may_book_service(service, customer.id);
    end if;
  end if;
  if join_waiting_list.doctor_id is not null and not exists (
       select from app_public.doctors d
       where d.clinic_id = clinic.id and d.id = join_waiting_list.doctor_id and d.is_active) then
    perform app_hidden.refuse('doctor_not_found', 'No such doctor in this clinic.',
      jsonb_build_object('doctorId', join_waiting_list.doctor_id::text));
  elsif join_waiting_list.specialization_id is not null and not exists (
       select from app_public.specializations s where s.id = join_waiting_list.specialization_id) then
    perform app_hidden.refuse('specialization_not_found', 'No such specialization.',
      jsonb_build_object('specializationId', join_waiting_list.specialization_id::text));
  end if;
  join_waiting_list.from_date := greatest(join_waiting_list.from_date, today);
  join_waiting_list.until_date := coalesce(join_waiting_list.until_date, join_waiting_list.from_date + 90);
  join_waiting_list.min_notice := coalesce(join_waiting_list.min_notice, '0');
  if join_waiting_list.until_date not between join_waiting_list.from_date and today + 800 then
    perform app_hidden.refuse('invalid_argument', 'The last date is not before the first, and at most 800 days ahead.',
      '{"argument": "untilDate"}');
  elsif not (join_waiting_list.weekdays <@ '{1,2,3,4,5,6,7}' and cardinality(join_waiting_list.weekdays) > 0)
     or array_position(join_waiting_list.weekdays, null) is not null then
    perform app_hidden.refuse('invalid_argument', 'Weekdays are numbers from 1 (Monday) to 7.',
      '{"argument": "weekdays"}');
  elsif join_waiting_list.not_before > join_waiting_list.not_after then
    perform app_hidden.refuse('invalid_argument', 'The latest time is not before the earliest.',
      '{"argument": "notAfter"}');
  elsif join_waiting_list.min_notice not between '0' and '30 days' then
    perform app_hidden.refuse('invalid_argument', 'The notice is at most 30 days.', '{"argument": "minNotice"}');
  end if;

  perform app_private.ensure_clinic_customer(clinic.id, customer);
  -- Waits for transactions that are freeing times, which are offered to those who joined before. Only one transaction
  -- at a time, so that two requests do not add the same entry.
  perform pg_advisory_xact_lock(hashtextextended('medislot waiting list', clinic.id));
  update app_public.waiting_list w
  set weekdays = join_waiting_list.weekdays, not_before = join_waiting_list.not_before,
    not_after = join_waiting_list.not_after, from_date = join_waiting_list.from_date,
    until_date = join_waiting_list.until_date, min_notice = join_waiting_list.min_notice, booking_id = booking.id,
    -- An entry that was over begins anew.
    joined_at = case when w.until_date < today then clock_timestamp() else w.joined_at end,
    changed_at = clock_timestamp()
  where w.clinic_id = clinic.id and w.customer_id = customer.id and w.state = 'waiting'
    and (w.service_id, w.doctor_id, w.specialization_id) is not distinct from
      (join_waiting_list.service_id, join_waiting_list.doctor_id, join_waiting_list.specialization_id)
  returning w.* into entry;
  if entry.id is null then
    if not by_desk and most <= (
         select count(*) from app_public.waiting_list w
         where w.clinic_id = clinic.id and w.customer_id = any (app_private.ids_of_person(customer.id))
           and w.state = 'waiting' and w.until_date >= today) then
      perform app_hidden.refuse('too_many_waiting_entries', 'You wait for enough in this clinic. Leave an entry first.',
        jsonb_build_object('allowed', most));
    end if;
    insert into app_public.waiting_list as w (clinic_id, customer_id, service_id, doctor_id, specialization_id,
      weekdays, not_before, not_after, from_date, until_date, min_notice, booking_id)
    values (clinic.id, customer.id, join_waiting_list.service_id, join_waiting_list.doctor_id,
      join_waiting_list.specialization_id, join_waiting_list.weekdays, join_waiting_list.not_before,
      join_waiting_list.not_after, join_waiting_list.from_date, join_waiting_list.until_date,
      join_waiting_list.min_notice, booking.id)
    returning w.* into entry;
  end if;
  -- Column privileges do not apply to a function's result, and customers do not see what the desk set.
  entry.priority := case when by_desk then entry.priority else 0 end;
  return entry;
end
$$;

comment on function app_public.join_waiting_list is
'Puts a customer on a clinic''s waiting list: for a service, a doctor, a specialization, or any time, on the local '
'dates from `from_date` (default today) to `until_date` (default 90 days later), optionally on some ISO weekdays, '
'between two local times at which the visit begins, and with a minimal notice. When a matching time is freed, the '
'first three customers get a message with a link and a head start, one after the other. With `booking_id` only '
'earlier times are offered, and accepting one moves that visit. Joining again for the same service, doctor and '
'specialization changes the other conditions and keeps the place in the list. Customers join for themselves, the desk '
'for customers of its clinic. Refuses customer_not_found, customer_not_confirmed, clinic_not_found, '
'booking_not_found, illegal_transition (the booking), service_not_found, service_not_offered, '
'service_not_for_customer, doctor_not_found, specialization_not_found, too_many_waiting_entries, invalid_argument, '
'forbidden, unauthenticated.';

grant execute on function app_public.join_waiting_list to app_customer;
