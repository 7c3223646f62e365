create or replace function app_private.erase_messages(customer_id bigint, addresses text[]) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
begin
  -- Locked first, so that deliveries in progress finish and what they wrote is found.
  perform from app_public.notifications n
  where n.customer_id = erase_messages.customer_id order by n.clinic_id, n.id for update;
  -- Messages of the development transport: those to the customer, and those to their addresses about bookings that
  -- have been archived since.
  delete from app_private.messages m
  where exists (
      select from app_public.notifications n
      where n.clinic_id = m.clinic_id and n.id = m.notification_id and n.customer_id = erase_messages.customer_id)
    or lower(m.recipient) = any (erase_messages.addresses) and not exists (
      select from app_public.notifications n where n.clinic_id = m.clinic_id and n.id = m.notification_id);
  -- Pending messages are removed too, even those that say that bookings ahead were cancelled: nobody is left to
  -- receive them. The attempts are removed with them, since their errors may quote an address; a worker that is
  -- sending at this moment finds no row to record its outcome in. Webhooks hold only ids and are kept.
  delete from app_public.notifications n
  where n.customer_id = erase_messages.customer_id and n.channel <> 'webhook';
end
$$;

comment on function app_private.erase_messages is
'Removes all messages sent or to be sent to a customer with these addresses (in lower case), including those that '
'the development transport keeps.';
