create or replace function app_private.leave_clinic(clinic_id bigint, shares jsonb default '{}') returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
begin
  perform app_private.require_no_open_payments(leave_clinic.clinic_id);
  -- After the time limit of hold_writes, rows may have been written.
  update app_private.clinic_moves cm set state = 'left', refused_until = null, payments_refused_until = null,
    shares = leave_clinic.shares
  where cm.clinic_id = leave_clinic.clinic_id and cm.state = 'leaving' and cm.refused_until > clock_timestamp();
  if not found then
    perform app_hidden.refuse('clinic_not_movable', 'Copying the last changes took too long.',
      '{"because": "took_too_long"}');
  end if;
end
$$;

comment on function app_private.leave_clinic is
'Makes this database refuse (not_here) all writes of a clinic, from the commit on. Nothing may have been written '
'since hold_writes. A step of a move, when the rows in the other database are complete. `shares`: what '
'put_companions_of_clinic has returned there. Refuses clinic_not_movable.';
