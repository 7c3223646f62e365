create or replace function app_hidden.documents_under_other_keys(key_id text, batch int default 100)
returns table (human_id bigint, kind text, country text, stored_key_id text, nonce bytea, ciphertext bytea)
language plpgsql stable security definer set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
begin
  perform app_private.require_operator();
  return query
    select d.human_id, d.kind, d.country, d.key_id, d.nonce, d.ciphertext from app_private.human_documents d
    where d.key_id <> documents_under_other_keys.key_id
    order by d.stored_at limit documents_under_other_keys.batch;
end
$$;

comment on function app_hidden.documents_under_other_keys is
'Up to `batch` documents that are encrypted under another key than this one, for the rotation of keys. For '
'administrators and DBAs. Refuses forbidden.';

grant execute on function app_hidden.documents_under_other_keys to app_admin;
