create or replace function app_public.remove_service_question(
  clinic_id bigint, question_id bigint, row_version int default null)
returns app_public.service_questions
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp as $$
declare
  question app_public.service_questions;
begin
  perform app_private.require_clinic_role(remove_service_question.clinic_id, 'manage');
  select q.* into question from app_public.service_questions q
  where q.clinic_id = remove_service_question.clinic_id and q.id = remove_service_question.question_id for update;
  if question.id is null then
    perform app_hidden.refuse('question_not_found', 'No such question in this clinic.',
      jsonb_build_object('questionId', remove_service_question.question_id::text));
  end if;
  perform app_private.require_version('service_questions', remove_service_question.row_version, question.row_version);
  begin
    delete from app_public.service_questions q where q.clinic_id = question.clinic_id and q.id = question.id;
    question.is_active := false;
  exception when foreign_key_violation then
    update app_public.service_questions q set is_active = false
    where q.clinic_id = question.clinic_id and q.id = question.id returning q.* into question;
  end;
  return question;
end
$$;

comment on function app_public.remove_service_question is
'Removes a question. One that was answered becomes inactive instead: it is not asked any more, and the answers stay. '
'Returns it. For managers. Refuses forbidden, unauthenticated, question_not_found, stale_row_version.';

grant execute on function app_public.remove_service_question to app_staff;
