create or replace function billing_private.queue_mail(
  kind text, clinic_id bigint, customer_id bigint, amount bigint, currency text, invoice_id bigint default null)
returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
begin
  -- To the account of the patient, or of a guardian. The desk tells patients without an account.
  insert into app_private.account_messages (address, account_id, kind, language, money_clinic_id, money_amount,
    money_currency, money_invoice_id)
  select a.email, a.id, queue_mail.kind, coalesce(c.preferred_language, p.language), queue_mail.clinic_id,
    queue_mail.amount, queue_mail.currency, queue_mail.invoice_id
  from app_public.customers c
  join app_private.accounts a on a.id = c.account_id and a.is_active and a.email_verified_at is not null
  join app_public.policies p on p.clinic_id = queue_mail.clinic_id
  where queue_mail.amount > 0 and (c.id = queue_mail.customer_id or c.id in (
    select g.guardian_customer_id from app_public.guardianships g
    where g.dependant_customer_id = queue_mail.customer_id and g.ended_at is null
      and (g.until is null or g.until > now()::date)))
  order by c.id <> queue_mail.customer_id, c.id limit 1;
end
$$;

comment on function billing_private.queue_mail is
'Queues a mail about money of a customer (payment_received, credit_received, invoice_issued with the invoice), for the '
'job send_account_messages.';
