create or replace function app_private.answers_of(clinic_id bigint, booking_id bigint) returns jsonb
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
  return (
    select jsonb_agg(jsonb_build_object('question', a.wording, 'answer', a.answer) order by q.service_id,
      q.position, q.id)
    from app_public.booking_answers a
    join app_public.service_questions q on q.clinic_id = a.clinic_id and q.id = a.question_id
    where a.clinic_id = answers_of.clinic_id and a.booking_id = answers_of.booking_id);
end
$$;

comment on function app_private.answers_of is
'The answers of a booking in the order of the questions, as the archive and export_customer have them: '
'[{"question": "…", "answer": "…"}]. Null if there are none.';
