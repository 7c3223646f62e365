create or replace function app_private.waiting_figures()
returns table (what text, waiting bigint, waiting_seconds double precision)
language plpgsql stable security definer set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
begin
  return query
    select w.what, w.waiting, coalesce(extract(epoch from now() - w.since), 0)::double precision
    from (
      select 'moves' as what, count(*) as waiting, min(cm.began_at) as since
      from app_private.clinic_moves cm where cm.state <> 'gone'
      union all
      select 'erasures', count(*), min(ce.arrived_at) from app_private.copied_erasures ce
      union all
      select 'removals', count(*), min(cr.arrived_at) from app_private.copied_removals cr
      union all
      select 'payments', count(*), min(s.due_since) from billing_private.checkout_shares s where s.due_since is not null
    ) w;
end
$$;

comment on function app_private.waiting_figures is
'For /metrics, in an installation with shards: how many clinics are moving out of this database, how many erasures and '
'removals of people are still to be carried out at its clinics, how many shares of payments are still to be reported '
'to other databases, and for how many seconds the first of each has waited.';

grant execute on function app_private.waiting_figures to app_authenticator;
