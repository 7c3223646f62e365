create or replace function app_private.read_sealed_document(document jsonb) returns app_private.sealed_document
language plpgsql immutable set search_path = pg_catalog, pg_temp as $$
declare
  sealed app_private.sealed_document;
begin
  if document ? 'keysAreMissing' then
    perform app_hidden.refuse('identity_keys_missing', 'This server has no keys of identity documents.');
  end if;
  sealed.kind := document ->> 'kind';
  sealed.country := document ->> 'country';
  sealed.key_id := document ->> 'keyId';
  sealed.blind_index := decode(document ->> 'blindIndex', 'hex');
  sealed.nonce := decode(document ->> 'nonce', 'hex');
  sealed.ciphertext := decode(document ->> 'ciphertext', 'hex');
  sealed.known_as := array(
    select decode(known, 'hex') from jsonb_array_elements_text(coalesce(document -> 'knownAs', '[]')) known);
  if num_nulls(sealed.kind, sealed.country, sealed.key_id, sealed.blind_index, sealed.nonce, sealed.ciphertext) > 0
     or sealed.known_as = '{}' then
    perform app_hidden.refuse('invalid_argument', 'A document has a kind, a country and a number.',
      '{"argument": "document"}');
  end if;
  return sealed;
end
$$;

comment on function app_private.read_sealed_document is
'An identity document as the program has encrypted it (KeyRing in src/identity), binary values in hexadecimal. A '
'program without keys sends {"keysAreMissing": true}, and {} for what is not a document. Refuses '
'identity_keys_missing, invalid_argument.';
