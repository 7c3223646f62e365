const en = {
  OPEN: 'Free',
  HELD: 'Held',
  BOOKED: 'Booked',
  CHECKED_IN: 'Arrived',
  COMPLETED: 'Done',
  NO_SHOW: 'No-show',
  CANCELLED: 'Cancelled',
  WITHDRAWN: 'Withdrawn',
}

const de: typeof en = {
  OPEN: 'Frei',
  HELD: 'Reserviert',
  BOOKED: 'Gebucht',
  CHECKED_IN: 'Angekommen',
  COMPLETED: 'Erledigt',
  NO_SHOW: 'Nicht erschienen',
  CANCELLED: 'Abgesagt',
  WITHDRAWN: 'Zurückgezogen',
}

/** The states of a booking. */
export const statusTexts = { en, de }
