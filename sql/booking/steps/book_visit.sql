create or replace function app_private.book_visit(
  slot app_public.booking_slots, run bigint[], customer_id bigint, service_id bigint, note text, answers jsonb,
  online boolean, price_id bigint, series_id bigint default null)
returns app_public.bookings
language plpgsql volatile set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  booking app_public.bookings;
begin
  if run is null then
    update app_public.booking_slots bs
    set status = 'booked', customer_id = book_visit.customer_id, held_until = null
    where bs.clinic_id = slot.clinic_id and bs.id = slot.id;
  else
    perform app_private.take_run(slot.clinic_id, run, book_visit.customer_id);
  end if;
  begin
    insert into app_public.bookings as b (clinic_id, booking_slot_id, customer_id, note, booked_by_account_id,
      service_id, is_online, series_id)
    values (slot.clinic_id, slot.id, book_visit.customer_id, app_hidden.prose_or_null(book_visit.note),
      app_hidden.current_account_id(), book_visit.service_id, coalesce(book_visit.online, false),
      book_visit.series_id)
    returning b.* into booking;
  exception when exclusion_violation then
    perform app_hidden.refuse('customer_busy', 'The customer has another booking here at this time.',
      jsonb_build_object('bookingSlotId', slot.id::text, 'startsAt', slot.starts_at, 'endsAt', slot.ends_at));
  end;
  if run is not null or book_visit.answers is not null then
    perform app_private.store_answers(booking, book_visit.answers);
  end if;
  if book_visit.price_id is not null then
    perform billing_private.charge_visit(booking, book_visit.price_id);
  end if;
  return booking;
end
$$;

comment on function app_private.book_visit is
'Books a visit in slots that the caller has locked and checked: takes the slots, inserts the booking, stores the '
'answers and charges the price (null: none). `run` holds the ids of all slots of the visit, null if it has no service. '
'The caller queues the messages. Refuses customer_busy, question_not_found, answer_missing, answer_not_accepted, '
'text_too_long, text_not_accepted, invalid_argument.';
