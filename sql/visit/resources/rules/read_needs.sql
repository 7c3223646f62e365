create or replace function app_private.read_needs(needs jsonb)
returns table (need int, resource_id bigint)
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
  is_valid boolean := coalesce(jsonb_typeof(needs), '') = 'array';
begin
  -- One step after the other, because each relies on the one before it.
  if is_valid then
    is_valid := jsonb_array_length(needs) <= 10 and not exists (
      select from jsonb_array_elements(needs) n where jsonb_typeof(n) <> 'array' or n = '[]');
  end if;
  if is_valid then
    is_valid := not exists (
      select from jsonb_array_elements(needs) n cross join jsonb_array_elements(n) r
      where jsonb_typeof(r) <> 'string' or coalesce(r #>> '{}', '') !~ '^[0-9]{1,18}$');
  end if;
  if is_valid then
    is_valid := (
      select count(*) = count(distinct (r #>> '{}')::bigint)
      from jsonb_array_elements(needs) n cross join jsonb_array_elements(n) r);
  end if;
  if not is_valid then
    perform app_hidden.refuse('invalid_argument',
      'Needs are a list of at most ten lists of ids of resources, each id once: [["1", "2"], ["3"]].',
      '{"argument": "needs"}');
  end if;
  return query
    select n.place::int, (r #>> '{}')::bigint
    from jsonb_array_elements(needs) with ordinality n (ids, place) cross join jsonb_array_elements(n.ids) r
    order by n.place;
end
$$;

comment on function app_private.read_needs is
'The resources in a list such as [["1", "2"], ["3"]], each with the place of its need in the list. Refuses '
'invalid_argument.';
