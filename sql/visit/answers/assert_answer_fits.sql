create or replace function app_private.assert_answer_fits(asked app_public.service_questions, answer text) returns void
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
  if asked.kind = 'text' then
    perform app_hidden.require_prose(assert_answer_fits.answer, 'answers', asked.max_length);
  elsif assert_answer_fits.answer <> all (case asked.kind when 'choice' then asked.choices else '{yes,no}' end) then
    perform app_hidden.refuse('answer_not_accepted', 'This is not one of the possible answers.',
      jsonb_build_object('questionId', asked.id::text, 'kind', asked.kind, 'choices', asked.choices));
  end if;
end
$$;

comment on function app_private.assert_answer_fits is
'Checks that an answer is a text that is not too long, one of the choices, or yes or no, as the question wants. '
'Refuses answer_not_accepted, text_too_long, text_not_accepted.';
