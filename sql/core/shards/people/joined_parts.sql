create or replace function app_private.joined_parts(parts jsonb, variadic path text[]) returns jsonb
language plpgsql immutable set search_path = pg_catalog, pg_temp as $$
begin
  return (
    select coalesce(jsonb_agg(e.entry order by p.n, e.n), '[]')
    from jsonb_array_elements(parts) with ordinality p (part, n),
      jsonb_array_elements(p.part #> path) with ordinality e (entry, n));
end
$$;

comment on function app_private.joined_parts is
'Takes the list at this path from each of several parts of an answer (app_private.in_shards), and returns the entries '
'of all of them.';
