import { count } from '../count.ts'

const en = {
  service: 'What is the visit for?',
  anyService: 'Not said',
  minutes: (n: number) => count(n, 'minute', 'minutes'),
  preparation: 'To bring or do before',
  choose: 'Please choose',
  yes: 'Yes',
  no: 'No',
  answers: 'Answers',
}

const de: typeof en = {
  service: 'Worum geht es?',
  anyService: 'Ohne Angabe',
  minutes: (n) => count(n, 'Minute', 'Minuten'),
  preparation: 'Mitbringen und vorbereiten',
  choose: 'Bitte wählen',
  yes: 'Ja',
  no: 'Nein',
  answers: 'Antworten',
}

/** Services of a clinic, wherever one is chosen or shown. */
export const serviceTexts = { en, de }
