const en = {
  title: 'Your appointment',
  invalidTitle: 'This link is not valid',
  invalid:
    'It may have been replaced by a newer one, or the appointment was some time ago. Look for the latest message from the clinic, or call the clinic.',
  tooLate: 'It is too late to move or cancel this appointment here. Please call the clinic.',
  search: 'Find a time',
  addLead: 'Is this your appointment? Add it, and everything the clinic has booked for you, to your account.',
  add: 'Add to my account',
  added:
    'If the clinic has an e-mail address for this patient, we have sent a link to it. Open it in this browser. If nothing arrives, ask the clinic to enter your address.',
}

const de: typeof en = {
  title: 'Ihr Termin',
  invalidTitle: 'Dieser Link ist nicht gültig',
  invalid:
    'Vielleicht gibt es einen neueren, oder der Termin ist schon länger her. Nehmen Sie den Link aus der letzten Nachricht der Praxis, oder rufen Sie dort an.',
  tooLate: 'Zum Verschieben oder Absagen ist es hier zu spät. Bitte rufen Sie die Praxis an.',
  search: 'Termin finden',
  addLead: 'Ist das Ihr Termin? Nehmen Sie ihn und alles, was die Praxis für Sie gebucht hat, in Ihr Konto auf.',
  add: 'In mein Konto aufnehmen',
  added:
    'Wenn die Praxis zu diesem Patienten eine E-Mail-Adresse hat, haben wir einen Link dorthin geschickt. Öffnen Sie ihn in diesem Browser. Wenn nichts ankommt, bitten Sie die Praxis, Ihre Adresse einzutragen.',
}

/** The page of the link in a message. */
export const visitTexts = { en, de }
