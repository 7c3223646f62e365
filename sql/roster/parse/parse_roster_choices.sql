create or replace function app_private.parse_roster_choices(value text, out choices text[], out reason text)
language plpgsql immutable set search_path = pg_catalog, pg_temp as $$
begin
  choices := array(
    select t.choice from regexp_split_to_table(value, ' ?; ?') with ordinality t (choice, n)
    where t.choice <> '' order by t.n);
  select format('"%s" is not an answer: it has no visible character, or more than 100', c) into reason
  from unnest(choices) c where not app_hidden.is_line(c) or char_length(c) > 100 limit 1;
end
$$;

comment on function app_private.parse_roster_choices is
'The answers of a cell such as "Influenza; Tetanus", in their order, and the reason why one of them cannot be used.';
