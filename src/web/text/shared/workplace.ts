const en = {
  clinic: 'Clinic',
  noClinicTitle: 'No clinic to work for',
  noClinic: 'This account works for no clinic. A manager of the clinic can invite you.',
  notYours: 'You do not work for this clinic, or not in this role.',
  signInFirst: 'Sign in to work here.',
}

const de: typeof en = {
  clinic: 'Praxis',
  noClinicTitle: 'Keine Praxis',
  noClinic: 'Dieses Konto gehört zu keiner Praxis. Die Praxisleitung kann Sie einladen.',
  notYours: 'Sie arbeiten nicht in dieser Praxis, oder nicht in dieser Rolle.',
  signInFirst: 'Melden Sie sich an, um hier zu arbeiten.',
}

/** Choosing the clinic to work for. */
export const workplaceTexts = { en, de }
