const en = {
  title: 'Put together',
  pageLead: 'You will see and change the appointments of both in one place.',
  signIn: 'Sign in to the account in which you asked for this link.',
  whose: 'Whose appointments are they?',
  me: (name: string) => `${name} (me)`,
  confirm: 'Put together',
  done: 'Done. All appointments are now in your account. You can separate them again in your profile.',
  toBookings: 'My appointments',
  invalid:
    'This link is not valid or no longer valid, or it was asked for in another account than the one that is signed in.',
  noToken: 'This link is incomplete. Copy the whole link, or ask for a new one.',
}

const de: typeof en = {
  title: 'Zusammenführen',
  pageLead: 'Sie sehen und ändern dann die Termine von beiden an einer Stelle.',
  signIn: 'Melden Sie sich bei dem Konto an, in dem Sie diesen Link angefordert haben.',
  whose: 'Wessen Termine sind es?',
  me: (name) => `${name} (ich)`,
  confirm: 'Zusammenführen',
  done: 'Erledigt. Alle Termine stehen jetzt in Ihrem Konto. In Ihrem Profil können Sie sie wieder trennen.',
  toBookings: 'Meine Termine',
  invalid:
    'Dieser Link gilt nicht oder nicht mehr, oder er wurde in einem anderen Konto angefordert als dem, bei dem Sie angemeldet sind.',
  noToken: 'Dieser Link ist unvollständig. Kopieren Sie den ganzen Link, oder fordern Sie einen neuen an.',
}

/** Merging by a mailed link: two accounts, or an account and a clinic's record. */
export const mergeTexts = { en, de }

/** The texts for refusals of merging. */
export const mergeErrorTexts = {
  en: {
    merged_visits_overlap: 'Both have an appointment at one clinic at the same time. Cancel or move one of them first.',
    merge_not_possible: 'These cannot be put together: both have already been put together with something else.',
  } as Record<string, string>,
  de: {
    merged_visits_overlap:
      'Beide haben bei einer Praxis einen Termin zur selben Zeit. Sagen Sie erst einen ab, oder verschieben Sie ihn.',
    merge_not_possible:
      'Diese lassen sich nicht zusammenführen: Beide sind schon mit etwas anderem zusammengeführt worden.',
  } as Record<string, string>,
}
