create or replace function app_private.head_text(head app_private.event_heads) returns text
language plpgsql immutable set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
begin
  return head.position || ':' || encode(head.hash, 'hex');
end
$$;

comment on function app_private.head_text is
'The head of a chain as one text: its position and its hash. verify_events takes it.';
