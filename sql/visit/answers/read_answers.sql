create or replace function app_private.read_answers(answers jsonb)
returns table (question_id bigint, answer text)
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
  is_valid boolean := jsonb_typeof(answers) = 'array';
begin
  if answers is null then
    return;
  end if;
  -- One step after the other, because each relies on the one before it.
  if is_valid then
    is_valid := jsonb_array_length(answers) <= 100 and not exists (
      select from jsonb_array_elements(answers) a
      where coalesce(a ->> 'questionId', '') !~ '^[0-9]{1,18}$'
        or coalesce(jsonb_typeof(a -> 'answer'), '') not in ('string', 'boolean', 'null'));
  end if;
  if is_valid then
    is_valid := (
      select count(*) = count(distinct (a ->> 'questionId')::bigint) from jsonb_array_elements(answers) a);
  end if;
  if not is_valid then
    perform app_hidden.refuse('invalid_argument',
      'Answers are a list of {"questionId": "…", "answer": a text, true or false}, each question once.',
      '{"argument": "answers"}');
  end if;
  return query
    select (a ->> 'questionId')::bigint,
      case a -> 'answer' when 'true' then 'yes' when 'false' then 'no'
        else app_hidden.prose_or_null(a ->> 'answer') end
    from jsonb_array_elements(answers) a;
end
$$;

comment on function app_private.read_answers is
'The answers in a list such as [{"questionId": "12", "answer": "Since Monday"}, {"questionId": "13", "answer": true}]. '
'True and false are yes and no; a text without any visible character is null. Refuses invalid_argument.';
