create or replace function app_private.is_own_visit(clinic_id bigint, doctor_id bigint) returns boolean
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
  return coalesce(is_own_visit.doctor_id = any (app_hidden.own_doctor_ids())
    and is_own_visit.clinic_id = any (app_hidden.staff_clinic_ids()), false);
end
$$;

comment on function app_private.is_own_visit is
'Whether the caller is this doctor, and works in this clinic.';
