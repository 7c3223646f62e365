const en = {
  title: 'Rooms and equipment',
  has: (name: string) => `${name}, or instead`,
  change: (name: string) => `Use it instead of ${name}`,
  changed: 'Changed. The patient gets no message.',
}

const de: typeof en = {
  title: 'Räume und Geräte',
  has: (name) => `${name}, oder stattdessen`,
  change: (name) => `Statt ${name} verwenden`,
  changed: 'Geändert. Es geht keine Nachricht hinaus.',
}

/** The rooms and the equipment of a visit, at the desk. */
export const deskRoomsTexts = { en, de }
