create or replace function app_private.require_question_of_service() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  if not exists (
    select from app_public.service_questions q
    join app_public.bookings b on b.clinic_id = q.clinic_id and b.service_id = q.service_id
    where q.clinic_id = NEW.clinic_id and q.id = NEW.question_id and b.id = NEW.booking_id)
  then
    perform app_hidden.refuse('question_not_found', 'The service does not ask this.',
      jsonb_build_object('questionId', NEW.question_id::text));
  end if;
  return NEW;
end
$$;

comment on function app_private.require_question_of_service is
'Trigger: an answer is to a question of the service that its booking has at this moment. Refuses question_not_found.';
