import { count } from '../count.ts'

const en = {
  live: 'Live',
  connecting: 'Connecting…',
  lostTitle: 'Not live',
  lost: (time: string) => `The connection is lost. You see the state of ${time}. It reconnects automatically.`,
  back: 'Live again.',
  changes: (n: number) => count(n, 'change', 'changes'),
  change: (time: string, doctor: string, state: string, name: string) =>
    `${time}, ${doctor}: ${state}${name && `, ${name}`}`,
}

const de: typeof en = {
  live: 'Live',
  connecting: 'Verbindet …',
  lostTitle: 'Nicht live',
  lost: (time) =>
    `Die Verbindung ist unterbrochen. Sie sehen den Stand von ${time}. Sie wird automatisch wiederhergestellt.`,
  back: 'Wieder live.',
  changes: (n) => count(n, 'Änderung', 'Änderungen'),
  change: (time, doctor, state, name) => `${time}, ${doctor}: ${state}${name && `, ${name}`}`,
}

/** The connection that keeps the desk up to date. */
export const liveTexts = { en, de }
