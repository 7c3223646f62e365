create or replace function app_private.read_roster_questions(
  roster jsonb, lines app_private.roster_line[], services app_private.roster_service[],
  out questions app_private.roster_question[], out faults app_private.roster_fault[])
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
  unread_services constant jsonb := case when roster ? 'services.csv' then
    app_private.unread_roster_names(roster, 'services.csv') else '{}' end;
begin
  with given as materialized (
    select l.line, l.cells, l.cells ->> 'question' as question, v.name as service, a.kind, a.choices,
      a.reason as answers_fault,
      case lower(coalesce(l.cells ->> 'required', 'no'))
        when 'yes' then true when 'ja' then true when 'x' then true
        when 'no' then false when 'nein' then false end as is_required,
      case when l.cells ->> 'characters' ~ '^\d{1,4}$' then (l.cells ->> 'characters')::int end as characters,
      first_value(l.line) over (
        partition by v.name, app_private.roster_key(l.cells ->> 'question') order by l.line) as first_line
    from unnest(lines) l
    left join unnest(services) v on app_private.roster_key(v.name) = app_private.roster_key(l.cells ->> 'service')
    cross join lateral app_private.parse_roster_answers(l.cells ->> 'answers') a
    where l.file = 'questions.csv'
  ), translated as materialized (
    select g.line, t.language, p.choices, case
      when p.reason is not null then p.reason
      when g.kind <> 'choice' then 'there are no answers to choose from that could be translated'
      when cardinality(p.choices) <> cardinality(g.choices) then
        format('there are %s answers here, and %s in "answers"', cardinality(p.choices), cardinality(g.choices))
      end as reason
    from given g
    cross join (values ('de'), ('en')) t (language)
    cross join lateral app_private.parse_roster_choices(g.cells ->> ('answers ' || t.language)) p
    where g.cells ->> ('answers ' || t.language) is not null and g.answers_fault is null
  ), checked as (
    select g.line, 'service' as "column",
      format('"%s" is not a service in services.csv', g.cells ->> 'service') as reason
    from given g
    where g.service is null and g.cells ->> 'service' is not null
      and not unread_services ? app_private.roster_key(g.cells ->> 'service')
    union all
    select g.line, 'question', format('"%s" stands in line %s already', g.question, g.first_line)
    from given g where g.service is not null and g.question is not null and g.first_line < g.line
    union all
    select g.line, 'answers', g.answers_fault from given g where g.answers_fault is not null
    union all
    select t.line, 'answers ' || t.language, t.reason from translated t where t.reason is not null
    union all
    select g.line, 'required', format('"%s" is not yes or no', g.cells ->> 'required')
    from given g where g.is_required is null
    union all
    select g.line, 'characters', case
      when g.kind <> 'text' then 'only an answer by text has a number of characters'
      else format('"%s" is not a number of characters from 1 to 2000', g.cells ->> 'characters') end
    from given g
    where g.cells ->> 'characters' is not null and g.answers_fault is null
      and (g.kind <> 'text' or (g.characters between 1 and 2000) is not true)
  )
  select array(
      select row(g.line, g.service, g.question, app_private.roster_translations(g.cells, 'question'), g.kind, g.choices,
        coalesce((select jsonb_object_agg(t.language, t.choices) from translated t where t.line = g.line), '{}'),
        g.is_required, coalesce(g.characters, 500))::app_private.roster_question
      from given g where g.service is not null and g.question is not null order by g.line),
    array(select row('questions.csv', j.line, j."column", g.cells ->> j."column", j.reason)::app_private.roster_fault
      from checked j join given g on g.line = j.line)
    into questions, faults;
end
$$;

comment on function app_private.read_roster_questions is
'Reads and checks a roster''s questions.csv, which may be missing. Returns the questions of services that are known, '
'and the faults.';
