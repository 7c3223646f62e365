create or replace function app_private.notification_text(
  clinic_id bigint, kind app_public.notification_kind, channel text, language text)
returns table (subject text, body text)
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
  return query
    select nt.subject, nt.body from app_public.notification_texts nt
    where nt.clinic_id = notification_text.clinic_id and nt.kind = notification_text.kind
      and nt.channel = notification_text.channel and nt.language = notification_text.language;
  if not found then
    return query
      select dt.subject, dt.body from app_public.default_notification_texts dt
      where dt.kind = notification_text.kind and dt.channel = notification_text.channel
        and dt.language = notification_text.language;
  end if;
end
$$;

comment on function app_private.notification_text is
'The text of a kind of message for a channel and a language: the clinic''s own, else the default one.';
