create or replace function app_private.require_desk_or_own_doctor(clinic_id bigint, doctor_id bigint) returns void
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
  if require_desk_or_own_doctor.doctor_id = any (app_hidden.own_doctor_ids())
     and require_desk_or_own_doctor.clinic_id = any (app_hidden.staff_clinic_ids()) then
    return;
  end if;
  perform app_private.require_clinic_role(require_desk_or_own_doctor.clinic_id, 'desk');
end
$$;

comment on function app_private.require_desk_or_own_doctor is
'Refuses (unauthenticated, forbidden) unless the caller is this doctor and works in this clinic, or may work at its '
'desk.';
