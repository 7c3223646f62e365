import { areaTexts } from '../../text/language.ts'

const en = {
  lead: 'Patients find them by name and by field.',
  add: 'Add a doctor',
  edit: (name: string) => `Edit ${name}`,
  name: 'Name',
  nameHint: 'As patients shall read it, with the title: Dr. Anna Brandt',
  about: 'About',
  aboutHint: 'A line or two for patients: what for, which languages.',
  fields: 'Fields',
  noField: 'No field yet',
  search: 'Find by name',
  show: 'Show',
  all: 'All',
  emptyTitle: 'No doctors yet',
  empty: 'Add the first one. Then say what times there are, and who sees patients when.',
  noneFound: 'No doctor like this',
  plan: 'Weekly plan',
  planOf: (name: string) => `Weekly plan of ${name}`,
  added: (name: string) => `${name} is added.`,
  deactivateTitle: (name: string) => `Deactivate ${name}?`,
  deactivateLead: 'Patients no longer find this doctor, and no new times are made.',
  hanging: (slots: number, bookings: number) =>
    `There ${slots === 1 ? 'is 1 free time' : `are ${slots} free times`} and ${bookings === 1 ? '1 appointment' : `${bookings} appointments`} ahead.`,
  hangingWhat: 'Go on and the free times are withdrawn, the appointments cancelled, and the patients told.',
  appointments: 'Appointments',
  andMore: (n: number) => `and ${n} more`,
  cascade: (bookings: number) =>
    bookings === 0
      ? 'Withdraw the times and deactivate'
      : `Cancel ${bookings === 1 ? 'it' : `all ${bookings}`} and deactivate`,
  deactivated: (name: string) => `${name} is deactivated.`,
  reactivated: (name: string) => `${name} is active again. Times are made with the next generation.`,
}

const de: typeof en = {
  lead: 'Patientinnen und Patienten finden sie über Namen und Fachgebiet.',
  add: 'Neu anlegen',
  edit: (name) => `${name} bearbeiten`,
  name: 'Name',
  nameHint: 'So, wie ihn andere lesen sollen, mit Titel: Dr. Anna Brandt',
  about: 'Beschreibung',
  aboutHint: 'Ein, zwei Zeilen: wofür, welche Sprachen.',
  fields: 'Fachgebiete',
  noField: 'Noch kein Fachgebiet',
  search: 'Nach Namen suchen',
  show: 'Zeigen',
  all: 'Alle',
  emptyTitle: 'Noch niemand da',
  empty: 'Legen Sie die erste Ärztin oder den ersten Arzt an. Danach: welche Zeiten es gibt, und wer wann da ist.',
  noneFound: 'Niemand mit diesem Namen',
  plan: 'Wochenplan',
  planOf: (name) => `Wochenplan von ${name}`,
  added: (name) => `${name} ist angelegt.`,
  deactivateTitle: (name) => `${name} deaktivieren?`,
  deactivateLead: 'Danach ist hier nichts mehr zu finden, und neue Termine entstehen nicht.',
  hanging: (slots, bookings) =>
    `Es gibt noch ${slots === 1 ? '1 freien Termin' : `${slots} freie Termine`} und ${bookings === 1 ? '1 Buchung' : `${bookings} Buchungen`}.`,
  hangingWhat:
    'Wenn Sie weitermachen, werden die freien Termine zurückgezogen, die Buchungen abgesagt und alle benachrichtigt.',
  appointments: 'Buchungen',
  andMore: (n) => `und ${n} weitere`,
  cascade: (bookings) =>
    bookings === 0
      ? 'Zurückziehen und deaktivieren'
      : `${bookings === 1 ? 'Absagen' : `Alle ${bookings} absagen`} und deaktivieren`,
  deactivated: (name) => `${name} ist deaktiviert.`,
  reactivated: (name) => `${name} ist wieder aktiv. Termine entstehen bei der nächsten Freigabe.`,
}

export const useDoctorsText = areaTexts({ en, de })
