create or replace function app_private.check_answers(clinic_id bigint, service_id bigint, answers jsonb) returns void
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
  given record;
  asked app_public.service_questions;
  answered bigint[] := '{}';
begin
  for given in select a.* from app_private.read_answers(check_answers.answers) a where a.answer is not null loop
    select q.* into asked from app_public.service_questions q
    where q.clinic_id = check_answers.clinic_id and q.id = given.question_id
      and q.service_id = check_answers.service_id and q.is_active;
    if not found then
      perform app_hidden.refuse('question_not_found', 'The service does not ask this.',
        jsonb_build_object('questionId', given.question_id::text));
    end if;
    perform app_private.assert_answer_fits(asked, given.answer);
    answered := answered || asked.id;
  end loop;
  perform app_private.assert_answered(check_answers.clinic_id, check_answers.service_id, answered);
end
$$;

comment on function app_private.check_answers is
'Checks answers before there is a booking to which they belong, as store_answers does when there is one. Refuses '
'question_not_found, answer_missing, answer_not_accepted, text_too_long, text_not_accepted, invalid_argument.';
