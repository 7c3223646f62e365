create or replace function app_hidden.require_search(wanted text, page_size int) returns void
language plpgsql immutable set search_path = pg_catalog, pg_temp as $$
begin
  if require_search.wanted is null then
    perform app_hidden.refuse('invalid_argument', 'Say what is wanted; an empty text wants everything.', '{"argument": "wanted"}');
  elsif require_search.page_size is null or require_search.page_size not between 1 and 100 then
    perform app_hidden.refuse('invalid_argument', 'A page has 1 to 100 rows.', '{"argument": "pageSize"}');
  end if;
  perform app_hidden.require_length(require_search.wanted, 'wanted', 200);
end
$$;

comment on function app_hidden.require_search(text, int) is
'Refuses (invalid_argument, text_too_long) what no search by name takes: nothing, more than 200 characters, or a page of none or of more than 100 rows.';

revoke all on function app_hidden.require_search(text, int) from public;
