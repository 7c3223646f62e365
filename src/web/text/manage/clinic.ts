const en = {
  lead: 'As patients see it.',
  name: 'Name',
  address: 'Address',
  phone: 'Phone',
  email: 'E-mail',
  timeZone: 'Time zone',
  timeZoneHint: 'All dates and times of the clinic use it. It cannot be changed while there are upcoming bookings.',
  country: 'Country',
  countryHint: 'Two letters, such as DE. Phone numbers without + are of this country.',
  newLead: 'Then add its doctors, times and weekly plans.',
  create: 'Create the clinic',
  created: (name: string) => `${name} has been created.`,
  adminsOnly: 'Only administrators create clinics.',
  serviceTitle: 'Take the clinic out of service',
  serviceLead: 'Patients no longer find it. Its records stay.',
  deactivateTitle: (name: string) => `Take ${name} out of service?`,
  hanging: (doctors: number) =>
    doctors === 1 ? '1 active doctor depends on it:' : `${doctors} active doctors depend on it:`,
  hangingWhat:
    'If you continue, they are deactivated, their free times are withdrawn, and all appointments are cancelled. Patients get a notification where an address is known; you then see whom to phone.',
  cascade: 'Cancel everything and take out of service',
  out: 'The clinic is out of service.',
  back: 'The clinic is in service again.',
  outNow: 'This clinic is out of service: patients cannot find it.',
  backToService: 'Take back into service',
}

const de: typeof en = {
  lead: 'So sehen es andere.',
  name: 'Name',
  address: 'Adresse',
  phone: 'Telefon',
  email: 'E-Mail',
  timeZone: 'Zeitzone',
  timeZoneHint:
    'Alle Daten und Uhrzeiten der Praxis gelten in dieser Zone. Solange es anstehende Buchungen gibt, lässt sie sich nicht ändern.',
  country: 'Land',
  countryHint: 'Zwei Buchstaben, etwa DE. Telefonnummern ohne + gehören in dieses Land.',
  newLead: 'Danach kommen Ärztinnen und Ärzte, Zeitfenster und Wochenpläne.',
  create: 'Praxis anlegen',
  created: (name) => `${name} ist angelegt.`,
  adminsOnly: 'Nur die Administration legt Praxen an.',
  serviceTitle: 'Praxis außer Betrieb nehmen',
  serviceLead: 'Sie ist dann nicht mehr zu finden. Die Aufzeichnungen bleiben.',
  deactivateTitle: (name) => `${name} außer Betrieb nehmen?`,
  hanging: (doctors) => (doctors === 1 ? 'Daran hängt noch 1 Person:' : `Daran hängen noch ${doctors} Personen:`),
  hangingWhat:
    'Wenn Sie weitermachen, werden sie deaktiviert, freie Termine zurückgezogen, alle Termine abgesagt. Wer erreichbar ist, bekommt eine Benachrichtigung; danach sehen Sie, wen Sie anrufen müssen.',
  cascade: 'Alles absagen und außer Betrieb nehmen',
  out: 'Die Praxis ist außer Betrieb.',
  back: 'Die Praxis ist wieder in Betrieb.',
  outNow: 'Diese Praxis ist außer Betrieb und nicht zu finden.',
  backToService: 'Wieder in Betrieb nehmen',
}

export const clinicTexts = { en, de }
