/** How long something is kept, as the API gives it. */
interface Kept {
  days?: number | null
  months?: number | null
  years?: number | null
}

const parts = (kept: Kept | null | undefined, units: Record<keyof Kept, [string, string]>) =>
  (['years', 'months', 'days'] as const)
    .flatMap((unit) => {
      const n = kept?.[unit]
      return n ? [`${n} ${units[unit][n === 1 ? 0 : 1]}`] : []
    })
    .join(', ')

const en = {
  title: 'Recording',
  keptFor: (kept: Kept | null | undefined) =>
    parts(kept, { years: ['year', 'years'], months: ['month', 'months'], days: ['day', 'days'] }),
  lead: {
    patient: (kept: string) =>
      `The doctor may record this visit if you both agree. Only the two of you can open the recording. It is deleted after ${kept}, or as soon as one of you withdraws.`,
    doctor: (kept: string) =>
      `You may record this visit if the patient and you agree. Only the two of you can open the recording. It is deleted after ${kept}, or as soon as one of you withdraws.`,
  },
  agrees: {
    patient: { both: 'You and the doctor have agreed.', own: 'You have agreed.', other: 'The doctor has agreed.' },
    doctor: {
      both: 'The patient and you have agreed.',
      own: 'You have agreed. The patient has not: do not record.',
      other: 'The patient has agreed.',
    },
  },
  noOne: 'Nobody has agreed: the visit is not recorded.',
  agree: 'Agree to a recording',
  withdraw: 'Withdraw consent',
  withdrawLead: 'Recordings of this visit are deleted at once. This cannot be undone.',
  one: (when: string, size: string) => `${when}, ${size} MB`,
  until: (day: string) => `Is deleted on ${day}.`,
  checking: 'The upload is being checked.',
  download: (when: string) => `Download the recording of ${when}`,
  remove: (when: string) => `Delete the recording of ${when}`,
  removeLead: 'It is deleted for both of you. This cannot be undone.',
  cancel: 'Cancel',
  file: 'Recording',
  fileHint: 'MP4, WebM, MP3 or Ogg, up to 5 GB. Keep this page open until the upload is done.',
  upload: 'Upload',
  uploadFailed: 'The file could not be uploaded. Try again.',
  typeNotAccepted: 'Choose an MP4, WebM, MP3 or Ogg file.',
}

const de: typeof en = {
  title: 'Aufzeichnung',
  keptFor: (kept) => parts(kept, { years: ['Jahr', 'Jahren'], months: ['Monat', 'Monaten'], days: ['Tag', 'Tagen'] }),
  lead: {
    patient: (kept) =>
      `Der Termin darf aufgezeichnet werden, wenn Sie und die Ärztin oder der Arzt zustimmen. Nur Sie beide können die Aufzeichnung öffnen. Sie wird nach ${kept} gelöscht, oder sobald jemand die Zustimmung widerruft.`,
    doctor: (kept) =>
      `Sie dürfen den Termin aufzeichnen, wenn die Patientin oder der Patient und Sie zustimmen. Nur Sie beide können die Aufzeichnung öffnen. Sie wird nach ${kept} gelöscht, oder sobald jemand die Zustimmung widerruft.`,
  },
  agrees: {
    patient: {
      both: 'Beide Seiten haben zugestimmt.',
      own: 'Sie haben zugestimmt.',
      other: 'Die Ärztin oder der Arzt hat zugestimmt.',
    },
    doctor: {
      both: 'Beide Seiten haben zugestimmt.',
      own: 'Sie haben zugestimmt, die andere Seite nicht: Zeichnen Sie nicht auf.',
      other: 'Die Patientin oder der Patient hat zugestimmt.',
    },
  },
  noOne: 'Niemand hat zugestimmt: Der Termin wird nicht aufgezeichnet.',
  agree: 'Einer Aufzeichnung zustimmen',
  withdraw: 'Zustimmung widerrufen',
  withdrawLead: 'Aufzeichnungen dieses Termins werden sofort gelöscht. Das kann nicht rückgängig gemacht werden.',
  one: (when, size) => `${when}, ${size} MB`,
  until: (day) => `Wird am ${day} gelöscht.`,
  checking: 'Die hochgeladene Datei wird geprüft.',
  download: (when) => `Aufzeichnung vom ${when} herunterladen`,
  remove: (when) => `Aufzeichnung vom ${when} löschen`,
  removeLead: 'Sie wird für beide Seiten gelöscht. Das kann nicht rückgängig gemacht werden.',
  cancel: 'Abbrechen',
  file: 'Aufzeichnung',
  fileHint: 'MP4, WebM, MP3 oder Ogg, bis 5 GB. Lassen Sie die Seite offen, bis alles hochgeladen ist.',
  upload: 'Hochladen',
  uploadFailed: 'Die Datei konnte nicht hochgeladen werden. Versuchen Sie es noch einmal.',
  typeNotAccepted: 'Wählen Sie eine Datei mit MP4, WebM, MP3 oder Ogg.',
}

/** Refusals about recordings. */
export const recordingErrorTexts = {
  en: {
    recording_not_offered: 'This visit is not recorded.',
    recording_not_agreed: 'One of you does not agree to a recording any more.',
    recording_not_found: 'This recording was deleted.',
    recording_not_stored: 'The recording is still being uploaded.',
    recordings_unavailable: 'The clinic’s provider has not set up a storage for recordings.',
    too_many_recordings: 'This visit has ten recordings already.',
    consultation_over: 'The visit is over: it is too late to agree.',
    consultation_not_open: 'The visit has not begun.',
  },
  de: {
    recording_not_offered: 'Dieser Termin wird nicht aufgezeichnet.',
    recording_not_agreed: 'Eine der beiden Seiten stimmt einer Aufzeichnung nicht mehr zu.',
    recording_not_found: 'Diese Aufzeichnung wurde gelöscht.',
    recording_not_stored: 'Die Aufzeichnung wird noch hochgeladen.',
    recordings_unavailable: 'Der Betreiber hat keinen Speicher für Aufzeichnungen eingerichtet.',
    too_many_recordings: 'Dieser Termin hat schon zehn Aufzeichnungen.',
    consultation_over: 'Der Termin ist vorbei: Für eine Zustimmung ist es zu spät.',
    consultation_not_open: 'Der Termin hat noch nicht begonnen.',
  },
}

/** Recordings of online visits, for patients and doctors. */
export const recordingsTexts = { en, de }
