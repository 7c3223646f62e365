const en = {
  channel_needs_address: 'Enter a phone number for text messages, or choose e-mail.',
  phone_takes_no_sms: 'SMS cannot be sent to this number. Enter a mobile number, or choose e-mail.',
} as Record<string, string>

const de: typeof en = {
  channel_needs_address: 'Geben Sie für SMS eine Telefonnummer an, oder wählen Sie E-Mail.',
  phone_takes_no_sms: 'An diese Nummer kann keine SMS gehen. Geben Sie eine Handynummer an, oder wählen Sie E-Mail.',
}

/** The texts for error codes of forms that choose how messages reach a patient. */
export const contactErrorTexts = { en, de }
