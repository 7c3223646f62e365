create or replace function app_private.split_text(text text) returns text[]
language plpgsql immutable set search_path = pg_catalog, pg_temp as $$
begin
  return regexp_split_to_array(text, '\{\{(?=[#/]?[a-z_]+\}\})');
end
$$;

comment on function app_private.split_text is
'Splits a text in front of its {{words}}, as render_text takes it: what comes before the first word, then each word '
'with what follows it. Separate from render_text, because a text is split once and rendered for many messages.';
