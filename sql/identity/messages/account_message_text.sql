create or replace function app_private.account_message_text(
  kind text, language text, link text, reset_link text, clinic_name text, out subject text, out body text)
language plpgsql immutable set search_path = pg_catalog, pg_temp as $$
begin
  -- The mails contain no person's name. Otherwise a person who registers with another person's address could choose
  -- text that we mail to them.
  case account_message_text.kind || ' ' || account_message_text.language
    when 'registered en' then
      subject := 'Confirm your e-mail address';
      body :=
        E'Hello,\n\n'
        'an account was created at medislot with this e-mail address. Please confirm that the address is yours:\n\n'
        || link
        || E'\n\n'
        'If this was not you, do not open the link. The account cannot see what clinics record for your address, and '
        'it is removed if it is not used.';
    when 'registered de' then
      subject := 'Bestätigen Sie Ihre E-Mail-Adresse';
      body :=
        E'Guten Tag,\n\n'
        'mit dieser E-Mail-Adresse wurde ein Konto bei medislot angelegt. Bitte bestätigen Sie, dass die Adresse '
        'Ihre ist:\n\n'
        || link
        || E'\n\n'
        'Wenn Sie das nicht waren, öffnen Sie den Link nicht. Das Konto sieht nicht, was Praxen zu Ihrer Adresse '
        'aufzeichnen, und wird gelöscht, wenn es nicht benutzt wird.';
    when 'registered_again en' then
      subject := 'You already have an account at medislot';
      body :=
        E'Hello,\n\n'
        'somebody, probably you, has just registered at medislot with this e-mail address, which already has an '
        'account. The new account is separate from it and has the password that was chosen for it. Your earlier '
        'bookings are in the earlier account.\n\n'
        'If you have forgotten its password, choose a new one: '
        || reset_link
        || E'\n\n'
        'To use the new account, confirm that the address is yours:\n\n'
        || link
        || E'\n\n'
        'If this was not you, you do not have to do anything: nobody else can open your account.';
    when 'registered_again de' then
      subject := 'Sie haben schon ein Konto bei medislot';
      body :=
        E'Guten Tag,\n\n'
        'jemand, vermutlich Sie, hat sich gerade bei medislot mit dieser E-Mail-Adresse registriert, zu der es '
        'schon ein Konto gibt. Das neue Konto ist davon getrennt und hat das Passwort, das dafür gewählt wurde. '
        'Ihre früheren Buchungen stehen im älteren Konto.\n\n'
        'Wenn Sie dessen Passwort vergessen haben, wählen Sie ein neues: '
        || reset_link
        || E'\n\n'
        'Um das neue Konto zu benutzen, bestätigen Sie, dass die Adresse Ihre ist:\n\n'
        || link
        || E'\n\n'
        'Wenn Sie das nicht waren, müssen Sie nichts tun: Ihr Konto kann niemand sonst öffnen.';
    when 'email_confirmation en' then
      subject := 'Confirm your e-mail address';
      body :=
        E'Hello,\n\n'
        'with this link you confirm that this e-mail address is yours. It works once:\n\n'
        || link
        || E'\n\n'
        'If you have no account at medislot, do not open the link.';
    when 'email_confirmation de' then
      subject := 'Bestätigen Sie Ihre E-Mail-Adresse';
      body :=
        E'Guten Tag,\n\n'
        'mit diesem Link bestätigen Sie, dass diese E-Mail-Adresse Ihre ist. Er gilt einmal:\n\n'
        || link
        || E'\n\n'
        'Wenn Sie kein Konto bei medislot haben, öffnen Sie den Link nicht.';
    when 'email_change en' then
      subject := 'Confirm your new e-mail address';
      body :=
        E'Hello,\n\n'
        'this e-mail address was entered as the new address of an account at medislot. With this link it becomes the '
        'address of the account:\n\n'
        || link
        || E'\n\n'
        'If this was not you, do not open the link.';
    when 'email_change de' then
      subject := 'Bestätigen Sie Ihre neue E-Mail-Adresse';
      body :=
        E'Guten Tag,\n\n'
        'diese E-Mail-Adresse wurde als neue Adresse eines Kontos bei medislot eingetragen. Mit diesem Link wird sie '
        'zur Adresse des Kontos:\n\n'
        || link
        || E'\n\n'
        'Wenn Sie das nicht waren, öffnen Sie den Link nicht.';
    when 'email_change_notice en' then
      subject := 'Your e-mail address at medislot is to change';
      body :=
        E'Hello,\n\n'
        'a new e-mail address was entered for your account at medislot. It replaces this one as soon as it has been '
        'confirmed.\n\n'
        'If this was not you, somebody else knows your password: choose a new one, and the change is taken back: '
        || reset_link;
    when 'email_change_notice de' then
      subject := 'Ihre E-Mail-Adresse bei medislot soll sich ändern';
      body :=
        E'Guten Tag,\n\n'
        'für Ihr Konto bei medislot wurde eine neue E-Mail-Adresse eingetragen. Sie ersetzt diese, sobald sie '
        'bestätigt ist.\n\n'
        'Wenn Sie das nicht waren, kennt jemand Ihr Passwort: Wählen Sie ein neues, dann wird die Änderung '
        'zurückgenommen: '
        || reset_link;
    when 'invitation en' then
      subject := format('Invitation to work at %s', clinic_name);
      body := format(
        E'Hello,\n\nyou are invited to work at %s with medislot. With this link you join the team. It works once, '
        'within seven days:\n\n%s\n\nIf you do not expect this invitation, do not open the link.', clinic_name, link);
    when 'invitation de' then
      subject := format('Einladung ins Team: %s', clinic_name);
      body := format(
        E'Guten Tag,\n\nSie sind eingeladen, mit medislot zu arbeiten: %s. Mit diesem Link treten Sie dem Team bei. '
        'Er gilt einmal, innerhalb von sieben Tagen:\n\n%s\n\nWenn Sie diese Einladung nicht erwarten, öffnen Sie '
        'den Link nicht.', clinic_name, link);
    when 'joined en' then
      subject := format('Your account for %s', clinic_name);
      body := format(
        E'Hello,\n\nan account was created with this e-mail address through the invitation of %s.\n\nIf this was '
        'not you, somebody else reads your mail: choose a password of your own: %s', clinic_name, reset_link);
    when 'joined de' then
      subject := format('Ihr Konto: %s', clinic_name);
      body := format(
        E'Guten Tag,\n\nmit dieser E-Mail-Adresse wurde durch eine Einladung ein Konto angelegt: %s.\n\nWenn Sie das '
        'nicht waren, liest jemand Ihre E-Mails: Wählen Sie ein eigenes Passwort: %s', clinic_name, reset_link);
    when 'password_reset en' then
      subject := 'Choose a new password';
      body :=
        E'Hello,\n\n'
        'with this link you can choose a new password for medislot. The link works once, within one hour:\n\n'
        || link
        || E'\n\n'
        'If you did not ask for it, you do not have to do anything: your password stays the same.';
    when 'password_reset de' then
      subject := 'Wählen Sie ein neues Passwort';
      body :=
        E'Guten Tag,\n\n'
        'mit diesem Link können Sie ein neues Passwort für medislot wählen. Der Link gilt einmal und eine Stunde '
        'lang:\n\n'
        || link
        || E'\n\n'
        'Wenn Sie ihn nicht angefordert haben, müssen Sie nichts tun: Ihr Passwort bleibt unverändert.';
  end case;
end
$$;

comment on function app_private.account_message_text is
'The subject and the text of an e-mail about an account. `link` is the link of the mail with its token, `reset_link` '
'the page on which a link for a new password is asked for, `clinic_name` the clinic of an invitation.';
