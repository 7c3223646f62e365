/** A time of day as the reader writes it, with the weekday if it is not the same day as the other time. */
interface ExampleTime {
  weekday?: string
  time: string
}

/** An appointment, and the latest time at which a patient can still book, move or cancel it. */
export type DeadlineExample = { appointment: ExampleTime; deadline: ExampleTime } | undefined

/** Texts that say when a time was chosen, and until when it is held. */
export type HoldExample = { chosen: string; until: string } | undefined

const until = ({ weekday, time }: ExampleTime) => (weekday ? `${weekday}, ${time}` : time)
const at = (when: ExampleTime) => `${when.weekday ? 'on' : 'at'} ${until(when)}`
const um = (when: ExampleTime) => `${when.weekday ? 'am' : 'um'} ${until(when)} Uhr`

const en = {
  lead: 'What patients can do online. The desk can always book, move and cancel.',
  units: (n: number) => ({
    minutes: n === 1 ? 'minute' : 'minutes',
    hours: n === 1 ? 'hour' : 'hours',
    days: n === 1 ? 'day' : 'days',
    months: n === 1 ? 'month' : 'months',
  }),
  unitOf: (label: string) => `${label}: unit`,
  booking: 'Booking',
  leadTime: 'Minimum notice',
  leadTimeHint: (example: DeadlineExample) =>
    example
      ? `Patients can book until ${until(example.deadline)} for an appointment ${at(example.appointment)}.`
      : 'How long before its start an appointment can still be booked.',
  horizon: 'Booking window',
  horizonHint: (last: string | undefined) =>
    last ? `Today, patients can book up to ${last}.` : 'How far ahead patients can book, counted from today.',
  guests: 'Without an account',
  acceptsGuests: 'Patients can book without an account',
  acceptsGuestsHint: 'They enter a name and an e-mail address, and confirm by a link in an e-mail.',
  guestHoldTime: 'Time to confirm',
  guestHoldTimeHint: 'How long the time is held until the link is opened: five minutes to one day.',
  holdTime: 'Hold time',
  holdTimeHint: (example: HoldExample) =>
    example
      ? `A time chosen at ${example.chosen} is held until ${example.until} while the patient fills in the form.`
      : 'How long a time is held while a patient fills in the form: at most one day.',
  maxLiveBookings: 'Upcoming appointments per patient',
  maxHint: 'A patient with this many upcoming appointments cannot book another one online.',
  waitingList: 'Waiting list',
  waitingHeadStart: 'Head start',
  waitingHeadStartHint:
    'How long each of those who wait can take a freed time before the next one can: five minutes to one day. Later everyone can.',
  waitingNotice: 'Minimum notice of an offer',
  waitingNoticeHint: 'Times that are freed later than this before their start are not offered to the waiting list.',
  changing: 'Cancelling and moving',
  cancellationCutoff: 'Cancellation window',
  cutoffHint: (example: DeadlineExample) =>
    example
      ? `Patients can cancel or move an appointment ${at(example.appointment)} until ${until(example.deadline)}. After that, they have to call.`
      : 'How long before its start an appointment can still be cancelled or moved. After that, patients have to call.',
  notifications: 'Notifications',
  reminders: 'Reminders',
  remindersHint: 'Up to five, each this long before the start. Existing bookings are updated, too.',
  reminder: (n: number) => `Reminder ${n}`,
  noReminder: 'No reminders are sent.',
  addReminder: 'Add a reminder',
  removeReminder: (n: number) => `Remove reminder ${n}`,
  language: 'Language',
  languageHint: 'For patients who have not chosen a language.',
  english: 'English',
  german: 'German',
  senderName: 'Sender name',
  senderHint: 'If empty, the name of the clinic.',
  quietFrom: 'Quiet hours start',
  quietUntil: 'Quiet hours end',
  quietHint:
    'No messages are sent during these hours by the clinic’s clock: reminders are sent before, others after, unless the appointment begins within two hours of their end. Example: from 21:00 to 7:00.',
  records: 'Records',
  mailsEventHead: 'E-mail the checksum of the records to managers daily',
  mailsEventHeadHint: 'Keep these e-mails. They can prove that no record was changed later.',
  online: 'Online visits',
  provider: 'Video service',
  providerHint:
    'Jitsi and Daily have to be set up by the operator. Links in messages stay the same when you change this.',
  providers: {
    presence: 'None: only shows who has come',
    link: 'The doctors’ own rooms (entered with each doctor)',
    jitsi: 'Jitsi',
    daily: 'Daily',
  },
  consultationOpensBefore: 'Opens before the visit',
  consultationClosesAfter: 'Closes after the visit',
  recordings: 'Recordings',
  recordsVisits: 'Doctors may record online visits to which the patient and they agree',
  recordsVisitsHint:
    'The doctor uploads the recording, which only the patient and the doctor can open. The operator has to set up a storage.',
  recordingsKeptFor: 'Kept for',
  recordingsKeptForHint: 'A shorter time applies to the recordings that there are, too; a longer one does not.',
  calendars: 'Calendars',
  feedsShowNames: 'Calendars to which staff subscribe show the names of patients',
  feedsShowNamesHint: 'The provider of a calendar program, such as Google, stores what it fetches.',
  bothQuiet: 'Enter both the start and the end of the quiet hours. They must differ.',
  notAllowed: 'This value is not allowed.',
}

