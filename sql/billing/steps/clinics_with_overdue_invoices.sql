create or replace function billing_private.clinics_with_overdue_invoices(at timestamptz default now())
returns table (clinic_id bigint)
language plpgsql stable set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
begin
  return query
    select c.id from app_public.clinics c
    where not exists (select from app_private.clinic_shards cs where cs.clinic_id = c.id)
      and exists (select from billing_private.invoices_to_remind_of(c.id, clinics_with_overdue_invoices.at))
    order by c.id;
end
$$;

comment on function billing_private.clinics_with_overdue_invoices is
'The clinics of this database that have an invoice of which queue_payment_reminders would remind now.';
