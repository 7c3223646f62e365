const en = {
  lead: 'Appointments that no longer fit the weekly plans or lie in an absence, until they are moved, cancelled or accepted; and patients whose time was withdrawn, until they have a new one.',
  emptyTitle: 'Nothing to rebook',
  empty: 'When a plan changes or a time is withdrawn, the patients who need a new time are listed here.',
  reason: {
    slot_withdrawn: 'The clinic withdrew this time. The appointment is cancelled.',
    template_gone: 'This time is no longer in any weekly plan.',
    time_moved: 'The time slot is at another time now.',
    doctor_absent: 'The doctor is absent then.',
  } as Record<string, string>,
  notice: {
    SENT: { email: 'The patient was notified by e-mail.', sms: 'The patient was notified by SMS.' },
    PENDING: { email: 'A notification by e-mail is on its way.', sms: 'A notification by SMS is on its way.' },
  },
  notNotified: 'The patient has not been notified. Please phone.',
  patient: 'Patient',
  rebook: 'Rebook at the desk',
  dismiss: 'Leave as it is',
  dismissTitle: (name: string) => `Leave the appointment of ${name} as it is?`,
  dismissLead: 'It takes place as booked and is removed from this list.',
  dismissed: 'The appointment stays as it is.',
  taken: {
    rebook: 'Book at the desk',
    dismiss: 'Needs no new time',
    dismissTitle: (name: string) => `Remove ${name} from this list?`,
    dismissLead: 'The appointment stays cancelled and is removed from this list.',
    dismissed: 'Removed from the list.',
  },
}

const de: typeof en = {
  lead: 'Buchungen, die nicht mehr zu den Wochenplänen passen oder in einer Abwesenheit liegen, bis sie verschoben, abgesagt oder belassen werden; und Patienten, deren Zeit zurückgezogen wurde, bis sie eine neue haben.',
  emptyTitle: 'Nichts umzubuchen',
  empty: 'Ändert sich ein Plan oder fällt eine Zeit weg, steht hier, wer eine neue Zeit braucht.',
  reason: {
    slot_withdrawn: 'Die Praxis hat diese Zeit zurückgezogen. Der Termin ist abgesagt.',
    template_gone: 'Diese Zeit ist in keinem Wochenplan mehr.',
    time_moved: 'Das Zeitfenster liegt jetzt anders.',
    doctor_absent: 'Dann ist niemand da.',
  },
  notice: {
    SENT: { email: 'Die Benachrichtigung ging per E-Mail hinaus.', sms: 'Die Benachrichtigung ging per SMS hinaus.' },
    PENDING: {
      email: 'Eine Benachrichtigung per E-Mail ist unterwegs.',
      sms: 'Eine Benachrichtigung per SMS ist unterwegs.',
    },
  },
  notNotified: 'Nicht benachrichtigt. Bitte rufen Sie an.',
  patient: 'Patient',
  rebook: 'Am Empfang umbuchen',
  dismiss: 'So lassen',
  dismissTitle: (name) => `Den Termin von ${name} so lassen?`,
  dismissLead: 'Er findet wie gebucht statt und wird für diese Zeit nicht noch einmal aufgeführt.',
  dismissed: 'Der Termin bleibt, wie er ist.',
  taken: {
    rebook: 'Am Empfang buchen',
    dismiss: 'Braucht keine neue Zeit',
    dismissTitle: (name) => `${name} von dieser Liste entfernen?`,
    dismissLead: 'Der Termin bleibt abgesagt und wird hier nicht mehr aufgeführt.',
    dismissed: 'Nicht mehr aufgeführt.',
  },
}

export const rebookingTexts = { en, de }
