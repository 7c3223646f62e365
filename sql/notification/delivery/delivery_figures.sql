create or replace function app_private.delivery_figures()
returns table (
  channel text, waiting bigint, due bigint, late_seconds double precision, dead bigint, sent bigint, failed bigint,
  died bigint)
language plpgsql stable security definer set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
begin
  return query
    select ch.channel,
      (select count(*) from app_public.notifications n where n.state = 'pending' and n.channel = ch.channel),
      w.due, w.late_seconds,
      (select count(*) from app_public.notifications n
        where n.state = 'dead' and n.settled_at is null and n.channel = ch.channel),
      c.sent, c.failed, c.died
    from app_private.channels ch
    cross join lateral (
      select count(*) as due,
        greatest(coalesce(extract(epoch from
          now() - min(greatest(n.due_at, case when n.attempts = 0 then n.retry_at end))), 0), 0)::double precision
          as late_seconds
      from app_public.notifications n
      where n.state = 'pending' and n.channel = ch.channel
        and greatest(least(n.send_after, n.due_at), n.retry_at) <= now()
    ) w
    cross join lateral (
      select coalesce(sum(dc.total) filter (where dc.outcome = 'sent'), 0)::bigint as sent,
        coalesce(sum(dc.total) filter (where dc.outcome = 'failed'), 0)::bigint as failed,
        coalesce(sum(dc.total) filter (where dc.outcome = 'dead'), 0)::bigint as died
      from app_private.delivery_counters dc where dc.channel = ch.channel
    ) c
    order by ch.channel;
end
$$;

comment on function app_private.delivery_figures is
'For /metrics, per channel: messages that are waiting, those of them that should be sent by now, how many seconds '
'the oldest of these is past its due time, dead messages that are not settled; and since the database was made: '
'messages sent, failed attempts, messages that died.';

grant execute on function app_private.delivery_figures to app_authenticator;
