create or replace function app_private.require_address(typed text) returns app_public.email_address
language plpgsql immutable set search_path = pg_catalog, pg_temp as $$
declare
  address text := app_hidden.canonical_address(typed);
begin
  if app_hidden.is_mailbox(address) is not true then
    perform app_hidden.refuse('invalid_email', 'This is not the e-mail address of one mailbox.',
      '{"argument": "email"}');
  end if;
  return address;
end
$$;

comment on function app_private.require_address is
'The canonical form of an e-mail address as a user typed it. Refuses (invalid_email) null and texts that are not '
'exactly one mailbox.';
