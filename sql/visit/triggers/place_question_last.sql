create or replace function app_private.place_question_last() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  NEW.position := 1 + coalesce(
    (select max(q.position) from app_public.service_questions q
     where q.clinic_id = NEW.clinic_id and q.service_id = NEW.service_id), 0);
  return NEW;
end
$$;

comment on function app_private.place_question_last is
'Trigger: gives a new question the last place among those of its service.';
