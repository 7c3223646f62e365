const en = {
  banner: (name: string, from: string) => `Moving ${name}, now ${from}.`,
  lead: 'Choose a free time on any day, with any doctor.',
  leadService: 'To change only the service, choose the appointment itself.',
  stop: 'Stop moving',
  confirm: (name: string) => `Move ${name}?`,
  from: 'From',
  to: 'To',
  submit: 'Move here',
  sameService: (name: string) => `As before: ${name}`,
  withoutService: 'Without a service, in this slot alone',
}

const de: typeof en = {
  banner: (name, from) => `${name} verschieben, jetzt ${from}.`,
  lead: 'Wählen Sie einen freien Termin an einem beliebigen Tag, bei wem Sie wollen.',
  leadService: 'Wenn sich nur die Terminart ändert, wählen Sie den Termin selbst.',
  stop: 'Nicht verschieben',
  confirm: (name) => `${name} verschieben?`,
  from: 'Von',
  to: 'Auf',
  submit: 'Hierher verschieben',
  sameService: (name) => `Wie bisher: ${name}`,
  withoutService: 'Ohne Terminart, nur diese eine Zeit',
}

/** Moving a booking to another time. */
export const movingTexts = { en, de }
