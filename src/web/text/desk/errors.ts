import { bookingErrorTexts } from '../shared/errors/booking_errors.ts'
import { calendarErrorTexts } from '../shared/errors/calendar_errors.ts'
import { contactErrorTexts } from '../shared/errors/contact_errors.ts'
import { moneyErrorTexts } from '../shared/errors/money_errors.ts'

const en = {
  not_yet: 'It is too early for this.',
  undo_too_late: 'It is too late to undo this.',
  still_in_use: 'Bookings or slots still depend on it.',
  ...bookingErrorTexts.en,
  ...calendarErrorTexts.en,
  ...contactErrorTexts.en,
  ...moneyErrorTexts.en,
  slot_exists: 'This time is open already.',
  slot_overlaps: 'The doctor has another time then.',
  absence_not_found: 'This absence has been removed already.',
  waiting_entry_not_found: 'This entry of the waiting list no longer exists.',
  doctor_absent: 'The doctor is absent then.',
  resource_taken: 'Another visit has it at this time.',
  resource_not_suitable: 'This visit does not take it any more. Please open the visit again.',
  hold_not_found: 'This time is no longer held.',
  booking_not_found: 'This appointment no longer exists.',
  customer_not_found: 'This patient removed the account. Add the patient again to book.',
  customer_not_confirmed:
    'This patient registered online and has not confirmed the e-mail address, so it may be somebody else. Add the patient as a new one to book.',
  doctor_not_found: 'This doctor no longer works here.',
  time_slot_not_found: 'The clinic no longer has this time slot.',
  check_violation: 'Please check what you entered.',
  idempotency_key_reused: 'This has already been sent. Please check the day: it may be done.',
} as Record<string, string>

const de: typeof en = {
  not_yet: 'Dafür ist es zu früh.',
  undo_too_late: 'Das lässt sich nicht mehr zurücknehmen: Die Frist ist vorbei.',
  still_in_use: 'Daran hängen noch Termine.',
  ...bookingErrorTexts.de,
  ...calendarErrorTexts.de,
  ...contactErrorTexts.de,
  ...moneyErrorTexts.de,
  slot_exists: 'Dieser Termin ist schon offen.',
  slot_overlaps: 'Dann gibt es schon einen anderen Termin.',
  absence_not_found: 'Diese Abwesenheit ist schon entfernt.',
  waiting_entry_not_found: 'Diesen Eintrag der Warteliste gibt es nicht mehr.',
  doctor_absent: 'Dann ist niemand da: Es ist eine Abwesenheit eingetragen.',
  resource_taken: 'Ein anderer Termin belegt es zu dieser Zeit.',
  resource_not_suitable: 'Dieser Termin braucht es nicht mehr. Bitte öffnen Sie den Termin noch einmal.',
  hold_not_found: 'Diesen Termin reserviert niemand mehr.',
  booking_not_found: 'Diesen Termin gibt es nicht mehr.',
  customer_not_found: 'Diese Person hat ihr Konto gelöscht. Legen Sie sie neu an, um zu buchen.',
  customer_not_confirmed:
    'Diese Person hat sich online registriert und ihre E-Mail-Adresse nicht bestätigt; es kann jemand anderes sein. Legen Sie sie neu an, um zu buchen.',
  doctor_not_found: 'Diese Ärztin oder dieser Arzt arbeitet hier nicht mehr.',
  time_slot_not_found: 'Dieses Zeitfenster gibt es in der Praxis nicht mehr.',
  check_violation: 'Bitte prüfen Sie Ihre Eingaben: Etwas stimmt nicht.',
  idempotency_key_reused: 'Das wurde schon gesendet. Bitte prüfen Sie den Tag: Vielleicht ist es erledigt.',
}

/** The texts for error codes that occur only at the desk. */
export const deskErrorTexts = { en, de }
