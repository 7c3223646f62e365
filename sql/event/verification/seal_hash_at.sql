create or replace function app_private.seal_hash_at(clinic_id bigint, "position" bigint) returns text
language plpgsql stable set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
begin
  return (
    select encode(s.hash, 'hex') from app_private.event_seals s
    where s.clinic_id = seal_hash_at.clinic_id and s.position = seal_hash_at.position);
end
$$;

comment on function app_private.seal_hash_at is
'The hash of the seal at a position of a clinic''s chain, in hexadecimal; null if there is no such seal.';
