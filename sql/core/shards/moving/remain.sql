create or replace function app_private.remain(clinic_id bigint) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
begin
  delete from app_private.clinic_moves cm where cm.clinic_id = remain.clinic_id and cm.state in ('leaving', 'left');
end
$$;

comment on function app_private.remain is
'Undoes a move in the database of the clinic: writes of the clinic are possible here again. The caller has to ensure '
'that the other database does not have the clinic.';
