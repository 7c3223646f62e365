import { count } from '../count.ts'

const en = {
  title: 'Book this time',
  change: 'Choose another time',
  continue: 'Continue',
  heldFor: (left: string) => `Reserved for you: ${left}`,
  holding: 'Reserving this time…',
  held: 'This time is reserved for you.',
  heldMinutes: (n: number) => `Reserved for less than ${count(n, 'more minute', 'more minutes')}.`,
  expired: 'This time is no longer reserved for you. It may still be free.',
  holdAgain: 'Reserve it again',
  as: (name: string) => `Booking for ${name}`,
  note: 'Anything the doctor should know?',
  noteHint: 'Optional. The clinic’s staff can read it.',
  submit: 'Book',
  submitting: 'Booking…',
  takenTitle: 'This time has been taken',
  searchOn: 'Back to your search',
  goneTitle: 'This time is not available',
  nextOfDoctor: 'These are the next free times:',
  noneOfDoctor: 'This doctor has no other free times at the moment.',
  nextOfSearch: 'The next free time for your search:',
  noCustomer: 'This is a staff account. Book for patients at the desk.',
}

const de: typeof en = {
  title: 'Diesen Termin buchen',
  change: 'Anderen Termin wählen',
  continue: 'Weiter',
  heldFor: (left) => `Für Sie reserviert: ${left}`,
  holding: 'Der Termin wird für Sie reserviert …',
  held: 'Der Termin ist für Sie reserviert.',
  heldMinutes: (n) => `Noch weniger als ${count(n, 'Minute', 'Minuten')} für Sie reserviert.`,
  expired: 'Der Termin ist nicht mehr reserviert. Vielleicht ist er noch frei.',
  holdAgain: 'Noch einmal reservieren',
  as: (name) => `Termin für ${name}`,
  note: 'Was sollte die Praxis wissen?',
  noteHint: 'Freiwillig. Das Praxisteam kann es lesen.',
  submit: 'Termin buchen',
  submitting: 'Wird gebucht …',
  takenTitle: 'Dieser Termin ist vergeben',
  goneTitle: 'Dieser Termin ist nicht verfügbar',
  nextOfDoctor: 'Das sind die nächsten freien Termine:',
  noneOfDoctor: 'Zurzeit ist hier nichts weiter frei.',
  nextOfSearch: 'Der nächste freie Termin für Ihre Suche:',
  searchOn: 'Zurück zu Ihrer Suche',
  noCustomer: 'Dies ist ein Konto für Praxispersonal. Buchen Sie am Empfang.',
}

/** Booking a time. */
export const bookTexts = { en, de }
