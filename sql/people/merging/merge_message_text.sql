create or replace function app_private.merge_message_text(
  kind text, language text, link text, out subject text, out body text)
language plpgsql immutable set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
begin
  -- Without names, as in account_message_text: the recipient need not know the person who asked.
  case merge_message_text.kind || ' ' || merge_message_text.language
    when 'account_merge en' then
      subject := 'Put your two accounts together';
      body :=
        E'Hello,\n\n'
        'somebody who is signed in to another account at medislot says that the account with this e-mail address is '
        'theirs, too. If that was you, open this link where you are signed in to the other account:\n\n'
        || link
        || E'\n\n'
        'Both accounts then show and change the appointments of both. If this was not you, do not open the link.';
    when 'account_merge de' then
      subject := 'Ihre zwei Konten zusammenführen';
      body :=
        E'Guten Tag,\n\n'
        'jemand, der bei einem anderen Konto bei medislot angemeldet ist, gibt an, dass ihm auch das Konto mit dieser '
        'E-Mail-Adresse gehört. Wenn Sie das waren, öffnen Sie diesen Link dort, wo Sie bei dem anderen Konto '
        'angemeldet sind:\n\n'
        || link
        || E'\n\n'
        'Beide Konten zeigen und ändern dann die Termine von beiden. Wenn Sie das nicht waren, öffnen Sie den Link '
        'nicht.';
    when 'record_claim en' then
      subject := 'Add your appointments to your account';
      body :=
        E'Hello,\n\n'
        'somebody who has a link to one of your appointments asks to add the record that the clinic has of you to '
        'their account at medislot. If that was you, open this link where you are signed in to your account:\n\n'
        || link
        || E'\n\n'
        'The account then shows and changes your appointments at this clinic. If this was not you, do not open the '
        'link.';
    when 'record_claim de' then
      subject := 'Ihre Termine in Ihr Konto aufnehmen';
      body :=
        E'Guten Tag,\n\n'
        'jemand, der einen Link zu einem Ihrer Termine hat, möchte das, was die Praxis zu Ihnen führt, in sein Konto '
        'bei medislot aufnehmen. Wenn Sie das waren, öffnen Sie diesen Link dort, wo Sie bei Ihrem Konto angemeldet '
        'sind:\n\n'
        || link
        || E'\n\n'
        'Das Konto zeigt und ändert dann Ihre Termine bei dieser Praxis. Wenn Sie das nicht waren, öffnen Sie den '
        'Link nicht.';
    when 'accounts_merged en' then
      subject := 'Your accounts at medislot were put together';
      body :=
        E'Hello,\n\n'
        'your account and another account now show and change the appointments of both. You can separate them again '
        'in your profile:\n\n'
        || link
        || E'\n\n'
        'If this was not you, somebody else knows your password: separate them and choose a new password.';
    when 'accounts_merged de' then
      subject := 'Ihre Konten bei medislot wurden zusammengeführt';
      body :=
        E'Guten Tag,\n\n'
        'Ihr Konto und ein anderes Konto zeigen und ändern jetzt die Termine von beiden. In Ihrem Profil können Sie '
        'sie wieder trennen:\n\n'
        || link
        || E'\n\n'
        'Wenn Sie das nicht waren, kennt jemand Ihr Passwort: Trennen Sie die Konten, und wählen Sie ein neues '
        'Passwort.';
    when 'grown_up en' then
      subject := 'Your appointments are now yours to book';
      body :=
        E'Hello,\n\n'
        'the person who has booked appointments for you can no longer do so, because the time for it has ended, such '
        'as on an 18th birthday. With an account of your own you see, move and cancel your appointments yourself. '
        'Register with this e-mail address, confirm it, and add your appointments in your profile:\n\n'
        || link
        || E'\n\n'
        'If you do not expect this mail, you do not have to do anything.';
    when 'grown_up de' then
      subject := 'Ihre Termine buchen Sie jetzt selbst';
      body :=
        E'Guten Tag,\n\n'
        'wer bisher Termine für Sie gebucht hat, kann das nicht mehr tun, weil die Zeit dafür vorbei ist, etwa mit dem '
        '18. Geburtstag. Mit einem eigenen Konto sehen, verschieben und sagen Sie Ihre Termine selbst ab. Registrieren '
        'Sie sich mit dieser E-Mail-Adresse, bestätigen Sie sie, und nehmen Sie Ihre Termine in Ihrem Profil auf:\n\n'
        || link
        || E'\n\n'
        'Wenn Sie diese E-Mail nicht erwarten, müssen Sie nichts tun.';
  end case;
end
$$;

comment on function app_private.merge_message_text is
'The subject and the text of an e-mail about merging two accounts, or a clinic''s record and an account, and of the '
'invitation of a dependant whose guardianship has reached its day.';
