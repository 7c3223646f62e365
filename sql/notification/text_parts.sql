create or replace function app_private.text_parts(text text) returns text[]
language plpgsql immutable set search_path = pg_catalog, pg_temp as $$
begin
  return regexp_split_to_array(text, '\{\{(?=[#/]?[a-z_]+\}\})');
end
$$;

comment on function app_private.text_parts(text) is
'A text cut in front of its {{words}}, as fill_in takes it: what comes before the first, then each word with what follows it. Apart from fill_in, since a text is cut once and filled in for many.';

revoke all on function app_private.text_parts(text) from public;
