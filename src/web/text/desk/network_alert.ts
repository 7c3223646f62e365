const en = {
  title: 'Many appointments from one network',
  taken: (taken: number, slots: number, share: string, date: string) =>
    `Within a day, patients from one network took ${taken} of the ${slots} times on ${date} (${share}). That may be a company, or somebody who blocks your calendar. Please look at the bookings.`,
  toDay: (date: string) => `Go to ${date}`,
  done: 'Done',
}

const de: typeof en = {
  title: 'Viele Termine aus einem Netz',
  taken: (taken, slots, share, date) =>
    `Patienten aus einem Netz haben innerhalb eines Tages ${taken} der ${slots} Zeiten am ${date} belegt (${share}). Das kann ein Betrieb sein oder jemand, der Ihren Kalender blockiert. Bitte sehen Sie sich die Buchungen an.`,
  toDay: (date) => `Zum Tag: ${date}`,
  done: 'Erledigt',
}

/** The alert that patients of one network took a large part of a day. */
export const networkAlertTexts = { en, de }
