create or replace function app_private.parse_roster_answers(
  value text, out kind app_public.question_kind, out choices text[], out reason text)
language plpgsql immutable set search_path = pg_catalog, pg_temp as $$
declare
  word constant text := lower(coalesce(value, 'text'));
begin
  choices := '{}';
  if word = 'text' then
    kind := 'text';
  elsif regexp_replace(word, ' ', '', 'g') in ('yes/no', 'ja/nein') then
    kind := 'yes_no';
  else
    kind := 'choice';
    select p.choices, p.reason into choices, reason from app_private.parse_roster_choices(value) p;
    if reason is null and (cardinality(choices) < 2 or not app_hidden.are_choices(choices)) then
      reason := format('"%s" is not text, yes/no, or 2 to 20 different answers separated by semicolons', value);
    end if;
  end if;
end
$$;

comment on function app_private.parse_roster_answers is
'Parses how a question of a roster is answered: "text" or nothing, "yes/no", or its choices ("A; B; C"); or returns '
'why it cannot.';
