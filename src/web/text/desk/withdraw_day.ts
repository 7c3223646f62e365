import { count } from '../count.ts'

const en = {
  open: 'Withdraw the day',
  title: (name: string) => `Withdraw the day of ${name}?`,
  lead: (n: number) => `${count(n, 'time that is', 'times that are')} not over yet will be removed from the calendar.`,
  nothing: 'There are no times left to withdraw on this day.',
  cancelled: (n: number) => `${count(n, 'appointment', 'appointments')} will be cancelled.`,
  toPhone: (n: number) =>
    `${count(n, 'patient', 'patients')} cannot be notified. Please phone ${n === 1 ? 'this patient' : 'them'}:`,
  notified: (n: number) => `${count(n, 'patient gets', 'patients get')} a notification:`,
  nobody: 'Nobody has booked, so nobody needs a notification.',
  unreachable: 'no phone number known',
  submit: 'Withdraw the day',
  done: (n: number) => `The day has been withdrawn. ${count(n, 'appointment was', 'appointments were')} cancelled.`,
}

const de: typeof en = {
  open: 'Tag streichen',
  title: (name) => `Den Tag von ${name} streichen?`,
  lead: (n) => `${count(n, 'Termin', 'Termine')}, noch nicht vorbei, ${n === 1 ? 'wird' : 'werden'} gestrichen.`,
  nothing: 'An diesem Tag gibt es keine Termine mehr zu streichen.',
  cancelled: (n) => `${count(n, 'Termin wird', 'Termine werden')} abgesagt.`,
  toPhone: (n) =>
    `${count(n, 'Person kann', 'Personen können')} nicht benachrichtigt werden. Bitte rufen Sie ${n === 1 ? 'sie' : 'diese Personen'} an:`,
  notified: (n) => `${count(n, 'Person bekommt', 'Personen bekommen')} eine Benachrichtigung:`,
  nobody: 'Niemand hat gebucht, also ist keine Benachrichtigung nötig.',
  unreachable: 'keine Telefonnummer bekannt',
  submit: 'Tag streichen',
  done: (n) => `Der Tag ist gestrichen. ${count(n, 'Termin wurde', 'Termine wurden')} abgesagt.`,
}

/** Withdrawing the day of a doctor. */
export const withdrawDayTexts = { en, de }
