create or replace function app_private.account_message_of(
  message_id bigint, public_url text, out recipient text, out subject text, out body text, out idempotency_key text) returns setof record
language plpgsql volatile set search_path = pg_catalog, public, pg_temp set timezone = 'UTC' as $$
declare
  message app_private.account_messages;
  token text;
  link text := btrim(public_url, '/') || '/reset-password';
begin
  select m.* into message from app_private.account_messages m where m.id = account_message_of.message_id and m.state = 'pending';
  if message.id is null then
    return;
  end if;
  if message.kind = 'password_reset' then
    -- Made when the mail is, so that the token itself is stored nowhere. Sent once more after a crash, the later link is the one that works.
    token := translate(encode(public.gen_random_bytes(24), 'base64'), '+/=', '-_');
    update app_private.account_messages m
    set token_hash = sha256(convert_to(token, 'utf8')), token_expires_at = now() + interval '1 hour' where m.id = message.id;
    -- Behind #, which browsers send to nobody: not to the server's log, not to the next page.
    link := link || '#token=' || token;
  end if;
  recipient := message.address::text;
  idempotency_key := concat_ws('-', 'account', app_private.installation_id(), message.id);
  -- No name: whoever registers with somebody's address would otherwise have us mail them what they like.
  case message.kind || ' ' || message.language
    when 'registered en' then
      subject := 'Your account at medislot';
      body := E'Hello,\n\nan account was made at medislot with this e-mail address. You can sign in with it from now on.\n\nIf this was not you, choose a password of your own, and nobody else can sign in: ' || link;
    when 'registered de' then
      subject := 'Ihr Konto bei medislot';
      body := E'Guten Tag,\n\nmit dieser E-Mail-Adresse wurde ein Konto bei medislot angelegt. Sie können sich ab jetzt damit anmelden.\n\nWenn Sie das nicht waren, wählen Sie ein eigenes Passwort, dann kann sich niemand sonst anmelden: ' || link;
    when 'registered_again en' then
      subject := 'You have an account at medislot already';
      body := E'Hello,\n\nsomebody, probably you, has just registered at medislot with this e-mail address, which has an account already. The new account stands beside it, with the password that was chosen for it; what you booked before is in the earlier one.\n\nIf you forgot its password, choose a new one: ' || link || E'\n\nIf this was not you, you need not do anything: nobody else can open your account.';
    when 'registered_again de' then
      subject := 'Sie haben schon ein Konto bei medislot';
      body := E'Guten Tag,\n\njemand, vermutlich Sie, hat sich gerade bei medislot mit dieser E-Mail-Adresse registriert, zu der es schon ein Konto gibt. Das neue Konto steht daneben, mit dem Passwort, das dafür gewählt wurde; was Sie früher gebucht haben, steht im älteren.\n\nWenn Sie dessen Passwort vergessen haben, wählen Sie ein neues: ' || link || E'\n\nWenn Sie das nicht waren, müssen Sie nichts tun: Ihr Konto kann niemand sonst öffnen.';
    when 'password_reset en' then
      subject := 'Choose a new password';
      body := E'Hello,\n\nwith this link you choose a new password for medislot. It is good for one hour, and for one time:\n\n' || link || E'\n\nIf you did not ask for it, you need not do anything: your password stays as it is.';
    when 'password_reset de' then
      subject := 'Wählen Sie ein neues Passwort';
      body := E'Guten Tag,\n\nmit diesem Link wählen Sie ein neues Passwort für medislot. Er gilt eine Stunde lang und einmal:\n\n' || link || E'\n\nWenn Sie nicht danach gefragt haben, müssen Sie nichts tun: Ihr Passwort bleibt, wie es ist.';
  end case;
  return next;
end
$$;

comment on function app_private.account_message_of(bigint, text) is
'A claimed e-mail about an account as it is to be sent now, with links to the pages at `public_url`; no row when it is not to be sent any more. That of a password reset makes a new token each time, of which only the SHA-256 is kept.';

revoke all on function app_private.account_message_of(bigint, text) from public;
