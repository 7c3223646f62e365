import type { ArePublic } from '../../http/public_addresses.ts'
import type { Settings } from '../../process/settings.ts'
import { emailTransport } from './email.ts'
import type { Transport } from './message.ts'
import { smsTransport } from './sms.ts'
import { webhookTransport } from './webhook.ts'

/** The transports by channel. Messages of a channel without a transport are stored in a table. */
export type Transports = Partial<Record<string, Transport>>

/** The transports that the settings allow. `arePublic` checks the addresses of webhooks in production. */
export function createTransports(
  settings: Pick<Settings, 'mail' | 'twilio' | 'production'>,
  arePublic: ArePublic,
): Transports {
  return {
    ...(settings.mail ? { email: emailTransport(settings.mail.smtpUrl, settings.mail.from) } : {}),
    ...(settings.twilio ? { sms: smsTransport(settings.twilio) } : {}),
    // Needs no provider, and is not used until a clinic enters a URL.
    webhook: webhookTransport(settings.production ? { arePublic } : {}),
  }
}

/** Closes their connections. */
export function closeTransports(transports: Transports): void {
  for (const transport of Object.values(transports)) transport?.close?.()
}
