create or replace function app_public.book_as_guest(
  clinic_id bigint, booking_slot_id bigint, full_name text, email text, language text default null,
  service_id bigint default null, answers jsonb default null, online boolean default null)
returns app_public.guest_hold
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  address app_public.email_address := app_private.require_address(book_as_guest.email);
  given_name text := nullif(btrim(book_as_guest.full_name), '');
  policy app_public.policies;
  service app_public.services;
  guest_id bigint;
  guest app_private.guest_bookings;
  own_claims jsonb;
  hold app_public.guest_hold;
  slot app_public.booking_slots;
begin
  perform app_private.assert_network_below_limit('guest');
  if given_name is null then
    perform app_hidden.refuse('invalid_argument', 'A name is needed.', '{"argument": "fullName"}');
  end if;
  select p.* into policy from app_public.policies p where p.clinic_id = book_as_guest.clinic_id;
  if policy.accepts_guests is not true then
    perform app_hidden.refuse('guests_not_accepted', 'This can be booked with an account only.',
      jsonb_build_object('clinicId', book_as_guest.clinic_id::text));
  end if;
  -- Now, while the guest is at the form, not when the link is opened.
  perform app_private.check_answers(book_as_guest.clinic_id, book_as_guest.service_id, book_as_guest.answers);
  perform app_private.assert_guest_below_limit(address);
  if book_as_guest.online is not null then
    select s.* into service from app_public.services s
    where s.clinic_id = book_as_guest.clinic_id and s.id = book_as_guest.service_id;
    perform app_private.assert_place_offered(service, book_as_guest.online);
  end if;

  -- A customer of their own, whatever customers and accounts there are with this address: the answer reveals none of
  -- them, and the person who proves the address later can claim this one.
  guest_id := app_private.new_customer(book_as_guest.clinic_id, given_name, address, null,
    case when book_as_guest.language in ('en', 'de') then book_as_guest.language end, for_guest => true);
  own_claims := app_private.begin_as_link_holder(guest_id);
  slot := app_public.hold_slot(
    book_as_guest.clinic_id, book_as_guest.booking_slot_id, service_id => book_as_guest.service_id);
  if book_as_guest.service_id is not null then
    -- Guests cannot pay: there is no account to which their money would belong.
    perform billing_private.visit_to_charge(slot, s, guest_id, false) from app_public.services s
    where s.clinic_id = slot.clinic_id and s.id = book_as_guest.service_id and s.is_priced;
  end if;
  perform app_private.set_claims(own_claims);
  -- Longer than a patient at the form needs: the mail has to arrive and to be read.
  update app_public.booking_slots bs set held_until = now() + policy.guest_hold_time
  where bs.clinic_id = book_as_guest.clinic_id and bs.customer_id = guest_id;
  -- The clinic gets its record with the booking, so that names which nobody confirmed do not fill its records.
  delete from app_public.clinic_customers cc
  where cc.clinic_id = book_as_guest.clinic_id and cc.customer_id = guest_id;

  insert into app_private.guest_bookings (
    clinic_id, booking_slot_id, service_id, online, customer_id, address, held_until, answers)
  values (book_as_guest.clinic_id, book_as_guest.booking_slot_id, book_as_guest.service_id, book_as_guest.online,
    guest_id, address, now() + policy.guest_hold_time, book_as_guest.answers)
  returning * into guest;
  insert into app_private.account_messages (address, guest_clinic_id, guest_booking_id, kind, language)
  values (address, guest.clinic_id, guest.id, 'guest_booking',
    case when book_as_guest.language in ('en', 'de') then book_as_guest.language else policy.language end);
  perform app_private.count_network_attempt('guest');
  hold := (guest.clinic_id, guest.booking_slot_id, guest.held_until);
  return hold;
end
$$;

comment on function app_public.book_as_guest is
'Holds a slot for a guest, who has no account, for the clinic''s guest_hold_time, and mails a link to the address: '
'confirm_guest_booking books with its token. Where the clinic''s policy accepts guests. Open to everybody; the '
'answer is the same whether or not there is an account with the address. `language` (en, de) is that of messages. '
'`answers` are those to the questions of the service, as book_slot takes them. Refuses guests_not_accepted, '
'place_not_offered, invalid_email, invalid_argument, text_too_long, text_not_accepted, too_many_guest_bookings, '
'payment_required, too_many_attempts (many from one network), slot_not_found, slot_taken, slot_held, slot_offered, '
'slot_withdrawn, slot_reserved, service_not_found, service_not_offered, service_not_for_customer, '
'question_not_found, answer_missing, answer_not_accepted, start_not_offered, run_not_free, no_resource_free, '
'booking_too_late, booking_too_far_ahead, too_many_bookings, network_takes_too_many; in a shard also '
'global_database_first, shard_behind.';

grant execute on function app_public.book_as_guest to app_anonymous;
