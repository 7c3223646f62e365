const en = {
  absence_of_calendar: 'This is a busy time of an external calendar. Change it there.',
  external_calendar_not_found: 'This calendar has been disconnected already.',
  calendar_address_refused: 'A calendar needs an https address on the public internet.',
  calendar_keys_missing: 'This installation cannot connect calendars. Please ask its operator.',
  too_many_calendars: 'A doctor has at most five external calendars.',
}

const de: typeof en = {
  absence_of_calendar: 'Das ist eine belegte Zeit eines externen Kalenders. Ändern Sie sie dort.',
  external_calendar_not_found: 'Dieser Kalender ist schon getrennt.',
  calendar_address_refused: 'Ein Kalender braucht eine https-Adresse im öffentlichen Internet.',
  calendar_keys_missing: 'Diese Installation kann keine Kalender verbinden. Bitte fragen Sie ihren Betreiber.',
  too_many_calendars: 'Eine Person hat höchstens fünf externe Kalender.',
}

/** The texts for error codes about external calendars, for all areas in which they occur. */
export const calendarErrorTexts = { en, de }
