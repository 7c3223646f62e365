create or replace function billing_private.read_invoices(
  invoice_ids bigint[], invoices jsonb, default_clinic_id bigint)
returns table (clinic_id bigint, invoice_id bigint)
language plpgsql stable rows 10 set search_path = pg_catalog, pg_temp as $$
declare
  is_valid boolean := coalesce(jsonb_typeof(invoices), 'array') = 'array';
begin
  if is_valid then
    is_valid := not exists (
      select from jsonb_array_elements(invoices) v
      where coalesce(v ->> 'invoiceId', '') !~ '^[0-9]{1,18}$' or coalesce(v ->> 'clinicId', '') !~ '^[0-9]{1,18}$');
  end if;
  if not is_valid then
    perform app_hidden.refuse('invalid_argument',
      'Invoices are a list of {"clinicId": "…", "invoiceId": "…"}.', '{"argument": "invoices"}');
  elsif coalesce(cardinality(invoice_ids), 0) + coalesce(jsonb_array_length(invoices), 0) > 50 then
    perform app_hidden.refuse('invalid_argument', 'At most 50 invoices are paid at once.',
      jsonb_build_object('argument', case when invoices is null then 'invoiceIds' else 'invoices' end));
  end if;
  return query
    select default_clinic_id, w from unnest(invoice_ids) w
    union
    select (v ->> 'clinicId')::bigint, (v ->> 'invoiceId')::bigint from jsonb_array_elements(invoices) v;
end
$$;

comment on function billing_private.read_invoices is
'The invoices in the arguments of begin_checkout, each once: those of `invoice_ids` are of `default_clinic_id`. '
'Refuses invalid_argument.';
