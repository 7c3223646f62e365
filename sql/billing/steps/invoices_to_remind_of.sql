create or replace function billing_private.invoices_to_remind_of(clinic_id bigint, at timestamptz default now())
returns table (invoice billing.invoices, channel text, has_address boolean)
language plpgsql stable set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  today date;
begin
  select (invoices_to_remind_of.at at time zone c.time_zone)::date into today
  from app_public.clinics c where c.id = invoices_to_remind_of.clinic_id;
  return query
    select i, ch.channel, ch.has_address
    from billing.invoices i
    join app_public.clinic_customers cc on cc.clinic_id = i.clinic_id and cc.customer_id = i.customer_id
    join app_public.customers c on c.id = i.customer_id
    cross join lateral app_private.choose_channel(i.clinic_id, i.customer_id, 'payment_due') ch
    where i.clinic_id = invoices_to_remind_of.clinic_id and i.state = 'open'
      -- Old invoices are left out, for clinics that begin to send this kind of message.
      and i.due_on < today and i.due_on >= today - 30
      and c.is_active and c.wants_reminders and cc.wants_reminders and ch.channel is not null
      and not exists (
        select from app_public.notifications n where n.clinic_id = i.clinic_id and n.invoice_id = i.id)
    order by i.id;
end
$$;

comment on function billing_private.invoices_to_remind_of is
'The invoices of which a clinic has to remind its customers: something is due on them, the due date passed at most 30 '
'days ago by the clinic''s local date, and no reminder was queued yet. Each with the channel of the message and '
'whether an address for it is known. Without invoices of customers who were removed or want no reminders; empty if '
'the clinic does not send this kind of message.';
