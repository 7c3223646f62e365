import type { Settings } from '../settings.ts'
import { emailTransport } from './email.ts'
import type { Transport } from './message.ts'
import { smsTransport } from './sms.ts'
import { type ArePublic, webhookTransport } from './webhook.ts'

/** The transports by channel. A channel without one goes to the development transport, a table. */
export type Transports = Partial<Record<string, Transport>>

/** What the settings have to offer. `arePublic` judges the addresses of webhooks in production. */
export function createTransports(
  settings: Pick<Settings, 'mail' | 'twilio' | 'production'>,
  arePublic: ArePublic,
): Transports {
  return {
    ...(settings.mail ? { email: emailTransport(settings.mail.smtpUrl, settings.mail.from) } : {}),
    ...(settings.twilio ? { sms: smsTransport(settings.twilio) } : {}),
    // Needs no provider, and goes nowhere until a clinic names an address.
    webhook: webhookTransport(settings.production ? { arePublic } : {}),
  }
}

/** Closes their connections. */
export function closeTransports(transports: Transports): void {
  for (const transport of Object.values(transports)) transport?.close?.()
}
