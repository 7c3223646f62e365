create or replace function app_private.store_answers(booking app_public.bookings, answers jsonb) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
declare
  given record;
begin
  for given in select a.* from app_private.read_answers(store_answers.answers) a where a.answer is not null loop
    -- A booking that has had this service before, and another one in between, may have an answer already.
    delete from app_public.booking_answers a
    where a.clinic_id = booking.clinic_id and a.booking_id = booking.id and a.question_id = given.question_id;
    insert into app_public.booking_answers (clinic_id, booking_id, question_id, answer)
    values (booking.clinic_id, booking.id, given.question_id, given.answer);
  end loop;
  -- The desk often books before it knows the answers.
  if booking.customer_id = any (app_hidden.current_customer_ids()) then
    perform app_private.assert_answered(booking.clinic_id, booking.service_id, array(
      select a.question_id from app_public.booking_answers a
      where a.clinic_id = booking.clinic_id and a.booking_id = booking.id));
  end if;
end
$$;

comment on function app_private.store_answers is
'Stores the answers given with a booking that is new or has got another service (app_private.read_answers says how '
'they are given; null: none). Empty ones count as not given. Customers have to answer the required questions of the '
'service, the desk does not. Refuses question_not_found, answer_missing, answer_not_accepted, text_too_long, '
'text_not_accepted, invalid_argument.';
