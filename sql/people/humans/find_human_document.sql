create or replace function app_hidden.find_human_document(kind text, country text, known_as bytea[])
returns bigint
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
begin
  perform app_private.require_operator();
  return (
    select d.human_id from app_private.human_documents d
    where d.kind = find_human_document.kind and d.country = find_human_document.country
      and d.blind_index = any (find_human_document.known_as));
end
$$;

comment on function app_hidden.find_human_document is
'The human whose document has one of these blind indexes (one for each key of the ring), or null. For administrators '
'and DBAs. Refuses forbidden.';

grant execute on function app_hidden.find_human_document to app_admin;
