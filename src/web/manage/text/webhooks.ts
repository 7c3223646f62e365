import { areaTexts } from '../../text/language.ts'

const en = {
  lead: 'Addresses of your own systems that receive signed notifications about bookings by POST.',
  add: 'Add an address',
  url: 'Address',
  urlHint: 'https://…',
  notUrl: 'This is not a web address.',
  kinds: 'Events',
  eventHead: 'Checksum of the records, daily',
  disabledGone: 'Switched off: the receiver answered that it is gone (410).',
  disabledNotPublic: 'Switched off: the address does not lead to the public internet.',
  edit: (url: string) => `Edit ${url}`,
  secretTitle: 'The secret',
  secretLead: 'Your system uses it to verify that a message comes from here. It is shown only once.',
  secret: 'Secret',
  done: 'Done',
  deactivateTitle: 'Stop notifying this address?',
  deactivateLead: 'It receives no more notifications. You can activate it again later.',
  emptyTitle: 'No address yet',
  empty: 'Add one to keep another system up to date.',
}

const de: typeof en = {
  lead: 'Adressen Ihrer eigenen Systeme, die über Buchungen benachrichtigt werden: signiert, per POST.',
  add: 'Adresse hinzufügen',
  url: 'Adresse',
  urlHint: 'https://…',
  notUrl: 'Das ist keine Webadresse.',
  kinds: 'Ereignisse',
  eventHead: 'Prüfsumme der Aufzeichnungen, täglich',
  disabledGone: 'Abgeschaltet: Der Empfänger hat geantwortet, dass es ihn nicht mehr gibt (410).',
  disabledNotPublic: 'Abgeschaltet: Die Adresse führt nicht ins öffentliche Internet.',
  edit: (url) => `${url} bearbeiten`,
  secretTitle: 'Geheimer Schlüssel',
  secretLead: 'Damit prüft Ihr System, dass eine Nachricht von hier kommt. Er wird nur einmal gezeigt.',
  secret: 'Schlüssel',
  done: 'Fertig',
  deactivateTitle: 'Diese Adresse nicht mehr benachrichtigen?',
  deactivateLead: 'Sie bekommt keine Benachrichtigungen mehr. Sie können sie später wieder aktivieren.',
  emptyTitle: 'Noch keine Adresse',
  empty: 'Fügen Sie eine hinzu, um ein anderes System auf dem Stand zu halten.',
}

export const useWebhooksText = areaTexts({ en, de })
