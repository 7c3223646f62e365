import { areaTexts } from '../../text/language.ts'

const en = {
  lead: 'Appointments that no longer fit the weekly plans. They stand until somebody moves, cancels or accepts them.',
  emptyTitle: 'Nothing to rebook',
  empty: 'When a plan changes, appointments that no longer fit it are listed here.',
  reason: {
    template_gone: 'No weekly plan has this time any more.',
    time_moved: 'The time slot is at another time now.',
  } as Record<string, string>,
  patient: 'Patient',
  rebook: 'Rebook at the desk',
  dismiss: 'Leave as it is',
  dismissTitle: (name: string) => `Leave the appointment of ${name} as it is?`,
  dismissLead: 'It takes place as booked, and is not listed for this time again.',
  dismissed: 'The appointment stays as it is.',
}

const de: typeof en = {
  lead: 'Buchungen, die nicht mehr zu den Wochenplänen passen. Sie gelten, bis sie jemand verlegt, absagt oder so lässt.',
  emptyTitle: 'Nichts umzubuchen',
  empty: 'Ändert sich ein Plan, stehen hier die Buchungen, die nicht mehr passen.',
  reason: {
    template_gone: 'Diese Zeit ist in keinem Wochenplan mehr.',
    time_moved: 'Das Zeitfenster liegt jetzt anders.',
  },
  patient: 'Patient',
  rebook: 'Am Empfang umbuchen',
  dismiss: 'So lassen',
  dismissTitle: (name) => `Den Termin von ${name} so lassen?`,
  dismissLead: 'Er findet wie gebucht statt und wird für diese Zeit nicht noch einmal aufgeführt.',
  dismissed: 'Der Termin bleibt, wie er ist.',
}

export const useRebookingText = areaTexts({ en, de })
