import { bookingErrorTexts } from '../shared/errors/booking_errors.ts'

const en = {
  title: 'Book without an account',
  lead: 'Enter your name and your e-mail address. We send you a link, and one click on it books this time.',
  submit: 'Send the link',
  or: 'Or with an account',
  needsAccount:
    'This visit is for patients whom the clinic knows, so it can be booked with an account only. Please sign in.',
  sentTitle: 'Check your mail',
  sent: (email: string, until: string) =>
    `A link is on its way to ${email}. Open it before ${until} to book this time: until then it is reserved for you.`,
  confirmTitle: 'Confirm your appointment',
  confirmLead: 'One click books the time that you chose.',
  confirm: 'Book the appointment',
  booked: 'Booked',
  bookedLead: 'A confirmation is on its way to you, with a link to move or cancel the appointment.',
}

const de: typeof en = {
  title: 'Ohne Konto buchen',
  lead: 'Geben Sie Ihren Namen und Ihre E-Mail-Adresse ein. Wir schicken Ihnen einen Link, und ein Klick darauf bucht diesen Termin.',
  submit: 'Link schicken',
  or: 'Oder mit einem Konto',
  needsAccount:
    'Dieser Besuch ist für Patienten, die die Praxis schon kennt, darum geht er nur mit einem Konto. Bitte melden Sie sich an.',
  sentTitle: 'Bitte prüfen Sie Ihr Postfach',
  sent: (email, until) =>
    `Ein Link ist unterwegs an ${email}. Öffnen Sie ihn vor ${until}, um den Termin zu buchen: So lange ist er für Sie reserviert.`,
  confirmTitle: 'Bestätigen Sie Ihren Termin',
  confirmLead: 'Ein Klick bucht die Zeit, die Sie gewählt haben.',
  confirm: 'Termin buchen',
  booked: 'Gebucht',
  bookedLead: 'Eine Bestätigung ist unterwegs zu Ihnen, mit einem Link zum Verschieben oder Absagen.',
}

/** Booking without an account. */
export const guestTexts = { en, de }

/** The errors of guests. */
export const guestErrorTexts = {
  en: {
    ...bookingErrorTexts.en,
    guests_not_accepted: 'This can be booked with an account only. Please sign in or register below.',
    too_many_guest_bookings:
      'Two times are reserved for this e-mail address already, or we have just sent it several mails. Please confirm them first.',
  },
  de: {
    ...bookingErrorTexts.de,
    guests_not_accepted: 'Das geht nur mit einem Konto. Bitte melden Sie sich unten an, oder registrieren Sie sich.',
    too_many_guest_bookings:
      'Für diese E-Mail-Adresse sind schon zwei Termine reserviert, oder wir haben ihr gerade mehrere Mails geschickt. Bitte bestätigen Sie diese zuerst.',
  },
}
