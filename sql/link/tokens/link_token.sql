create or replace function app_private.link_token(
  purpose app_private.link_purpose, clinic_id bigint, subject_id bigint, generation int, key_id int default null)
returns text
language plpgsql stable set search_path = pg_catalog, public, pg_temp set timezone = 'UTC' as $$
declare
  secret app_private.link_keys;
  mac bytea;
begin
  select lk.* into secret from app_private.link_keys lk
  where link_token.key_id is null or lk.id = link_token.key_id
  order by lk.created_at desc, lk.id desc limit 1;
  mac := public.hmac(
    convert_to(concat_ws('|', clinic_id, subject_id, purpose, generation), 'utf8'), secret.key, 'sha256');
  -- 96 of the 256 bits, because the link has to fit into an SMS, and each guess is a request. What the database looks
  -- up comes last: a link that ends in - or _ would lose this character in some programs. The purpose is its first
  -- letter.
  return format('%s.%s.%s%s-%s', secret.id, translate(encode(substr(mac, 1, 12), 'base64'), '+/', '-_'),
    left(purpose::text, 1), to_hex(clinic_id), to_hex(subject_id));
end
$$;

comment on function app_private.link_token is
'The token of a link: <key id>.<MAC>.<purpose><clinic id>-<subject id>, ids in hexadecimal. It is derived from its '
'arguments and a key, and stored nowhere, so a message that is sent again has the same link. `subject_id` is the id '
'of the subject of the link, such as a booking of the clinic, or, without a clinic, the id of something that belongs '
'to no clinic. Another `generation` makes another token: the generation is stored with the subject, and raising it '
'revokes the link. Made with the last key, or with `key_id` to verify; null when there is no such key.';
