const en = {
  wrong_credentials: 'E-mail address or password is wrong.',
  passwords_busy: 'Many people are signing in at this moment. Try again in a few seconds.',
  too_many_attempts: 'Too many attempts. Wait a moment, then try again.',
  email_taken: 'There is an account with this e-mail address already. Sign in instead.',
  weak_password: 'The password needs at least 10 characters.',
  invalid_email: 'This is not an e-mail address.',
  text_too_long: 'This text is too long.',
  text_not_accepted:
    'A name needs at least one visible character, and text must not contain hidden characters. Please type it again.',
  unauthenticated: 'You have been signed out. Please sign in again.',
  forbidden: 'You are not allowed to do this.',
  cancellation_too_late: 'It is too late to change this online. Please call the clinic.',
  illegal_transition: 'This is no longer possible, because the booking has changed in the meantime.',
  stale_row_version: 'Somebody else has changed this in the meantime. Please check again.',
  internal_error: 'Something went wrong on our side. Please try again.',
} as Record<string, string>

const de: typeof en = {
  wrong_credentials: 'E-Mail-Adresse oder Passwort stimmt nicht.',
  passwords_busy: 'Gerade melden sich sehr viele an. Bitte versuchen Sie es in einigen Sekunden noch einmal.',
  too_many_attempts: 'Zu viele Versuche. Bitte warten Sie einen Moment.',
  email_taken: 'Mit dieser E-Mail-Adresse gibt es schon ein Konto. Bitte melden Sie sich an.',
  weak_password: 'Das Passwort braucht mindestens 10 Zeichen.',
  invalid_email: 'Das ist keine E-Mail-Adresse.',
  text_too_long: 'Dieser Text ist zu lang.',
  text_not_accepted:
    'Ein Name braucht mindestens ein sichtbares Zeichen, und Text darf keine unsichtbaren Zeichen enthalten. Bitte geben Sie ihn neu ein.',
  unauthenticated: 'Sie wurden abgemeldet. Bitte melden Sie sich wieder an.',
  forbidden: 'Dazu sind Sie nicht berechtigt.',
  cancellation_too_late: 'Für eine Änderung hier ist es zu spät. Bitte rufen Sie die Praxis an.',
  illegal_transition: 'Das geht nicht mehr: Der Termin hat sich inzwischen geändert.',
  stale_row_version: 'Das hat inzwischen jemand anders geändert. Bitte prüfen Sie es noch einmal.',
  internal_error: 'Bei uns ist etwas schiefgegangen. Bitte versuchen Sie es noch einmal.',
}

/**
 * The texts for error codes that may occur on any page. An error without a text here is shown with the message of the
 * server.
 */
export const errorTexts = { en, de }
