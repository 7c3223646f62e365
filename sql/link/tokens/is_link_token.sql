create or replace function app_private.is_link_token(
  token text, purpose app_private.link_purpose, clinic_id bigint, subject_id bigint, generation int)
returns boolean
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
  genuine text := app_private.link_token(
    purpose, clinic_id, subject_id, generation, (app_private.read_link(token)).key_id);
begin
  -- Digests are compared, so that the time of the comparison says nothing about how much of the token is right.
  return coalesce(sha256(convert_to(token, 'utf8')) = sha256(convert_to(genuine, 'utf8')), false);
end
$$;

comment on function app_private.is_link_token is
'Whether this is the token of the link with this purpose, subject and generation, made with a key that still exists.';
