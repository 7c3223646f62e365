create or replace function app_private.manager_message_of(
  clinic_id bigint, message_id bigint, public_url text, out channel text, out recipient text, out subject text,
  out body text, out idempotency_key text, out secret text) returns setof record
language plpgsql stable set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  m record;
  times text;
  desk text;
  manage text;
  day_at_desk text;
begin
  select x.*, c.name as clinic_name, p.language, a.email, we.url, ws.secret into m
  from app_private.manager_messages x
  join app_public.clinics c on c.id = x.clinic_id
  join app_public.policies p on p.clinic_id = x.clinic_id
  -- Managers who have left since get nothing.
  left join app_public.employees e on e.clinic_id = x.clinic_id and e.id = x.employee_id and e.is_active
    and e.role = 'manager'
  left join app_private.accounts a on a.id = e.account_id and a.is_active
  left join app_public.webhook_endpoints we on we.clinic_id = x.clinic_id and we.id = x.endpoint_id and we.is_active
  left join app_private.webhook_secrets ws on ws.clinic_id = we.clinic_id and ws.endpoint_id = we.id
  where x.clinic_id = manager_message_of.clinic_id and x.id = manager_message_of.message_id and x.state = 'pending';
  channel := case when m.endpoint_id is null then 'email' else 'webhook' end;
  recipient := case channel when 'email' then m.email else m.url end;
  if recipient is null then
    return;
  end if;
  secret := m.secret;
  idempotency_key := concat_ws('-', 'manager', app_private.installation_id(), m.clinic_id, m.id);
  if channel = 'webhook' then
    subject := m.kind;
    body := jsonb_build_object('id', idempotency_key, 'type', m.kind, 'occurredAt', m.created_at, 'eventHead',
      m.details)::text;
    return next;
    return;
  end if;
  -- At most forty lines.
  select string_agg(concat_ws(', ', t.time, t.doctor), E'\n' order by t.time, t.doctor) into times
  from (select x ->> 'time' as time, x ->> 'doctor' as doctor
        from jsonb_array_elements(m.details -> 'times') x order by 1, 2 limit 40) t;
  -- The pages of the clinic: a manager may work for several.
  desk := format('%s/desk/%s', btrim(public_url, '/'), m.clinic_id);
  manage := format('%s/manage/%s', btrim(public_url, '/'), m.clinic_id);
  day_at_desk := format('%s?date=%s', desk, m.details ->> 'date');
  case m.kind || ' ' || m.language
    when 'webhook_disabled en' then
      subject := format('A webhook of %s was switched off', m.clinic_name);
      body := format(
        E'Hello,\n\nthe webhook %s of %s was switched off, because %s. Your system no longer receives bookings.'
        '\n\nIf that was not intended, correct its address and switch it on again: %s/webhooks',
        m.details ->> 'url', m.clinic_name,
        case m.details ->> 'because' when 'gone' then 'the receiver answered that it is gone (410)'
          else 'its address does not lead to the public internet' end,
        manage);
    when 'webhook_disabled de' then
      subject := format('Ein Webhook von %s wurde abgeschaltet', m.clinic_name);
      body := format(
        E'Guten Tag,\n\nder Webhook %s von %s wurde abgeschaltet, weil %s. Ihr System erfährt nichts mehr von '
        'Buchungen.\n\nWenn das nicht beabsichtigt war, berichtigen Sie die Adresse und schalten Sie ihn wieder '
        'ein: %s/webhooks',
        m.details ->> 'url', m.clinic_name,
        case m.details ->> 'because' when 'gone' then 'der Empfänger geantwortet hat, dass es ihn nicht mehr gibt (410)'
          else 'seine Adresse nicht ins öffentliche Internet führt' end,
        manage);
    when 'network_alert en' then
      subject := format('Many appointments at %s from one network', m.clinic_name);
      body := format(
        E'Hello,\n\npatients from one network have taken %s of the %s times of %s at %s within a day. That may be a '
        'company, or somebody who blocks your calendar.\n\nPlease look at the bookings of that date: %s',
        m.details ->> 'taken', m.details ->> 'slots', m.details ->> 'date', m.clinic_name, day_at_desk);
    when 'network_alert de' then
      subject := format('Viele Termine aus einem Netz: %s', m.clinic_name);
      body := format(
        E'Guten Tag,\n\nPatienten aus einem Netz haben innerhalb eines Tages %s der %s Zeiten am %s bei %s belegt. '
        'Das kann ein Betrieb sein oder jemand, der Ihren Kalender blockiert.\n\nBitte sehen Sie sich die Buchungen '
        'dieses Tages an: %s',
        m.details ->> 'taken', m.details ->> 'slots', m.details ->> 'date', m.clinic_name, day_at_desk);
    when 'event_head en' then
      subject := format('Records of %s: checksum of %s', m.clinic_name, left(m.details ->> 'sealedAt', 10));
      body := format(
        E'Hello,\n\nplease keep this message. It holds a checksum of the records of %s. With it you can prove later '
        'that nothing recorded until then was changed:\n\n%s\n\n%s records, the last of them sealed at %s.\n\n'
        'To compare, give the line above to verifyEvents as "head" (docs/database/events.md). You can switch these '
        'messages off in the booking rules: %s/policy',
        m.clinic_name, m.details ->> 'head', m.details ->> 'position', m.details ->> 'sealedAt', manage);
    when 'event_head de' then
      subject := format('Aufzeichnungen von %s: Prüfsumme vom %s', m.clinic_name, left(m.details ->> 'sealedAt', 10));
      body := format(
        E'Guten Tag,\n\nbitte bewahren Sie diese Nachricht auf. Sie enthält eine Prüfsumme der Aufzeichnungen von '
        '%s. Mit ihr lässt sich später beweisen, dass bis dahin nichts geändert wurde:\n\n'
        '%s\n\n%s Einträge, der letzte gesiegelt am %s.\n\nZum Vergleich geben Sie die Zeile oben als "head" an '
        'verifyEvents (docs/database/events.md). Abschalten können Sie diese Nachrichten in den Buchungsregeln: '
        '%s/policy',
        m.clinic_name, m.details ->> 'head', m.details ->> 'position', m.details ->> 'sealedAt', manage);
    when 'doctor_in_two_places en' then
      subject := format('%s: a doctor is offered at two clinics at once', m.clinic_name);
      body := format(
        E'Hello,\n\nat these times a doctor of %s is also offered or booked at another clinic:\n\n%s\n\nPlease '
        'settle with the doctor where the visits take place, and withdraw the other times: %s',
        m.clinic_name, times, desk);
    when 'doctor_in_two_places de' then
      subject := format('%s: jemand ist in zwei Praxen zugleich eingeplant', m.clinic_name);
      body := format(
        E'Guten Tag,\n\nzu diesen Zeiten ist jemand aus dem Ärzteteam von %s auch in einer anderen Praxis '
        'eingeplant:\n\n%s\n\nBitte klären Sie, wo die Termine stattfinden, und nehmen Sie die anderen Zeiten '
        'heraus: %s',
        m.clinic_name, times, desk);
    when 'calendar_not_read en' then
      subject := format('%s: the calendar of %s cannot be read', m.clinic_name, m.details ->> 'doctor');
      body := format(
        E'Hello,\n\nfor more than an hour the calendar of %s at %s could not be read (%s). Times at which %s is busy '
        'there may be offered to patients.\n\nPlease ask %s to check the address and the password: '
        '%s/absences',
        m.details ->> 'doctor', m.details ->> 'origin', m.details ->> 'error', m.details ->> 'doctor',
        m.details ->> 'doctor', manage);
    when 'calendar_not_read de' then
      subject := format('%s: Der Kalender von %s ist nicht lesbar', m.clinic_name, m.details ->> 'doctor');
      body := format(
        E'Guten Tag,\n\nseit mehr als einer Stunde konnte der Kalender von %s bei %s nicht gelesen werden (%s). '
        'Zeiten, die dort belegt sind, werden womöglich angeboten.\n\nBitte lassen Sie %s die Adresse und das Passwort '
        'prüfen: %s/absences',
        m.details ->> 'doctor', m.details ->> 'origin', m.details ->> 'error', m.details ->> 'doctor', manage);
  end case;
  return next;
end
$$;

comment on function app_private.manager_message_of is
'A claimed message to a manager or to a clinic''s own system as it is to be sent now, with links to the pages at '
'`public_url`. No row when it is no longer to be sent, because the manager has left or the endpoint was switched off.';
