import { count } from '../count.ts'

const en = {
  title: 'Find a time with the right doctor',
  lead: 'Free times at every clinic here, booked in a minute.',
  form: 'Search',
  specialization: 'Specialty',
  anySpecialization: 'Any specialty',
  clinic: 'Where',
  anyClinic: 'Any clinic',
  doctor: 'Doctor',
  anyDoctor: 'Any doctor',
  noDoctor: 'No doctor found',
  days: 'Day',
  soonest: 'Soonest',
  results: 'Free times',
  found: (n: number, more: boolean) => (more ? `The next ${n} free times` : count(n, 'free time', 'free times')),
  more: 'Show later times',
  moreOf: (n: number) => `${n} more`,
  farther: 'Further away',
  nextFree: (when: string, doctor: string, clinic: string) =>
    `The next free time for this search: ${when}, ${doctor}, ${clinic}.`,
  showNext: (day: string) => `Show ${day}`,
  emptyTitle: 'No free times here',
  empty: 'Try another day, or widen the search.',
  emptyAction: 'Search all clinics, soonest first',
  clinicTime: (zone: string) => `Clinic’s time (${zone})`,
  yours: (time: string) => `${time} your time`,
}

const de: typeof en = {
  title: 'Der passende Termin bei der richtigen Ärztin',
  lead: 'Freie Termine aller Praxen hier, in einer Minute gebucht.',
  form: 'Suche',
  specialization: 'Fachgebiet',
  anySpecialization: 'Alle Fachgebiete',
  clinic: 'Ort',
  anyClinic: 'Alle Praxen',
  doctor: 'Ärztin oder Arzt',
  anyDoctor: 'Alle',
  noDoctor: 'Niemand gefunden',
  days: 'Tag',
  soonest: 'Nächste',
  results: 'Freie Termine',
  found: (n, more) => (more ? `Die nächsten ${n} freien Termine` : count(n, 'freier Termin', 'freie Termine')),
  more: 'Spätere Termine zeigen',
  moreOf: (n) => `${n} weitere`,
  farther: 'Weiter entfernt',
  nextFree: (when, doctor, clinic) => `Der nächste freie Termin für diese Suche: ${when}, ${doctor}, ${clinic}.`,
  showNext: (day) => `${day} zeigen`,
  emptyTitle: 'Hier ist nichts frei',
  empty: 'Versuchen Sie einen anderen Tag oder suchen Sie weiter gefasst.',
  emptyAction: 'In allen Praxen suchen, nächste zuerst',
  clinicTime: (zone) => `Uhrzeit der Praxis (${zone})`,
  yours: (time) => `${time} bei Ihnen`,
}

/** The search for free times. */
export const searchTexts = { en, de }
