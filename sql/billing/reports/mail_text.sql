create or replace function billing_private.mail_text(
  message app_private.account_messages, link text, out subject text, out body text)
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
  clinic_name text;
  invoice billing.invoices;
  due text;
  amount constant text := billing_private.format_amount(message.money_amount, message.money_currency, message.language);
begin
  select c.name into clinic_name from app_public.clinics c where c.id = message.money_clinic_id;
  select i.* into invoice from billing.invoices i
  where i.clinic_id = message.money_clinic_id and i.id = message.money_invoice_id;
  due := billing_private.format_amount(invoice.due, invoice.currency, message.language);
  case message.kind || ' ' || message.language
    when 'payment_received en' then
      subject := format('Your payment to %s', clinic_name);
      body := format(E'Hello,\n\nwe have received your payment of %s to %s. Thank you.\n\nYour account: %s', amount,
        clinic_name, link);
    when 'payment_received de' then
      subject := format('Ihre Zahlung: %s', clinic_name);
      body := format(E'Guten Tag,\n\nIhre Zahlung von %s an %s ist eingegangen. Vielen Dank.\n\nIhr Konto: %s', amount,
        clinic_name, link);
    when 'invoice_issued en' then
      subject := format('Invoice %s from %s', invoice.number, clinic_name);
      body := format(E'Hello,\n\nattached is invoice %s for %s from %s. %s\n\nThe invoice on our pages: %s',
        invoice.number, amount, clinic_name,
        case invoice.due when 0 then 'Nothing is due.' else format('%s are due. You can pay on our pages.', due) end,
        link);
    when 'invoice_issued de' then
      subject := format('Rechnung %s: %s', invoice.number, clinic_name);
      body := format(E'Guten Tag,\n\nim Anhang finden Sie die Rechnung %s über %s: %s. %s\n\nDie Rechnung auf unseren '
        'Seiten: %s', invoice.number, amount, clinic_name,
        case invoice.due when 0 then 'Es ist nichts mehr zu zahlen.'
          else format('Zu zahlen sind %s. Das geht auch auf unseren Seiten.', due) end,
        link);
    when 'credit_received en' then
      subject := format('You have credit at %s', clinic_name);
      body := format(
        E'Hello,\n\n%s that you paid to %s are now your credit: a visit was cancelled or could not be booked any more, '
        'or less was due. The credit pays your next visit there. If you would rather have the money back, call the '
        'clinic.\n\nYour account: %s', amount, clinic_name, link);
    when 'credit_received de' then
      subject := format('Sie haben ein Guthaben: %s', clinic_name);
      body := format(
        E'Guten Tag,\n\n%s, die Sie an %s gezahlt haben, sind jetzt Ihr Guthaben: Ein Termin wurde abgesagt oder war '
        'nicht mehr frei, oder es war weniger zu zahlen. Das Guthaben bezahlt Ihren nächsten Termin dort. Wenn Sie '
        'das Geld lieber zurück haben möchten, rufen Sie bitte dort an.\n\nIhr Konto: %s', amount, clinic_name, link);
  end case;
end
$$;

comment on function billing_private.mail_text is
'The subject and the text of a mail about money, with a link to the pages. It names the clinic and the amount, and '
'neither a person nor what the visit is for.';
