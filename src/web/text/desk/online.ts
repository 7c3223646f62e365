const en = {
  title: 'Online visit',
  wanted: 'The room is being prepared.',
  ready: (from: string) => `The room is ready. It opens at ${from}.`,
  failed: 'The room could not be prepared. Further attempts are being made.',
  over: 'The room is closed.',
  waiting: (since: string) => `The patient is waiting since ${since}.`,
  isWaiting: 'Patient is waiting',
  both: 'The patient and the doctor are here.',
  enter: 'Enter the visit',
  open: 'Open the room',
  here: 'The patient sees that you are here. There is no video room: the clinic has not chosen a provider.',
}

const de: typeof en = {
  title: 'Online-Termin',
  wanted: 'Der Raum wird vorbereitet.',
  ready: (from) => `Der Raum ist bereit. Er öffnet um ${from}.`,
  failed: 'Der Raum konnte nicht vorbereitet werden. Es wird weiter versucht.',
  over: 'Der Raum ist geschlossen.',
  waiting: (since) => `Die Patientin oder der Patient wartet seit ${since}.`,
  isWaiting: 'Wartet online',
  both: 'Beide Seiten sind da.',
  enter: 'Termin betreten',
  open: 'Raum öffnen',
  here: 'Die andere Seite sieht, dass Sie da sind. Es gibt keinen Videoraum: Die Praxis hat keinen Anbieter gewählt.',
}

/** An online visit at the desk. */
export const deskOnlineTexts = { en, de }
