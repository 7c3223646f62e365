const en = {
  title: 'Waiting list',
  lead: 'You get a message when a time is free that suits.',
  at: (clinic: string) => `at ${clinic}`,
  forWhom: (name: string) => `For ${name}`,
  leave: 'Leave',
  leaveTitle: 'Leave the waiting list?',
  leaveLead:
    'You will no longer be notified when such a time is free. A time that is offered to you goes to the next patient.',
  offered: (time: string) => `Free for you: ${time}`,
  with: (doctor: string) => `with ${doctor}`,
  until: (time: string) => `Until ${time} nobody after you can take it.`,
  later: (time: string) => `You can take it from ${time} on, if it is still free.`,
  open: 'Anyone can book it now.',
  moves: (time: string) => `Your appointment on ${time} moves to this time.`,
  taken: 'The time is yours. A confirmation is on its way.',
  declined: 'You have declined this time. You stay on the waiting list.',
  left: 'You are no longer on the waiting list.',
}

const de: typeof en = {
  title: 'Warteliste',
  lead: 'Sie erhalten eine Nachricht, sobald ein passender Termin frei wird.',
  at: (clinic) => `in der Praxis ${clinic}`,
  forWhom: (name) => `Für ${name}`,
  leave: 'Verlassen',
  leaveTitle: 'Die Warteliste verlassen?',
  leaveLead:
    'Sie erfahren dann nicht mehr, wenn ein solcher Termin frei wird. Was Ihnen gerade angeboten wird, geht an die Nächsten.',
  offered: (time) => `Frei für Sie: ${time}`,
  with: (doctor) => `bei ${doctor}`,
  until: (time) => `Bis ${time} kann ihn niemand nach Ihnen nehmen.`,
  later: (time) => `Ab ${time} können Sie ihn nehmen, wenn er noch frei ist.`,
  open: 'Diesen Termin kann jetzt jeder buchen.',
  moves: (time) => `Ihr Termin am ${time} wird auf diese Zeit verlegt.`,
  taken: 'Der Termin gehört Ihnen. Eine Bestätigung ist unterwegs.',
  declined: 'Sie haben diesen Termin abgelehnt. Sie bleiben auf der Warteliste.',
  left: 'Sie stehen nicht mehr auf der Warteliste.',
}

/** What a patient waits for and is offered, on the page of the bookings. */
export const waitingEntriesTexts = { en, de }
