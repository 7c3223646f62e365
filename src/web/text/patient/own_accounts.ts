const en = {
  section: 'One person, several accounts',
  lead: 'Have you another account with another e-mail address, or registered twice? Put them together: each then shows the appointments of both.',
  address: 'E-mail address of the other account',
  password: 'Password of this account',
  wrong: 'This is not your current password.',
  ask: 'Send a link',
  asked: (email: string) =>
    `If ${email} has another account with a confirmed address, we have sent a link to it. Open it in this browser.`,
  together: 'Put together',
  bases: { ACCOUNTS: 'account', ADDRESS: 'record of a clinic', ADMINISTRATOR: 'put together by an administrator' },
  since: (date: string) => `since ${date}`,
  separate: 'Separate',
  separateOf: (name: string, what: string) => `Separate ${name} (${what})`,
}

const de: typeof en = {
  section: 'Eine Person, mehrere Konten',
  lead: 'Haben Sie ein weiteres Konto mit anderer E-Mail-Adresse, oder haben Sie sich zweimal registriert? Führen Sie beide zusammen: Jedes zeigt dann die Termine von beiden.',
  address: 'E-Mail-Adresse des anderen Kontos',
  password: 'Passwort dieses Kontos',
  wrong: 'Das ist nicht Ihr aktuelles Passwort.',
  ask: 'Link schicken',
  asked: (email) =>
    `Wenn es zu ${email} ein weiteres Konto mit bestätigter Adresse gibt, haben wir einen Link dorthin geschickt. Öffnen Sie ihn in diesem Browser.`,
  together: 'Zusammengeführt',
  bases: { ACCOUNTS: 'Konto', ADDRESS: 'Eintrag einer Praxis', ADMINISTRATOR: 'von der Verwaltung zusammengeführt' },
  since: (date) => `seit ${date}`,
  separate: 'Trennen',
  separateOf: (name, what) => `${name} trennen (${what})`,
}

/** The accounts and records of one person, in the profile. */
export const ownAccountsTexts = { en, de }
