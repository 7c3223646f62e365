create or replace function app_private.queue_event_heads() returns int
language plpgsql volatile set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  h app_private.event_heads;
  details jsonb;
  queued int := 0;
begin
  -- Each head is sent once: a clinic without new events gets no second message.
  for h in
    select x.* from app_private.event_heads x
    left join app_private.sent_event_heads t on t.clinic_id = x.clinic_id
    where x.position > coalesce(t.position, 0)
    order by x.clinic_id
  loop
    details := jsonb_build_object('clinicId', h.clinic_id::text, 'head', app_private.head_text(h), 'position',
      h.position::text,
      'hash', encode(h.hash, 'hex'), 'sealedAt', to_char(h.sealed_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'));
    if exists (select from app_public.policies p where p.clinic_id = h.clinic_id and p.mails_event_head) then
      perform app_private.queue_manager_emails(h.clinic_id, 'event_head', details);
    end if;
    insert into app_private.manager_messages (clinic_id, kind, endpoint_id, details)
    select we.clinic_id, 'event_head', we.id, details
    from app_public.webhook_endpoints we
    where we.clinic_id = h.clinic_id and we.is_active and we.wants_event_head;
    insert into app_private.sent_event_heads as t (clinic_id, position, sent_at) values (h.clinic_id, h.position, now())
    on conflict on constraint a_clinic_has_one_sent_head do update set position = excluded.position,
      sent_at = excluded.sent_at;
    queued := queued + 1;
  end loop;
  return queued;
end
$$;

comment on function app_private.queue_event_heads is
'Queues the head of each clinic''s chain that has grown since the last time, to the managers '
'(policies.mails_event_head) and endpoints (wants_event_head) that store it. Returns the number of clinics. Called '
'daily by the job store_event_heads.';
