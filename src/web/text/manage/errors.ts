import { bookingErrorTexts } from '../shared/errors/booking_errors.ts'
import { calendarErrorTexts } from '../shared/errors/calendar_errors.ts'
import { moneyErrorTexts } from '../shared/errors/money_errors.ts'

const en = {
  ...bookingErrorTexts.en,
  ...calendarErrorTexts.en,
  ...moneyErrorTexts.en,
  still_in_use: 'Bookings or slots still depend on it.',
  check_violation: 'One of the values is not allowed.',
  unique_violation: 'This already exists.',
  exclusion_violation: 'This overlaps an existing entry.',
  foreign_key_violation: 'Something that it refers to no longer exists or is not active.',
  invalid_argument: 'One of the values is not allowed.',
  numeric_value_out_of_range: 'The number is too large.',
  string_data_right_truncation: 'The text is too long.',
  insufficient_privilege: 'You have no right to do this.',
  clinic_not_found: 'There is no such clinic.',
  doctor_not_found: 'There is no such doctor in this clinic any more.',
  time_slot_not_found: 'This time slot is no longer there.',
  template_not_found: 'This was already switched off.',
  absence_not_found: 'This absence has been removed already.',
  resource_not_found: 'This has been removed already.',
  rebooking_not_found: 'This entry has been dealt with already.',
  notification_not_found: 'This message is no longer there.',
  slot_too_far_ahead: 'Slots can be made for the next three years at most.',
  unknown_time_zone: 'This is not a time zone that the server knows.',
  time_zone_in_use:
    'There are bookings or holds ahead in the present time zone. Cancel the bookings first; free slots move by themselves.',
  webhook_url_refused: 'A webhook needs an https address on the public internet.',
  text_not_understood: 'There is a word in braces that medislot does not know, or braces that are not closed.',
  invitation_invalid: 'This invitation has expired, has been used, or is meant for another account.',
} as Record<string, string>

const de: typeof en = {
  ...bookingErrorTexts.de,
  ...calendarErrorTexts.de,
  ...moneyErrorTexts.de,
  still_in_use: 'Daran hängen noch Termine.',
  check_violation: 'Einer der Werte ist nicht erlaubt.',
  unique_violation: 'Das gibt es schon.',
  exclusion_violation: 'Das überschneidet sich mit etwas, das es schon gibt.',
  foreign_key_violation: 'Etwas, worauf es sich bezieht, ist nicht mehr da oder nicht aktiv.',
  invalid_argument: 'Einer der Werte ist nicht erlaubt.',
  numeric_value_out_of_range: 'Die Zahl ist zu groß.',
  string_data_right_truncation: 'Der Text ist zu lang.',
  insufficient_privilege: 'Dazu haben Sie kein Recht.',
  clinic_not_found: 'Diese Praxis gibt es nicht.',
  doctor_not_found: 'Diese Ärztin oder diesen Arzt gibt es hier nicht mehr.',
  time_slot_not_found: 'Dieses Zeitfenster gibt es nicht mehr.',
  template_not_found: 'Das war schon ausgeschaltet.',
  absence_not_found: 'Diese Abwesenheit ist schon entfernt.',
  resource_not_found: 'Das ist schon entfernt.',
  rebooking_not_found: 'Das ist schon erledigt.',
  notification_not_found: 'Diese Nachricht gibt es nicht mehr.',
  slot_too_far_ahead: 'Termine lassen sich höchstens für die nächsten drei Jahre anlegen.',
  unknown_time_zone: 'Diese Zeitzone kennt der Server nicht.',
  time_zone_in_use:
    'Es gibt kommende Buchungen oder Reservierungen in der jetzigen Zeitzone. Sagen Sie die Buchungen zuerst ab; freie Termine ziehen von selbst um.',
  webhook_url_refused: 'Ein Webhook braucht eine https-Adresse im öffentlichen Internet.',
  text_not_understood: 'Ein Wort in Klammern kennt medislot nicht, oder Klammern sind nicht geschlossen.',
  invitation_invalid: 'Diese Einladung ist abgelaufen, schon benutzt oder für ein anderes Konto.',
}

/** The texts for error codes that occur only on these pages. */
export const manageErrorTexts = { en, de }
