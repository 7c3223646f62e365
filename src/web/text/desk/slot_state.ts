const en = {
  free: 'Free',
  held: 'Held',
  booked: 'Booked',
  arrived: 'Arrived',
  done: 'Done',
  no_show: 'No-show',
  withdrawn: 'Withdrawn',
}

const de: typeof en = {
  free: 'Frei',
  held: 'Reserviert',
  booked: 'Gebucht',
  arrived: 'Angekommen',
  done: 'Erledigt',
  no_show: 'Nicht da',
  withdrawn: 'Gestrichen',
}

/** The states of a slot, as the desk sees them. */
export const slotStateTexts = { en, de }
