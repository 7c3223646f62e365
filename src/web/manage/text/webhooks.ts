import { areaTexts } from '../../text/language.ts'

const en = {
  lead: 'Addresses of your own systems that are told of bookings, by signed POST.',
  add: 'Add an address',
  url: 'Address',
  urlHint: 'https://…',
  notUrl: 'This is not a web address.',
  kinds: 'Told of',
  edit: (url: string) => `Edit ${url}`,
  secretTitle: 'The secret',
  secretLead: 'With this your system checks that a message is from here. It is shown only now.',
  secret: 'Secret',
  done: 'Done',
  deactivateTitle: 'Stop telling this address?',
  deactivateLead: 'It is told of nothing from now on. You can take it up again.',
  emptyTitle: 'No address yet',
  empty: 'Add one to keep another system up to date.',
}

const de: typeof en = {
  lead: 'Adressen Ihrer eigenen Systeme, die über Buchungen benachrichtigt werden: signiert, per POST.',
  add: 'Adresse hinzufügen',
  url: 'Adresse',
  urlHint: 'https://…',
  notUrl: 'Das ist keine Webadresse.',
  kinds: 'Worüber',
  edit: (url) => `${url} bearbeiten`,
  secretTitle: 'Das Geheimnis',
  secretLead: 'Damit prüft Ihr System, dass eine Nachricht von hier kommt. Es wird nur jetzt gezeigt.',
  secret: 'Geheimnis',
  done: 'Fertig',
  deactivateTitle: 'Diese Adresse nicht mehr benachrichtigen?',
  deactivateLead: 'Sie erfährt ab jetzt nichts mehr. Sie können sie später wieder aktivieren.',
  emptyTitle: 'Noch keine Adresse',
  empty: 'Fügen Sie eine hinzu, um ein anderes System auf dem Stand zu halten.',
}

export const useWebhooksText = areaTexts({ en, de })
