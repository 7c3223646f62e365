create or replace function app_private.absence_covering(clinic_id bigint, doctor_id bigint, during tstzrange)
returns bigint
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
begin
  -- Volatile, so that it sees an absence that was committed after the caller's statement began.
  return (
    select min(a.id) from app_public.absences a
    where a.clinic_id = absence_covering.clinic_id and a.during && absence_covering.during
      and (a.doctor_id is null or a.doctor_id = absence_covering.doctor_id));
end
$$;

comment on function app_private.absence_covering is
'The first absence of the doctor, or of the whole clinic, that overlaps this time; null if there is none.';
