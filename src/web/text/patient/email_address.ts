const en = {
  title: 'Confirm your e-mail address',
  lead: 'Then you can have as many appointments as the clinics allow.',
  signIn: 'Sign in to the account whose address you confirm.',
  confirm: 'Confirm address',
  isYours: (email: string) => `Is ${email} your address?`,
  confirmed: (email: string) => `${email} is confirmed.`,
  toBookings: 'My appointments',
  invalid:
    'This link is not valid or no longer valid, or it belongs to another account than the one you are signed in to.',
  noToken: 'This link is incomplete. Copy the whole link, or ask for a new one.',
  // Among the appointments, and in the profile.
  notice: 'Please confirm your e-mail address',
  noticeLead: (email: string) =>
    `We have sent a link to ${email}. Until you open it, you can have one appointment at a time.`,
  resend: 'Send the link again',
  resent: 'The link is on its way.',
  section: 'E-mail address',
  present: (email: string) => `Your address is ${email}.`,
  pending: (email: string) => `${email} becomes your address when you open the link that we sent to it.`,
  fresh: 'New e-mail address',
  password: 'Your password',
  wrong: 'This is not your current password.',
  change: 'Change address',
  sent: (email: string) => `We have sent a link to ${email}. Your address stays the same until you open it.`,
}

const de: typeof en = {
  title: 'E-Mail-Adresse bestätigen',
  lead: 'Dann können Sie so viele Termine haben, wie die Praxen erlauben.',
  signIn: 'Melden Sie sich bei dem Konto an, dessen Adresse Sie bestätigen.',
  confirm: 'Adresse bestätigen',
  isYours: (email) => `Ist ${email} Ihre Adresse?`,
  confirmed: (email) => `${email} ist bestätigt.`,
  toBookings: 'Meine Termine',
  invalid:
    'Dieser Link gilt nicht oder nicht mehr, oder er gehört zu einem anderen Konto als dem, bei dem Sie angemeldet sind.',
  noToken: 'Dieser Link ist unvollständig. Kopieren Sie den ganzen Link, oder fordern Sie einen neuen an.',
  notice: 'Bitte bestätigen Sie Ihre E-Mail-Adresse',
  noticeLead: (email) =>
    `Wir haben einen Link an ${email} geschickt. Bis Sie ihn öffnen, können Sie nur einen Termin haben.`,
  resend: 'Link noch einmal schicken',
  resent: 'Der Link ist unterwegs.',
  section: 'E-Mail-Adresse',
  present: (email) => `Ihre Adresse ist ${email}.`,
  pending: (email) => `${email} wird Ihre Adresse, sobald Sie den Link öffnen, den wir dorthin geschickt haben.`,
  fresh: 'Neue E-Mail-Adresse',
  password: 'Ihr Passwort',
  wrong: 'Das ist nicht Ihr aktuelles Passwort.',
  change: 'Adresse ändern',
  sent: (email) => `Wir haben einen Link an ${email} geschickt. Bis Sie ihn öffnen, bleibt Ihre Adresse dieselbe.`,
}

/** Confirming and changing the e-mail address of an account. */
export const emailAddressTexts = { en, de }
