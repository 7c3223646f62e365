create or replace function app_private.hold_writes(clinic_id bigint, for_seconds int) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
begin
  update app_private.clinic_moves cm set refused_until = clock_timestamp() + make_interval(secs => for_seconds)
  where cm.clinic_id = hold_writes.clinic_id and cm.state = 'leaving';
end
$$;

comment on function app_private.hold_writes is
'Refuses (clinic_moving) writes of a clinic that is leaving, from the commit on, for at most so many seconds. '
'Transactions that began before the commit may still write, so the caller waits for them. A step of a move.';
