const en = {
  banner: (name: string) => `Booking for ${name}.`,
  lead: 'Choose a free time on any day, with any doctor.',
  stop: 'Stop booking',
}

const de: typeof en = {
  banner: (name) => `Termin für ${name}.`,
  lead: 'Wählen Sie einen freien Termin an einem beliebigen Tag, bei wem Sie wollen.',
  stop: 'Nicht buchen',
}

/** Booking a time for a patient of the rebooking list. */
export const bookingForTexts = { en, de }
