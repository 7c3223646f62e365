const en = {
  online: 'Online',
  place: 'Where?',
  atClinic: 'At the clinic',
  title: 'Your online visit',
  join: 'Join online',
  joinTitle: 'Online visit',
  with: (doctor: string, clinic: string) => `${doctor}, ${clinic}`,
  early: (time: string) => `You can join from ${time}. This page opens by itself.`,
  preparing: 'The room is being prepared. This page tries again by itself.',
  unavailable: 'The video service does not answer. This page tries again by itself. If it takes long, call the clinic.',
  open: 'The visit is open. When you join, the clinic sees that you are there.',
  over: 'This visit is over.',
  cancelled: 'This visit is cancelled, or takes place at the clinic.',
  enter: 'Join now',
  here: 'You are here. The clinic can see it.',
  present: 'Here now',
  you: 'You',
  nobodyYet: (doctor: string) => `${doctor} is not here yet.`,
}

const de: typeof en = {
  online: 'Online',
  place: 'Wo?',
  atClinic: 'In der Praxis',
  title: 'Ihr Online-Termin',
  join: 'Online teilnehmen',
  joinTitle: 'Online-Termin',
  with: (doctor, clinic) => `${doctor}, ${clinic}`,
  early: (time) => `Sie können ab ${time} teilnehmen. Diese Seite öffnet sich von selbst.`,
  preparing: 'Der Raum wird vorbereitet. Diese Seite versucht es von selbst noch einmal.',
  unavailable:
    'Der Videodienst antwortet nicht. Diese Seite versucht es von selbst noch einmal. Wenn es lange dauert, rufen Sie die Praxis an.',
  open: 'Der Termin ist offen. Wenn Sie teilnehmen, sieht die Praxis, dass Sie da sind.',
  over: 'Dieser Termin ist vorbei.',
  cancelled: 'Dieser Termin ist abgesagt oder findet in der Praxis statt.',
  enter: 'Jetzt teilnehmen',
  here: 'Sie sind da. Die Praxis kann es sehen.',
  present: 'Jetzt da',
  you: 'Sie',
  nobodyYet: (doctor) => `${doctor} ist noch nicht da.`,
}

/** Online visits, for patients and wherever a place is chosen or shown. */
export const onlineTexts = { en, de }
