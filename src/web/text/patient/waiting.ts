import { bookingErrorTexts } from '../shared/errors/booking_errors.ts'

const en = {
  title: 'A time is free for you',
  lead: 'You are on the waiting list, and this time suits you. You are among the first to know.',
  until: (time: string) => `Until ${time} nobody after you can take it. Later it is yours only if nobody was faster.`,
  later: (time: string) => `Somebody else may decide first. You can take it from ${time} on, if it is still free.`,
  open: 'Anyone can book this time now. Take it while it is free.',
  moves: (time: string) => `Your appointment on ${time} moves to this time.`,
  accept: 'Take this time',
  decline: 'No, thank you',
  leave: 'Leave the waiting list',
  accepted: 'The time is yours. A confirmation is on its way.',
  declined: 'You have declined this time. You stay on the waiting list.',
  left: 'You are no longer on the waiting list.',
  lost: 'This time is taken. You stay on the waiting list.',
  lostAndLeft: 'This time is taken.',
  search: 'Find a time',
  notify: 'Tell me when something is free',
  notifyEarlier: 'Tell me when something earlier is free',
  notifyLead: 'You get a message as soon as a time is cancelled that suits you, and can take it by a link.',
  signIn: 'Sign in to be notified when something is free',
  joined: 'You are on the waiting list. You get a message when a time is free.',
  joinedEarlier: 'You are on the waiting list. You keep this appointment until you take an earlier one.',
}

const de: typeof en = {
  title: 'Ein Termin ist für Sie frei',
  lead: 'Sie stehen auf der Warteliste, und dieser Termin passt. Sie erfahren es unter den Ersten.',
  until: (time) => `Bis ${time} kann ihn niemand nach Ihnen nehmen. Später nur, wenn niemand schneller war.`,
  later: (time) => `Vor Ihnen darf noch jemand entscheiden. Ab ${time} können Sie ihn nehmen, wenn er noch frei ist.`,
  open: 'Diesen Termin kann jetzt jeder buchen. Nehmen Sie ihn, solange er frei ist.',
  moves: (time) => `Ihr Termin am ${time} wird auf diese Zeit verlegt.`,
  accept: 'Diesen Termin nehmen',
  decline: 'Nein, danke',
  leave: 'Von der Warteliste gehen',
  accepted: 'Der Termin gehört Ihnen. Eine Bestätigung ist unterwegs.',
  declined: 'Sie haben diesen Termin abgelehnt. Sie bleiben auf der Warteliste.',
  left: 'Sie stehen nicht mehr auf der Warteliste.',
  lost: 'Dieser Termin ist vergeben. Sie bleiben auf der Warteliste.',
  lostAndLeft: 'Dieser Termin ist vergeben.',
  search: 'Termin finden',
  notify: 'Benachrichtigen, wenn etwas frei wird',
  notifyEarlier: 'Benachrichtigen, wenn etwas früher frei wird',
  notifyLead: 'Sie erhalten eine Nachricht, sobald ein passender Termin abgesagt wird, und nehmen ihn über einen Link.',
  signIn: 'Anmelden, um benachrichtigt zu werden, wenn etwas frei wird',
  joined: 'Sie stehen auf der Warteliste. Sie erhalten eine Nachricht, wenn ein Termin frei wird.',
  joinedEarlier: 'Sie stehen auf der Warteliste. Diesen Termin behalten Sie, bis Sie einen früheren nehmen.',
}

/** The waiting list, as patients see it: joining it, and the page of the link to an offered time. */
export const waitingTexts = { en, de }

/** The refusals of joining, and of taking an offered time. */
export const waitingErrorTexts = {
  en: {
    ...bookingErrorTexts.en,
    offer_ended: 'This offer has ended. Please load the page again.',
    too_many_waiting_entries: 'You wait for ten times at this clinic already. Leave an entry first.',
    answer_missing: 'The clinic asks questions before this visit. Please call the clinic to take this time.',
  },
  de: {
    ...bookingErrorTexts.de,
    offer_ended: 'Dieses Angebot gilt nicht mehr. Bitte laden Sie die Seite neu.',
    too_many_waiting_entries: 'Sie warten in dieser Praxis schon auf zehn Termine. Verlassen Sie erst einen Eintrag.',
    answer_missing: 'Vor diesem Besuch stellt die Praxis Fragen. Bitte rufen Sie dort an, um den Termin zu nehmen.',
  },
}
