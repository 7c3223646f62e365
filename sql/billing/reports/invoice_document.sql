create or replace function billing.invoice_document(clinic_id bigint, invoice_id bigint, language text default null)
returns jsonb
language plpgsql stable security definer set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  invoice billing.invoices;
begin
  select i.* into invoice from billing.invoices i
  where i.clinic_id = invoice_document.clinic_id and i.id = invoice_document.invoice_id;
  if (invoice.clinic_id = any (app_hidden.desk_clinic_ids())
       or invoice.customer_id = any (app_hidden.current_customer_ids())
       or invoice.id is not null and app_private.caller_is_operator()) is not true then
    perform app_hidden.refuse('invoice_not_found', 'No such invoice in this clinic.',
      jsonb_build_object('invoiceId', invoice_document.invoice_id::text));
  end if;
  return (
    select jsonb_build_object(
      'number', invoice.number, 'issuedAt', invoice.issued_at, 'dueOn', invoice.due_on, 'state', invoice.state,
      'language', coalesce(case when invoice_document.language in ('en', 'de') then invoice_document.language end,
        cu.preferred_language, cc.preferred_language, p.language),
      'currency', invoice.currency, 'exponent', cy.exponent, 'timeZone', c.time_zone,
      'clinic', jsonb_build_object('name', c.name, 'address', c.address, 'phone', c.phone, 'email', c.email,
        'footer', p.invoice_footer),
      'customer', jsonb_build_object('id', cc.customer_id::text, 'name', cc.full_name),
      'total', invoice.total::text, 'tax', invoice.tax::text, 'paid', invoice.paid::text, 'due', invoice.due::text,
      'lines', (
        select coalesce(jsonb_agg(jsonb_build_object('text', l.text, 'kind', l.kind, 'amount', l.amount::text,
            'taxRate', l.tax_rate, 'tax', l.tax::text,
            'visitAt', coalesce(b.visit_starts_at, ab.visit_starts_at)) order by l.id), '[]')
        from billing.invoice_lines l
        left join app_public.bookings b on b.clinic_id = l.clinic_id and b.id = l.booking_id
        left join app_public.archived_bookings ab on ab.clinic_id = l.clinic_id and ab.id = l.booking_id
        where l.clinic_id = invoice.clinic_id and l.invoice_id = invoice.id),
      'payments', (
        select coalesce(jsonb_agg(jsonb_build_object('kind', m.kind, 'amount', m.amount::text, 'at', m.moved_at)
          order by m.id), '[]')
        from billing.movements m where m.clinic_id = invoice.clinic_id and m.invoice_id = invoice.id))
    from app_public.clinics c
    join app_public.policies p on p.clinic_id = c.id
    join billing.currencies cy on cy.code = invoice.currency
    join app_public.clinic_customers cc on cc.clinic_id = c.id and cc.customer_id = invoice.customer_id
    join app_public.customers cu on cu.id = cc.customer_id
    where c.id = invoice.clinic_id);
end
$$;

comment on function billing.invoice_document is
'Everything that an invoice shows, for the PDF document: the clinic, the customer, the lines and what was paid. '
'Amounts are texts in minor units; `exponent` is the number of decimals. The language is the given one (en, de), else '
'the customer''s, else the clinic''s. For the customer and the desk. Refuses invoice_not_found.';

grant execute on function billing.invoice_document to app_customer;
