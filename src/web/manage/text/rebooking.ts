import { areaTexts } from '../../text/language.ts'

const en = {
  lead: 'Appointments that no longer fit the weekly plans, which stand until somebody moves, cancels or accepts them; and patients whose time was withdrawn, until they have a new one.',
  emptyTitle: 'Nothing to rebook',
  empty: 'When a plan changes or a time is withdrawn, those whom it leaves without a place are listed here.',
  reason: {
    slot_withdrawn: 'The clinic withdrew this time. The appointment is cancelled, the patient was told.',
    template_gone: 'No weekly plan has this time any more.',
    time_moved: 'The time slot is at another time now.',
  } as Record<string, string>,
  patient: 'Patient',
  rebook: 'Rebook at the desk',
  dismiss: 'Leave as it is',
  dismissTitle: (name: string) => `Leave the appointment of ${name} as it is?`,
  dismissLead: 'It takes place as booked, and is not listed for this time again.',
  dismissed: 'The appointment stays as it is.',
  taken: {
    rebook: 'Book at the desk',
    dismiss: 'Needs no new time',
    dismissTitle: (name: string) => `Offer ${name} no other time?`,
    dismissLead: 'The appointment stays cancelled, and is taken off this list.',
    dismissed: 'Taken off the list.',
  },
}

const de: typeof en = {
  lead: 'Buchungen, die nicht mehr zu den Wochenplänen passen und gelten, bis sie jemand verlegt, absagt oder so lässt; und Patienten, deren Zeit zurückgezogen wurde, bis sie eine neue haben.',
  emptyTitle: 'Nichts umzubuchen',
  empty: 'Ändert sich ein Plan oder fällt eine Zeit weg, steht hier, wer dadurch keinen Platz mehr hat.',
  reason: {
    slot_withdrawn: 'Die Praxis hat diese Zeit zurückgezogen. Der Termin ist abgesagt, der Patient weiß davon.',
    template_gone: 'Diese Zeit ist in keinem Wochenplan mehr.',
    time_moved: 'Das Zeitfenster liegt jetzt anders.',
  },
  patient: 'Patient',
  rebook: 'Am Empfang umbuchen',
  dismiss: 'So lassen',
  dismissTitle: (name) => `Den Termin von ${name} so lassen?`,
  dismissLead: 'Er findet wie gebucht statt und wird für diese Zeit nicht noch einmal aufgeführt.',
  dismissed: 'Der Termin bleibt, wie er ist.',
  taken: {
    rebook: 'Am Empfang buchen',
    dismiss: 'Braucht keine neue Zeit',
    dismissTitle: (name) => `${name} keine andere Zeit anbieten?`,
    dismissLead: 'Der Termin bleibt abgesagt und wird hier nicht mehr aufgeführt.',
    dismissed: 'Nicht mehr aufgeführt.',
  },
}

export const useRebookingText = areaTexts({ en, de })
