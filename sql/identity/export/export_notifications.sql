create or replace function app_private.export_notifications(customer_id bigint) returns jsonb
language plpgsql stable set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
begin
  return (
    select coalesce(jsonb_agg(
      jsonb_build_object(
        'clinicId', n.clinic_id::text, 'bookingId', n.booking_id::text,
        'invoiceId', n.invoice_id::text, 'kind', n.kind, 'channel', n.channel,
        'dueAt', n.due_at, 'state', n.state, 'sentAt', n.sent_at, 'recipient', m.recipient, 'subject', m.subject,
        'body', m.body)
      order by n.due_at, n.id, m.id), '[]')
    from app_public.notifications n
    left join app_private.messages m on m.clinic_id = n.clinic_id and m.notification_id = n.id
    where n.customer_id = export_notifications.customer_id and n.channel <> 'webhook');
end
$$;

comment on function app_private.export_notifications is
'The notifications about a customer''s bookings, offers and invoices with the messages that are still stored, as '
'export_customer returns them. Webhooks are not included.';
