create or replace function app_private.check_answer() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
  asked app_public.service_questions;
begin
  select q.* into asked from app_public.service_questions q
  where q.clinic_id = NEW.clinic_id and q.id = NEW.question_id and q.is_active;
  if asked.id is null then
    perform app_hidden.refuse('question_not_found', 'The service does not ask this.',
      jsonb_build_object('questionId', NEW.question_id::text));
  end if;
  perform app_private.assert_answer_fits(asked, NEW.answer);
  NEW.wording := asked.question;
  NEW.customer_id := (
    select b.customer_id from app_public.bookings b where b.clinic_id = NEW.clinic_id and b.id = NEW.booking_id);
  return NEW;
end
$$;

comment on function app_private.check_answer is
'Trigger: an answer is to an active question, and fits it: a text that is not too long, one of the choices, or yes or '
'no. Copies the question''s words and the booking''s customer. Refuses question_not_found, answer_not_accepted, '
'text_too_long, text_not_accepted.';
