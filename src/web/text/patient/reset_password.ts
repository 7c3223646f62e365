const en = {
  lost: 'This link is no longer valid. Request a new one below.',
  title: 'Choose a new password',
  lead: 'Enter your e-mail address, and we will send you a link.',
  submit: 'Send the link',
  sentTitle: 'Check your inbox',
  sent: (email: string) => `If there is an account for ${email}, a link is on its way. It is valid for one hour.`,
  chooseLead: 'You will be signed out on all devices.',
  choose: 'Save password',
  done: 'Done. Sign in with your new password.',
}

const de: typeof en = {
  lost: 'Dieser Link ist nicht mehr gültig. Unten können Sie einen neuen anfordern.',
  title: 'Neues Passwort wählen',
  lead: 'Geben Sie Ihre E-Mail-Adresse ein. Wir schicken Ihnen einen Link.',
  submit: 'Link schicken',
  sentTitle: 'Bitte prüfen Sie Ihr Postfach',
  sent: (email) => `Wenn es ein Konto mit ${email} gibt, ist ein Link unterwegs. Er gilt eine Stunde.`,
  chooseLead: 'Sie werden auf allen Geräten abgemeldet.',
  choose: 'Passwort speichern',
  done: 'Fertig. Melden Sie sich mit Ihrem neuen Passwort an.',
}

/** Choosing a new password. */
export const resetPasswordTexts = { en, de }
