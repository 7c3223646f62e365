import { count } from '../count.ts'

const en = {
  anyTime: 'Any appointment',
  withDoctor: (name: string) => `with ${name}`,
  from: (date: string) => `from ${date}`,
  until: (date: string) => `until ${date}`,
  notBefore: (time: string) => `not before ${time}`,
  notAfter: (time: string) => `not after ${time}`,
  between: (from: string, until: string) => `${from} to ${until}`,
  notice: (hours: number) => `at least ${count(hours, 'hour', 'hours')} ahead`,
  moves: (time: string) => `Would move the appointment on ${time}.`,
}

const de: typeof en = {
  anyTime: 'Irgendein Termin',
  withDoctor: (name) => `bei ${name}`,
  from: (date) => `ab ${date}`,
  until: (date) => `bis ${date}`,
  notBefore: (time) => `nicht vor ${time} Uhr`,
  notAfter: (time) => `nicht nach ${time} Uhr`,
  between: (from, until) => `${from} bis ${until} Uhr`,
  notice: (hours) => `mindestens ${count(hours, 'Stunde', 'Stunden')} vorher`,
  moves: (time) => `Verlegt wird der Termin am ${time}.`,
}

/** An entry of a waiting list in words: what it is for, and which times suit. */
export const waitingEntryTexts = { en, de }
