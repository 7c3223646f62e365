create or replace function billing_private.words_of_invoice(invoice billing.invoices, language text) returns jsonb
language plpgsql stable set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
begin
  return jsonb_build_object(
    'invoice', invoice.number,
    'total', billing_private.format_amount(invoice.total, invoice.currency, words_of_invoice.language),
    'due', billing_private.format_amount(invoice.due, invoice.currency, words_of_invoice.language),
    'due_date', (app_private.format_time(
      invoice.due_on::timestamp at time zone 'UTC', 'UTC', words_of_invoice.language)).date);
end
$$;

comment on function billing_private.words_of_invoice is
'The values of the {{words}} of a message about an invoice, beside those of app_private.word_values.';
