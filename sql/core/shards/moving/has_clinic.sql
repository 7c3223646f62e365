create or replace function app_private.has_clinic(clinic_id bigint) returns boolean
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
  return exists (select from app_public.clinics c where c.id = has_clinic.clinic_id)
    and not exists (select from app_private.clinic_shards cs where cs.clinic_id = has_clinic.clinic_id);
end
$$;

comment on function app_private.has_clinic is
'Whether a clinic is in this database, not only a copy of it.';
