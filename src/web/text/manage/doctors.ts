const en = {
  lead: 'Patients find doctors by name and specialty.',
  add: 'Add a doctor',
  edit: (name: string) => `Edit ${name}`,
  name: 'Name',
  nameHint: 'As patients will see it, with the title: Dr. Anna Brandt',
  about: 'About',
  aboutHint: 'A line or two for patients: focus, languages.',
  room: 'Own room for online visits',
  roomHint: 'Its address, such as that of a personal meeting room, if online visits take place there.',
  fields: 'Specialties',
  noField: 'No specialty yet',
  search: 'Find by name',
  show: 'Show',
  all: 'All',
  emptyTitle: 'No doctors yet',
  empty: 'Add the first one. Then add time slots and weekly plans.',
  noneFound: 'No doctor found',
  plan: 'Weekly plan',
  planOf: (name: string) => `Weekly plan of ${name}`,
  added: (name: string) => `${name} has been added.`,
  deactivateTitle: (name: string) => `Deactivate ${name}?`,
  deactivateLead: 'Patients can no longer find this doctor, and no new times are created.',
  hanging: (slots: number, bookings: number) =>
    `There ${slots === 1 ? 'is 1 free time' : `are ${slots} free times`} and ${bookings === 1 ? '1 appointment' : `${bookings} appointments`} ahead.`,
  hangingWhat:
    'If you continue, the free times are withdrawn, and the appointments are cancelled. Patients get a notification where an address is known; you then see whom to phone.',
  appointments: 'Appointments',
  andMore: (n: number) => `and ${n} more`,
  cascade: (bookings: number) =>
    bookings === 0
      ? 'Withdraw the times and deactivate'
      : `Cancel ${bookings === 1 ? 'it' : `all ${bookings}`} and deactivate`,
  deactivated: (name: string) => `${name} has been deactivated.`,
  reactivated: (name: string) => `${name} is active again. Times are created with the next generation.`,
}

const de: typeof en = {
  lead: 'Patientinnen und Patienten finden sie über Namen und Fachgebiet.',
  add: 'Neu anlegen',
  edit: (name) => `${name} bearbeiten`,
  name: 'Name',
  nameHint: 'So, wie ihn andere lesen sollen, mit Titel: Dr. Anna Brandt',
  about: 'Beschreibung',
  aboutHint: 'Ein, zwei Zeilen: wofür, welche Sprachen.',
  room: 'Eigener Raum für Online-Termine',
  roomHint: 'Die Adresse, etwa die eines persönlichen Meetingraums, wenn Online-Termine dort stattfinden.',
  fields: 'Fachgebiete',
  noField: 'Noch kein Fachgebiet',
  search: 'Nach Namen suchen',
  show: 'Zeigen',
  all: 'Alle',
  emptyTitle: 'Noch niemand da',
  empty: 'Legen Sie die erste Ärztin oder den ersten Arzt an. Danach: welche Zeiten es gibt, und wer wann da ist.',
  noneFound: 'Niemand gefunden',
  plan: 'Wochenplan',
  planOf: (name) => `Wochenplan von ${name}`,
  added: (name) => `${name} ist angelegt.`,
  deactivateTitle: (name) => `${name} deaktivieren?`,
  deactivateLead: 'Danach ist hier nichts mehr zu finden, und neue Termine entstehen nicht.',
  hanging: (slots, bookings) =>
    `Es gibt noch ${slots === 1 ? '1 freien Termin' : `${slots} freie Termine`} und ${bookings === 1 ? '1 Buchung' : `${bookings} Buchungen`}.`,
  hangingWhat:
    'Wenn Sie weitermachen, werden die freien Termine zurückgezogen, die Termine abgesagt. Wer erreichbar ist, bekommt eine Benachrichtigung; danach sehen Sie, wen Sie anrufen müssen.',
  appointments: 'Buchungen',
  andMore: (n) => `und ${n} weitere`,
  cascade: (bookings) =>
    bookings === 0
      ? 'Zurückziehen und deaktivieren'
      : `${bookings === 1 ? 'Absagen' : `Alle ${bookings} absagen`} und deaktivieren`,
  deactivated: (name) => `${name} ist deaktiviert.`,
  reactivated: (name) => `${name} ist wieder aktiv. Termine entstehen bei der nächsten Freigabe.`,
}

export const doctorsTexts = { en, de }
