create or replace function app_private.manager_message_of(
  clinic_id bigint, message_id bigint, public_url text, out channel text, out recipient text, out subject text, out body text,
  out idempotency_key text, out secret text) returns setof record
language plpgsql stable set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  m record;
begin
  select x.*, c.name as clinic_name, p.language, a.email, we.url, ws.secret into m
  from app_private.manager_messages x
  join app_public.clinics c on c.id = x.clinic_id
  join app_public.policies p on p.clinic_id = x.clinic_id
  -- Not to those who have left since.
  left join app_public.employees e on e.clinic_id = x.clinic_id and e.id = x.employee_id and e.is_active and e.role = 'manager'
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
    body := jsonb_build_object('id', idempotency_key, 'type', m.kind, 'occurredAt', m.created_at, 'eventHead', m.details)::text;
    return next;
    return;
  end if;
  case m.kind || ' ' || m.language
    when 'webhook_disabled en' then
      subject := format('A webhook of %s was switched off', m.clinic_name);
      body := format(E'Hello,\n\nthe webhook %s of %s was switched off, because %s. Your system is not told of bookings any more.\n\nIf that was not intended, correct its address and switch it on again: %s/manage/webhooks',
        m.details ->> 'url', m.clinic_name,
        case m.details ->> 'because' when 'gone' then 'the receiver answered that it is gone (410)' else 'its address does not lead to the public internet' end,
        btrim(public_url, '/'));
    when 'webhook_disabled de' then
      subject := format('Ein Webhook von %s wurde abgeschaltet', m.clinic_name);
      body := format(E'Guten Tag,\n\nder Webhook %s von %s wurde abgeschaltet, weil %s. Ihr System erfährt nichts mehr von Buchungen.\n\nWenn das nicht beabsichtigt war, berichtigen Sie die Adresse und schalten Sie ihn wieder ein: %s/manage/webhooks',
        m.details ->> 'url', m.clinic_name,
        case m.details ->> 'because' when 'gone' then 'der Empfänger geantwortet hat, dass es ihn nicht mehr gibt (410)' else 'seine Adresse nicht ins öffentliche Internet führt' end,
        btrim(public_url, '/'));
    when 'event_head en' then
      subject := format('Records of %s: checksum of %s', m.clinic_name, left(m.details ->> 'sealedAt', 10));
      body := format(E'Hello,\n\nplease keep this message. It holds a checksum of the records of %s. With it you can prove later that nothing recorded until then was changed:\n\n%s\n\n%s records, the last of them sealed at %s.\n\nTo compare, give the line above to verifyEvents as "head" (docs/events.md). You can switch these messages off in the booking rules: %s/manage/policy',
        m.clinic_name, m.details ->> 'head', m.details ->> 'position', m.details ->> 'sealedAt', btrim(public_url, '/'));
    when 'event_head de' then
      subject := format('Aufzeichnungen von %s: Prüfsumme vom %s', m.clinic_name, left(m.details ->> 'sealedAt', 10));
      body := format(E'Guten Tag,\n\nbitte bewahren Sie diese Nachricht auf. Sie enthält eine Prüfsumme der Aufzeichnungen von %s. Mit ihr lässt sich später beweisen, dass bis dahin nichts geändert wurde:\n\n%s\n\n%s Einträge, der letzte gesiegelt am %s.\n\nZum Vergleich geben Sie die Zeile oben als "head" an verifyEvents (docs/events.md). Abschalten können Sie diese Nachrichten in den Buchungsregeln: %s/manage/policy',
        m.clinic_name, m.details ->> 'head', m.details ->> 'position', m.details ->> 'sealedAt', btrim(public_url, '/'));
  end case;
  return next;
end
$$;

comment on function app_private.manager_message_of(bigint, bigint, text) is
'A claimed message to a manager, or to a clinic''s own system, as it is to be sent now, with links to the pages at `public_url`; no row when it is not to be sent any more, because the manager has left or the endpoint was switched off.';

revoke all on function app_private.manager_message_of(bigint, bigint, text) from public;
