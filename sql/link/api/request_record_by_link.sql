create or replace function app_public.request_record_by_link(token text) returns app_public.linked_booking
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  booking app_public.bookings := app_private.booking_of_link(request_record_by_link.token, 'manage');
  address app_public.email_address;
begin
  if app_hidden.current_account_id() is null then
    perform app_hidden.refuse('unauthenticated', 'Sign in first.');
  elsif app_hidden.caller_is_unconfirmed() then
    perform app_hidden.refuse('email_not_confirmed', 'Confirm your e-mail address first.');
  elsif app_hidden.current_customer_id() is null then
    perform app_hidden.refuse('customer_not_found', 'Only patients have records.');
  elsif booking.id is null then
    return app_private.refuse_link();
  end if;
  perform app_private.assert_network_below_limit('email_confirmation');
  select cc.email into address from app_public.clinic_customers cc
  where cc.clinic_id = booking.clinic_id and cc.customer_id = booking.customer_id;
  if address is not null and app_private.is_shard() then
    -- Its worker sends the link, since it merges the record.
    perform app_private.in_global_database('ask_for_record', jsonb_build_object(
      'clinicId', booking.clinic_id::text, 'customerId', booking.customer_id::text,
      'accountId', app_hidden.current_account_id()::text, 'address', address));
  elsif address is not null then
    perform app_private.queue_account_message(address, app_hidden.current_account_id(), 'record_claim',
      record_customer_id => booking.customer_id, is_wanted => exists (
        select from app_private.claimable_by_address(address) r where r.customer_id = booking.customer_id));
  end if;
  perform app_private.count_network_attempt('email_confirmation');
  return app_private.linked_booking(booking.clinic_id, booking.id);
end
$$;

comment on function app_public.request_record_by_link is
'Asks to add the clinic''s record of a booking to the caller''s account, with the link of a message about the '
'booking. A second link is mailed to the address that the clinic has recorded, which may differ from the caller''s; '
'confirm_merge adds the record with the token of that link. The link of the message alone is not enough, because '
'messages are forwarded, and their links are meant to show one booking for a few days. Nothing is sent if the clinic '
'has no address of the patient or somebody has the record; the answer is the same. Refuses unauthenticated, '
'email_not_confirmed, customer_not_found (the caller is not a patient), link_invalid (in the field refusal), '
'too_many_attempts; in a shard also global_database_first, shard_behind.';

grant execute on function app_public.request_record_by_link to app_customer;
