create or replace function app_hidden.require_mailbox(value text) returns boolean
language plpgsql immutable strict set search_path = pg_catalog, pg_temp as $$
begin
  if not app_hidden.is_mailbox(value) then
    perform app_hidden.refuse('invalid_email',
      'This is not an e-mail address in canonical form: one mailbox in lower case, such as ann@example.org, with a '
      'non-ASCII domain in its xn-- form.',
      '{"argument": "email"}');
  end if;
  return true;
end
$$;

comment on function app_hidden.require_mailbox is
'The check of the domain app_public.email_address. Unlike a failed check of a table, a failed check of a domain does '
'not write the row to PostgreSQL''s log. Refuses invalid_email.';

grant execute on function app_hidden.require_mailbox to app_anonymous;
