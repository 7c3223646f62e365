create or replace function app_private.assert_answered(clinic_id bigint, service_id bigint, question_ids bigint[])
returns void
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
  missing app_public.service_questions;
begin
  select q.* into missing
  from app_public.service_questions q
  where q.clinic_id = assert_answered.clinic_id and q.service_id = assert_answered.service_id
    and q.is_required and q.is_active and q.id <> all (assert_answered.question_ids)
  order by q.position limit 1;
  if missing.id is not null then
    perform app_hidden.refuse('answer_missing', 'The clinic needs an answer to each required question.',
      jsonb_build_object('questionId', missing.id::text, 'question', missing.question));
  end if;
end
$$;

comment on function app_private.assert_answered is
'Checks that the required questions of a service are among those that were answered. Refuses answer_missing.';
