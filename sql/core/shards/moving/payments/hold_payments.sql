create or replace function app_private.hold_payments(clinic_id bigint, for_seconds int) returns boolean
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
begin
  update app_private.clinic_moves cm
  set payments_refused_until = clock_timestamp() + make_interval(secs => hold_payments.for_seconds)
  where cm.clinic_id = hold_payments.clinic_id and cm.state = 'leaving';
  return app_private.has_open_payments(hold_payments.clinic_id);
end
$$;

comment on function app_private.hold_payments is
'Refuses (clinic_moving) new online payments of a clinic that is leaving, from the commit on, for at most so many '
'seconds. Payments that have begun can be completed; returns whether there are any. A step of a move.';
