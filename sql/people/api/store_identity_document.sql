create or replace function app_public.store_identity_document(
  document jsonb, customer_id bigint default null, clinic_id bigint default null, doctor_id bigint default null,
  employee_id bigint default null)
returns app_public.human_reference
language plpgsql volatile security definer set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
declare
  sealed app_private.sealed_document;
  found_human app_public.human_reference;
begin
  perform app_private.require_operator();
  sealed := app_private.read_sealed_document(store_identity_document.document);
  found_human.human_id := app_hidden.store_human_document(
    app_hidden.human_of(store_identity_document.customer_id, store_identity_document.clinic_id,
      store_identity_document.doctor_id, store_identity_document.employee_id),
    sealed.kind, sealed.country, sealed.known_as, sealed.blind_index, sealed.key_id, sealed.nonce, sealed.ciphertext);
  found_human.is_known := true;
  return found_human;
end
$$;

comment on function app_public.store_identity_document is
'Stores an identity document of a customer, or of a doctor or an employee of a clinic, and returns the human behind '
'them. By GraphQL and REST the document is {"kind": "passport", "country": "DE", "number": "…"} (kinds: national_id, '
'passport, insurance; the country as in ISO 3166, two letters): the server encrypts it before it calls this function, '
'which gets neither the number nor a key. Storing it again changes nothing. For administrators and DBAs. Refuses '
'forbidden, identity_keys_missing (the server has no keys), invalid_argument, human_not_found, '
'document_of_another_human (the detail names the human, who is probably the same person).';

grant execute on function app_public.store_identity_document to app_admin;
