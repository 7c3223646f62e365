const en = {
  title: 'Calendar',
  own: 'Your appointments in your own calendar program.',
  ofClinic: 'The clinic’s appointments in your calendar program.',
  ofDoctor: (name: string) => `The appointments of ${name} in your calendar program.`,
  show: 'Show the address',
  address: 'Address to subscribe to',
  hint: 'Enter it in your calendar program as a calendar from the internet. Anyone who has the address can read the calendar.',
  copy: 'Copy',
  copied: 'Copied.',
  renew: 'New address',
  renewed: 'The former address no longer works.',
  revoke: 'Stop sharing',
  revoked: 'The address no longer works.',
  subscribe: 'Subscribe',
}

const de: typeof en = {
  title: 'Kalender',
  own: 'Ihre Termine in Ihrem eigenen Kalenderprogramm.',
  ofClinic: 'Die Termine der Praxis in Ihrem Kalenderprogramm.',
  ofDoctor: (name) => `Die Termine von ${name} in Ihrem Kalenderprogramm.`,
  show: 'Adresse anzeigen',
  address: 'Adresse zum Abonnieren',
  hint: 'Tragen Sie sie in Ihrem Kalenderprogramm als Kalender aus dem Internet ein. Wer die Adresse hat, kann den Kalender lesen.',
  copy: 'Kopieren',
  copied: 'Kopiert.',
  renew: 'Neue Adresse',
  renewed: 'Die bisherige Adresse gilt nicht mehr.',
  revoke: 'Nicht mehr teilen',
  revoked: 'Die Adresse gilt nicht mehr.',
  subscribe: 'Abonnieren',
}

/** The address at which a calendar program subscribes to a calendar. */
export const calendarLinkTexts = { en, de }
