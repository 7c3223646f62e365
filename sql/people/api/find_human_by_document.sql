create or replace function app_public.find_human_by_document(document jsonb) returns app_public.human_reference
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  sealed app_private.sealed_document;
  found_human app_public.human_reference;
begin
  perform app_private.require_operator();
  sealed := app_private.read_sealed_document(find_human_by_document.document);
  found_human.human_id := app_hidden.find_human_document(sealed.kind, sealed.country, sealed.known_as);
  found_human.is_known := found_human.human_id is not null;
  return found_human;
end
$$;

comment on function app_public.find_human_by_document is
'The human whose identity document this is, given as to store_identity_document, if it is stored. It changes '
'nothing; it is a mutation so that the number is in no URL and no cache. For administrators and DBAs. Refuses '
'forbidden, identity_keys_missing (the server has no keys), invalid_argument.';

grant execute on function app_public.find_human_by_document to app_admin;