const de: typeof en = {
  lead: 'Was Patienten online tun können. Der Empfang kann jederzeit buchen, verschieben und absagen.',
  units: (n) => ({
    minutes: n === 1 ? 'Minute' : 'Minuten',
    hours: n === 1 ? 'Stunde' : 'Stunden',
    days: n === 1 ? 'Tag' : 'Tage',
    months: n === 1 ? 'Monat' : 'Monate',
  }),
  unitOf: (label) => `${label}: Einheit`,
  booking: 'Buchung',
  leadTime: 'Vorlaufzeit',
  leadTimeHint: (example) =>
    example
      ? `Patienten können bis ${until(example.deadline)} Uhr für einen Termin ${um(example.appointment)} buchen.`
      : 'Wie lange vor Beginn ein Termin noch gebucht werden kann.',
  horizon: 'Buchungszeitraum',
  horizonHint: (last) =>
    last
      ? `Heute können Patienten bis zum ${last} buchen.`
      : 'Wie weit im Voraus Patienten buchen können, ab heute gerechnet.',
  guests: 'Ohne Konto',
  acceptsGuests: 'Termine können ohne Konto gebucht werden',
  acceptsGuestsHint: 'Mit Namen und E-Mail-Adresse, und bestätigt durch einen Link in einer E-Mail.',
  guestHoldTime: 'Zeit zum Bestätigen',
  guestHoldTimeHint: 'Wie lange die Zeit reserviert bleibt, bis der Link geöffnet wird: fünf Minuten bis einen Tag.',
  holdTime: 'Reservierungsdauer',
  holdTimeHint: (example) =>
    example
      ? `Eine um ${example.chosen} Uhr gewählte Zeit bleibt bis ${example.until} Uhr reserviert, während das Formular ausgefüllt wird.`
      : 'Wie lange eine Zeit reserviert bleibt, während das Formular ausgefüllt wird: höchstens einen Tag.',
  maxLiveBookings: 'Anstehende Termine pro Patient',
  maxHint: 'Wer so viele anstehende Termine hat, kann online keinen weiteren buchen.',
  waitingList: 'Warteliste',
  waitingHeadStart: 'Vorrang',
  waitingHeadStartHint:
    'Wie lange jemand einen frei gewordenen Termin nehmen kann, bevor die Nächsten es können: fünf Minuten bis einen Tag. Danach können es alle.',
  waitingNotice: 'Mindestvorlauf eines Angebots',
  waitingNoticeHint: 'Was später als so lange vor Beginn frei wird, wird der Warteliste nicht angeboten.',
  changing: 'Absagen und Verschieben',
  cancellationCutoff: 'Absagefrist',
  cutoffHint: (example) =>
    example
      ? `Patienten können einen Termin ${um(example.appointment)} bis ${until(example.deadline)} Uhr absagen oder verschieben. Danach müssen sie anrufen.`
      : 'Wie lange vor Beginn ein Termin noch abgesagt oder verschoben werden kann. Danach müssen Patienten anrufen.',
  notifications: 'Benachrichtigungen',
  reminders: 'Erinnerungen',
  remindersHint: 'Bis zu fünf, jeweils so lange vor Beginn. Bestehende Buchungen werden angepasst.',
  reminder: (n) => `Erinnerung ${n}`,
  noReminder: 'Es werden keine Erinnerungen verschickt.',
  addReminder: 'Erinnerung hinzufügen',
  removeReminder: (n) => `Erinnerung ${n} entfernen`,
  language: 'Sprache',
  languageHint: 'Für Patienten, die keine Sprache gewählt haben.',
  english: 'Englisch',
  german: 'Deutsch',
  senderName: 'Absendername',
  senderHint: 'Wenn leer: der Name der Praxis.',
  quietFrom: 'Beginn der Ruhezeit',
  quietUntil: 'Ende der Ruhezeit',
  quietHint:
    'In dieser Zeit (nach der Uhr der Praxis) werden keine Nachrichten verschickt: Erinnerungen kommen vorher, andere danach, außer wenn der Termin in den zwei Stunden nach ihrem Ende beginnt. Beispiel: von 21:00 bis 7:00 Uhr.',
  records: 'Aufzeichnungen',
  mailsEventHead: 'Prüfsumme der Aufzeichnungen täglich an die Leitung mailen',
  mailsEventHeadHint:
    'Heben Sie diese E-Mails auf. Mit ihnen lässt sich beweisen, dass nichts nachträglich geändert wurde.',
  online: 'Online-Termine',
  provider: 'Videodienst',
  providerHint:
    'Jitsi und Daily muss der Betreiber einrichten. Links in Nachrichten bleiben gleich, wenn Sie hier etwas ändern.',
  providers: {
    presence: 'Keiner: zeigt nur, wer da ist',
    link: 'Eigene Räume der Ärztinnen und Ärzte (dort eingetragen)',
    jitsi: 'Jitsi',
    daily: 'Daily',
  },
  consultationOpensBefore: 'Öffnet vor dem Termin',
  consultationClosesAfter: 'Schließt nach dem Termin',
  recordings: 'Aufzeichnungen',
  recordsVisits: 'Online-Termine dürfen aufgezeichnet werden, wenn beide Seiten zustimmen',
  recordsVisitsHint:
    'Die Ärztin oder der Arzt lädt die Aufzeichnung hoch, die nur die beiden öffnen können. Der Betreiber muss einen Speicher einrichten.',
  recordingsKeptFor: 'Aufbewahrung',
  recordingsKeptForHint: 'Eine kürzere Zeit gilt auch für vorhandene Aufzeichnungen, eine längere nicht.',
  calendars: 'Kalender',
  feedsShowNames: 'Kalender, die das Personal abonniert, zeigen die Namen der Patienten',
  feedsShowNamesHint: 'Der Anbieter eines Kalenderprogramms, etwa Google, speichert, was es abruft.',
  bothQuiet: 'Geben Sie Beginn und Ende der Ruhezeit an. Sie müssen verschieden sein.',
  notAllowed: 'Dieser Wert ist nicht erlaubt.',
}

export const policyTexts = { en, de }

export type Unit = keyof ReturnType<typeof en.units>
