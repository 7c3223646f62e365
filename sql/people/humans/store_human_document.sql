create or replace function app_hidden.store_human_document(
  human_id bigint, kind text, country text, known_as bytea[], blind_index bytea, key_id text, nonce bytea,
  ciphertext bytea)
returns bigint
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  owner bigint;
begin
  perform app_private.require_operator();
  -- Under two keys one document has two indexes, which no constraint compares.
  perform pg_advisory_xact_lock(
    hashtextextended(concat_ws(' ', 'medislot document', store_human_document.kind, store_human_document.country), 0));
  select d.human_id into owner from app_private.human_documents d
  where d.kind = store_human_document.kind and d.country = store_human_document.country
    and d.blind_index = any (store_human_document.known_as);
  if owner <> store_human_document.human_id then
    perform app_hidden.refuse('document_of_another_human', 'This document belongs to another person.',
      jsonb_build_object('humanId', owner::text));
  end if;
  delete from app_private.human_documents d
  where d.kind = store_human_document.kind and d.country = store_human_document.country
    and d.blind_index = any (store_human_document.known_as);
  insert into app_private.human_documents (human_id, kind, country, blind_index, key_id, nonce, ciphertext)
  values (store_human_document.human_id, store_human_document.kind, store_human_document.country,
    store_human_document.blind_index, store_human_document.key_id, store_human_document.nonce,
    store_human_document.ciphertext);
  return store_human_document.human_id;
end
$$;

comment on function app_hidden.store_human_document is
'Stores an identity document that the caller has encrypted. `known_as` has its blind index under each key of the '
'ring; a row that has one of them is replaced. So storing it again changes nothing, and a new key replaces an old '
'one. For administrators and DBAs. Refuses forbidden, document_of_another_human (the detail names the human, who is '
'probably the same person).';

grant execute on function app_hidden.store_human_document to app_admin;
