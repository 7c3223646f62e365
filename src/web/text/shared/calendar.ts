const en = {
  dayChosen: 'selected',
  dayFree: 'free times',
  dayNone: 'no free times',
  dayToday: 'today',
  otherDay: 'Other day',
}

const de: typeof en = {
  dayChosen: 'ausgewählt',
  dayFree: 'freie Termine',
  dayNone: 'keine freien Termine',
  dayToday: 'heute',
  otherDay: 'Anderer Tag',
}

/** The calendar that a date is chosen from. */
export const calendarTexts = { en, de }
