create or replace function app_private.erase_messages(customer_id bigint, addresses text[]) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
begin
  -- Locked first: what is being delivered is waited for, and then found.
  perform from app_public.notifications n
  join app_public.bookings b on b.clinic_id = n.clinic_id and b.id = n.booking_id
  where b.customer_id = erase_messages.customer_id order by n.clinic_id, n.id for update of n;
  -- What the development transport keeps: the customer's, and what went to their addresses about bookings that are in the archive by now.
  delete from app_private.messages m
  where exists (
      select from app_public.notifications n
      where n.clinic_id = m.clinic_id and n.id = m.notification_id and n.customer_id = erase_messages.customer_id)
    or lower(m.recipient) = any (erase_messages.addresses) and not exists (
      select from app_public.notifications n where n.clinic_id = m.clinic_id and n.id = m.notification_id);
  -- Those that wait, too, also that the bookings ahead were cancelled: to whom? With them go the attempts, whose errors may quote an
  -- address; what a worker sends at this moment finds no row to note anything at. A clinic's own system is told ids, and goes on.
  delete from app_public.notifications n using app_public.bookings b
  where b.customer_id = erase_messages.customer_id and n.clinic_id = b.clinic_id and n.booking_id = b.id and n.channel <> 'webhook';
end
$$;

comment on function app_private.erase_messages(bigint, text[]) is
'Removes what was and is to be sent to a customer, who has these addresses (in lower case), also what the development transport keeps.';

revoke all on function app_private.erase_messages(bigint, text[]) from public;
