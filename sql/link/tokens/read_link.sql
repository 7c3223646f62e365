create or replace function app_private.read_link(token text) returns app_private.link
language plpgsql immutable set search_path = pg_catalog, pg_temp as $$
declare
  part text[] := regexp_match(
    token, '^([1-9][0-9]{0,8})\.[A-Za-z0-9_-]{16}\.([mjocf])([1-9a-f][0-9a-f]{0,14})?-([1-9a-f][0-9a-f]{0,14})$');
  link app_private.link;
begin
  if part is null then
    return null;
  end if;
  link.key_id := part[1];
  link.purpose := case part[2]
    when 'm' then 'manage' when 'j' then 'join' when 'o' then 'offer' when 'c' then 'confirm' when 'f' then 'feed' end;
  -- A cast reads as many digits as the type has, so the number is filled up with zeros.
  link.clinic_id := ('x' || lpad(part[3], 16, '0'))::bit(64)::bigint;
  link.subject_id := ('x' || lpad(part[4], 16, '0'))::bit(64)::bigint;
  return link;
end
$$;

comment on function app_private.read_link is
'The unverified contents of the token of a link, by which its subject can be looked up; null if the text does not '
'have the form of a token. A link that belongs to no clinic has no clinic id. Anybody can make up such a token; '
'is_link_token verifies it, for which the subject''s generation is needed.';
