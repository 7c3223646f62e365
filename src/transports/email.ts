import { createTransport } from 'nodemailer'
import { calendarFile } from './calendar_file.ts'
import { attemptMs, DeliveryError, type Message, type Transport } from './message.ts'

/** Sends by SMTP: `smtpUrl` as nodemailer takes it, `from` a bare address; the sender's name is the clinic's. */
export function emailTransport(smtpUrl: string, from: string): Transport {
  const mailer = createTransport({
    url: smtpUrl,
    pool: true,
    maxConnections: 5,
    // When to try again is for the database to say.
    maxRequeues: 0,
    connectionTimeout: attemptMs / 2,
    greetingTimeout: attemptMs / 2,
    socketTimeout: attemptMs - 1000,
    // Templates are text, never the name of a file or an address to read.
    disableFileAccess: true,
    disableUrlAccess: true,
  })
  return {
    async send(message) {
      const key = message.idempotencyKey
      try {
        const sent = await mailer.sendMail({
          from: { name: message.senderName ?? '', address: from },
          // Mailboxes as objects: a text would be parsed, and may be read as a list of recipients.
          to: { name: '', address: message.recipient },
          ...(message.replyTo ? { replyTo: { name: message.senderName ?? '', address: message.replyTo } } : {}),
          subject: message.subject,
          text: message.body,
          // Mailboxes and relays know a message by its id, so a second copy can be told.
          messageId: `<medislot-${key}@${from.split('@')[1]}>`,
          headers: { 'X-Medislot-Notification': key, 'Auto-Submitted': 'auto-generated' },
          ...invitation(message, from),
        })
        return sent.messageId
      } catch (error) {
        const { message: text, responseCode } = error as Error & { responseCode?: number }
        throw new DeliveryError(text, responseCode, { cause: error })
      }
    },
    close: () => mailer.close(),
  }
}

function invitation(message: Message & { recipient: string }, from: string) {
  const file = calendarFile(message, from)
  return file && { icalEvent: { method: file.method, filename: 'appointment.ics', content: file.content } }
}
