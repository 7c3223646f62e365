create or replace function billing_private.queue_payment_reminders(clinic_id bigint, at timestamptz default now())
returns int
language plpgsql volatile set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  queued int;
begin
  insert into app_public.notifications (clinic_id, invoice_id, customer_id, kind, channel, booking_sequence, due_at,
    state, last_error)
  select (r.invoice).clinic_id, (r.invoice).id, (r.invoice).customer_id, 'payment_due', r.channel, 0,
    queue_payment_reminders.at,
    -- Without an address the message is dead from the start, so the desk sees it at once.
    (case when r.has_address then 'pending' else 'dead' end)::app_public.notification_state,
    case when not r.has_address then 'the clinic knows no address for ' || r.channel end
  from billing_private.invoices_to_remind_of(queue_payment_reminders.clinic_id, queue_payment_reminders.at) r
  -- Another worker may do the same at this moment.
  on conflict do nothing;
  get diagnostics queued = row_count;
  return queued;
end
$$;

comment on function billing_private.queue_payment_reminders is
'Queues the reminders of a clinic''s invoices that were not paid in time, one for each invoice, and returns how many. '
'claim_notifications drops those on which nothing is due when they are sent. Called by the job '
'queue_payment_reminders for each of clinics_with_overdue_invoices.';
