create or replace function app_public.book_series(
  clinic_id bigint, customer_id bigint, booking_slot_ids bigint[], service_id bigint default null,
  note text default null, online boolean default null, idempotency_key text default null)
returns setof app_public.bookings
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  customer app_public.customers;
  outcome jsonb;
  slots app_public.booking_slots[];
  slot app_public.booking_slots;
  service app_public.services;
  needed bigint[] := '{}';
  run bigint[];
  price_id bigint;
  series_id bigint;
  booking app_public.bookings;
  made app_public.bookings[];
begin
  perform app_private.require_clinic_role(book_series.clinic_id, 'desk');
  -- Locks the customer, before any slot is locked.
  customer := app_private.resolve_customer(book_series.clinic_id, book_series.customer_id);
  perform app_private.assert_desk_may_book_for(customer);
  outcome := app_private.stored_outcome(book_series.clinic_id, book_series.idempotency_key, 'book_series',
    jsonb_build_array(customer.id, book_series.booking_slot_ids, book_series.service_id, book_series.note,
      book_series.online));
  if outcome is not null then
    return query select * from jsonb_populate_recordset(null::app_public.bookings, outcome);
    return;
  end if;
  slots := app_private.slots_of_series(book_series.clinic_id, book_series.booking_slot_ids);

  -- All slots of all visits in one statement and by id: two series never wait for each other.
  foreach slot in array slots loop
    if book_series.service_id is not null then
      service := app_private.offered_service(slot.clinic_id, book_series.service_id, slot.doctor_id);
    end if;
    perform app_private.assert_claimable(slot, customer.id, service.id);
    needed := needed || case when service.id is null then array[slot.id] else app_private.run_of(slot, service) end;
  end loop;
  if book_series.online is not null then
    perform app_private.assert_place_offered(service, book_series.online);
  end if;
  perform from app_public.booking_slots bs
  where bs.clinic_id = book_series.clinic_id and bs.id = any (needed)
  order by bs.id for update;
  perform app_private.ensure_clinic_customer(book_series.clinic_id, customer);

  insert into app_public.booking_series as s (clinic_id, customer_id, booked_by_account_id)
  values (book_series.clinic_id, customer.id, app_hidden.current_account_id()) returning s.id into series_id;
  foreach slot in array slots loop
    -- As it is under the lock.
    slot := app_private.lock_slot(slot.clinic_id, slot.id);
    perform app_private.assert_claimable(slot, customer.id, book_series.service_id);
    perform app_private.assert_in_booking_window(slot, null::app_public.policies, by_desk => true);
    if book_series.service_id is not null then
      service := app_private.offered_service(slot.clinic_id, book_series.service_id, slot.doctor_id);
      run := app_private.run_of(slot, service);
      if not run <@ needed then
        raise exception 'slots or the service were changed meanwhile' using errcode = 'serialization_failure';
      end if;
      perform app_private.assert_run_claimable(slot.clinic_id, run, service.id, customer.id);
      price_id := null;
      if service.is_priced then
        select c.price_id into price_id
        from billing_private.visit_to_charge(slot, service, customer.id, by_desk => true, in_series => true) c;
      end if;
    end if;
    booking := app_private.book_visit(slot, run, customer.id, book_series.service_id, book_series.note, null,
      book_series.online, price_id, series_id);
    -- One confirmation is about all visits.
    perform app_private.queue_notifications(booking, 'booking_confirmed', audience => 'others');
    made := made || booking;
  end loop;
  perform app_private.queue_notifications(made[1], 'booking_confirmed', audience => 'customer',
    series_booking_ids => array(select m.id from unnest(made) m));
  perform app_private.finish_idempotent(book_series.clinic_id, book_series.idempotency_key, to_jsonb(made));
  return query select m.* from unnest(made) m;
end
$$;

comment on function app_public.book_series is
'Books 2 to 52 slots for one customer as a series, all or none; plan_series finds them. With `service_id` each visit '
'takes the slots that the service needs, and is charged as in book_slot; `online` is that of book_slot. A service '
'that has to be paid in full before the visit is refused (payment_required). One message confirms all dates, and '
'there are reminders for each. The series counts as one booking against the limit of the policy. Each visit can be '
'moved and cancelled by itself; move_series and cancel_series change several. Returns the bookings in order of time. '
'For the desk. Refuses forbidden, unauthenticated, customer_not_found, customer_not_confirmed, slot_not_found, '
'slot_taken, slot_held, slot_offered, slot_withdrawn, slot_reserved, service_not_found, service_not_offered, '
'place_not_offered, run_not_free, no_resource_free, payment_required, answer_missing, slot_in_the_past, customer_busy '
'(naming the slot), invalid_argument, text_too_long, text_not_accepted, idempotency_key_reused.';

grant execute on function app_public.book_series to app_staff;
