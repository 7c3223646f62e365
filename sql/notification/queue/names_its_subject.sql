create or replace function app_private.names_its_subject(
  kind app_public.notification_kind, channel text, booking_id bigint, slot_offer_id bigint, invoice_id bigint)
returns boolean
language plpgsql immutable set search_path = pg_catalog, pg_temp as $$
begin
  return num_nonnulls(booking_id, slot_offer_id, invoice_id) = 1
    and case kind when 'slot_offered' then slot_offer_id is not null and channel <> 'webhook'
      when 'payment_due' then invoice_id is not null and channel <> 'webhook'
      else booking_id is not null end;
end
$$;

comment on function app_private.names_its_subject is
'For a check constraint of notifications: a message is about an offer, an invoice or a booking, as its kind says, and '
'about nothing else; webhooks are about bookings. A function, because PostgreSQL reads the text of a check anew in '
'each statement.';
