create or replace function app_private.job_figures()
returns table (task text, waiting bigint, late_seconds double precision, failed bigint)
language plpgsql stable security definer set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
begin
  return query
    select j.task_identifier, count(*) filter (where j.attempts < j.max_attempts),
      greatest(coalesce(extract(epoch from
        now() - min(j.run_at) filter (where j.attempts < j.max_attempts and j.locked_at is null)), 0), 0)
        ::double precision,
      count(*) filter (where j.attempts >= j.max_attempts and j.locked_at is null)
    from graphile_worker.jobs j group by j.task_identifier order by 1;
end
$$;

comment on function app_private.job_figures is
'For /metrics, per task: jobs in the queue, how many seconds the oldest job that no worker has taken is past its '
'time, and jobs that have used up their attempts.';

grant execute on function app_private.job_figures to app_authenticator;
