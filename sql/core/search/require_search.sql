create or replace function app_hidden.require_search(wanted text, page_size int) returns void
language plpgsql immutable set search_path = pg_catalog, pg_temp as $$
begin
  if require_search.wanted is null then
    perform app_hidden.refuse('invalid_argument', 'A search needs a text. An empty text finds everything.',
      '{"argument": "wanted"}');
  elsif require_search.page_size is null or require_search.page_size not between 1 and 100 then
    perform app_hidden.refuse('invalid_argument', 'A page has 1 to 100 rows.', '{"argument": "pageSize"}');
  end if;
  perform app_hidden.require_length(require_search.wanted, 'wanted', 200);
end
$$;

comment on function app_hidden.require_search is
'Checks the arguments of a search by name. Refuses (invalid_argument, text_too_long) a text that is null or has more '
'than 200 characters, and a page size outside 1 to 100.';
