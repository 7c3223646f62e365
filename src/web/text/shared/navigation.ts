const en = {
  skip: 'Skip to content',
  main: 'Main',
  find: 'Find a time',
  bookings: 'My bookings',
  desk: 'Desk',
  manage: 'Clinic',
  signIn: 'Sign in',
  profile: 'Profile',
  signOut: 'Sign out',
  licences: 'Licences',
  language: 'Deutsch',
  languageHint: 'Seite auf Deutsch zeigen',
}

const de: typeof en = {
  skip: 'Zum Inhalt',
  main: 'Hauptmenü',
  find: 'Termin finden',
  bookings: 'Meine Termine',
  desk: 'Empfang',
  manage: 'Praxis',
  signIn: 'Anmelden',
  profile: 'Profil',
  signOut: 'Abmelden',
  licences: 'Lizenzen',
  language: 'English',
  languageHint: 'Show this page in English',
}

/** The bar at the top and the links that every page has. */
export const navigationTexts = { en, de }
