import { createTransport } from 'nodemailer'
import { calendarFile } from './calendar_file.ts'
import { attemptMs, DeliveryError, type Message, type Transport } from './message.ts'

/** Sends by SMTP: `smtpUrl` is nodemailer's, `from` is a bare address; the sender's name is the clinic's. */
export function emailTransport(smtpUrl: string, from: string): Transport {
  const mailer = createTransport({
    url: smtpUrl,
    pool: true,
    maxConnections: 5,
    // The database decides when to try again.
    maxRequeues: 0,
    connectionTimeout: attemptMs / 2,
    greetingTimeout: attemptMs / 2,
    socketTimeout: attemptMs - 1000,
    // Texts must never be taken for names of files or URLs to read.
    disableFileAccess: true,
    disableUrlAccess: true,
  })
  return {
    async send(message) {
      const key = message.idempotencyKey
      try {
        const sent = await mailer.sendMail({
          from: { name: message.senderName ?? '', address: from },
          // Mailboxes as objects, since a string would be parsed and could become a list of recipients.
          to: { name: '', address: message.recipient },
          ...(message.replyTo ? { replyTo: { name: message.senderName ?? '', address: message.replyTo } } : {}),
          subject: message.subject,
          text: message.body,
          // Mailboxes and relays recognize a second copy of a message by its id.
          messageId: `<medislot-${key}@${from.split('@')[1]}>`,
          headers: { 'X-Medislot-Notification': key, 'Auto-Submitted': 'auto-generated' },
          ...invitation(message, from),
          ...files(message),
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

const files = ({ attachment: file }: Message) =>
  file && { attachments: [{ filename: file.name, contentType: file.type, content: file.content }] }

function invitation(message: Message & { recipient: string }, from: string) {
  const file = calendarFile(message, from)
  return file && { icalEvent: { method: file.method, filename: 'appointment.ics', content: file.content } }
}
