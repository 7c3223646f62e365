const en = {
  lead: 'The times of day that can be booked. Weekly plans assign doctors to them.',
  add: 'Add a time slot',
  addMany: 'Add a series',
  name: 'Name',
  start: 'From',
  end: 'Until',
  endHint: 'An end before the start means the next day.',
  nextDay: '+1 day',
  minutes: (n: number) =>
    n % 60 === 0 ? `${n / 60} h` : n > 60 ? `${Math.floor(n / 60)} h ${n % 60} min` : `${n} min`,
  edit: (name: string) => `Edit ${name}`,
  editLead:
    'Weekly plans follow, and so do free slots ahead. Appointments that no longer fit go onto the rebooking list.',
  nameTaken: 'A time slot with this name already exists.',
  sameTime: 'Start and end must differ.',
  removeTitle: (name: string) => `Remove ${name}?`,
  removeLead: 'If plans or slots use it, it stays as inactive, and no new slots are created from it.',
  removed: (name: string) => `${name} has been removed.`,
  keptInactive: (name: string) => `Slots use ${name}, so it stays as inactive.`,
  emptyTitle: 'No time slots yet',
  empty: 'Add a series, such as every half hour from 8 to 12.',
  seriesLead: 'One time slot after another, from the first start to the last end.',
  seriesFrom: 'First start',
  seriesUntil: 'Last end',
  seriesLength: 'Length in minutes',
  seriesMade: (n: number) => `This adds ${n === 1 ? '1 time slot' : `${n} time slots`}.`,
  seriesNone: 'There is not enough time for one of this length.',
  seriesAdded: (made: number, there: number) =>
    `${made === 1 ? '1 time slot' : `${made} time slots`} added${there > 0 ? `, ${there} were there already` : ''}.`,
}

const de: typeof en = {
  lead: 'Die Uhrzeiten, die gebucht werden können. Wochenpläne ordnen ihnen Ärztinnen und Ärzte zu.',
  add: 'Zeitfenster anlegen',
  addMany: 'Reihe anlegen',
  name: 'Name',
  start: 'Von',
  end: 'Bis',
  endHint: 'Ein Ende vor dem Beginn heißt: am nächsten Tag.',
  nextDay: '+1 Tag',
  minutes: (n) =>
    n % 60 === 0 ? `${n / 60} Std.` : n > 60 ? `${Math.floor(n / 60)} Std. ${n % 60} Min.` : `${n} Min.`,
  edit: (name) => `${name} bearbeiten`,
  editLead: 'Wochenpläne und freie Termine folgen. Buchungen, die nicht mehr passen, kommen auf die Umbuchungsliste.',
  nameTaken: 'Ein Zeitfenster mit diesem Namen gibt es schon.',
  sameTime: 'Beginn und Ende müssen verschieden sein.',
  removeTitle: (name) => `${name} entfernen?`,
  removeLead:
    'Wurden daraus schon Pläne oder Termine gemacht, bleibt es als inaktiv, und neue Termine entstehen nicht.',
  removed: (name) => `${name} ist entfernt.`,
  keptInactive: (name) => `Aus ${name} wurden schon Termine gemacht: Es bleibt als inaktiv.`,
  emptyTitle: 'Noch keine Zeitfenster',
  empty: 'Legen Sie eine Reihe an, zum Beispiel jede halbe Stunde von 8 bis 12.',
  seriesLead: 'Ein Zeitfenster nach dem anderen, vom ersten Beginn bis zum letzten Ende.',
  seriesFrom: 'Erstes beginnt',
  seriesUntil: 'Letztes endet bis',
  seriesLength: 'Länge in Minuten',
  seriesMade: (n) => `Das ergibt ${n === 1 ? '1 Zeitfenster' : `${n} Zeitfenster`}.`,
  seriesNone: 'Für diese Länge reicht die Zeit nicht.',
  seriesAdded: (made, there) => `${made} Zeitfenster angelegt${there > 0 ? `, ${there} gab es schon` : ''}.`,
}

export const timeSlotsTexts = { en, de }
