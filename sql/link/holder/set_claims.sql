create or replace function app_private.set_claims(claims jsonb) returns void
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
begin
  perform set_config('medislot.' || claim.key, claim.value, true) from jsonb_each_text(set_claims.claims) claim;
end
$$;

comment on function app_private.set_claims is
'Sets claims of the current transaction, named without the prefix medislot.';
