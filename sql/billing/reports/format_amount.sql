create or replace function billing_private.format_amount(amount bigint, currency text, language text) returns text
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
  decimals int;
  text text;
begin
  select c.exponent into decimals from billing.currencies c where c.code = format_amount.currency;
  text := (format_amount.amount / 10::numeric ^ decimals)::numeric(20, 3)::text;
  text := case decimals when 0 then split_part(text, '.', 1) else left(text, length(text) - 3 + decimals) end;
  return case language when 'de' then replace(text, '.', ',') else text end || ' ' || currency;
end
$$;

comment on function billing_private.format_amount is
'An amount with the decimals of its currency, as mails show it: 31.50 EUR, in German 31,50 EUR.';
