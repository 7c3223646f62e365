/** The message of a notification, from app_private.messages_of. */
export interface Message {
  channel: string
  /** An e-mail address, a telephone number, or a URL. Null when the clinic has none. */
  recipient: string | null
  subject: string
  body: string
  /** The same at every attempt, so that a second delivery after a crash can be recognized. */
  idempotencyKey: string
  senderName: string | null
  replyTo: string | null
  calendar: CalendarEntry | null
  /** The secret with which a webhook is signed. */
  secret: string | null
  /** A file that is sent with an e-mail. */
  attachment?: Attachment | undefined
}

/** A file in an e-mail. */
export interface Attachment {
  name: string
  /** The media type. */
  type: string
  content: Buffer
}

/** One event of an iCalendar file. Instants are ISO 8601. */
export interface CalendarEntry {
  uid: string
  sequence: number
  isCancelled: boolean
  startsAt: string
  endsAt: string
  stampedAt: string
  summary: string
  location: string
  description: string
  /** The link to the booking. */
  url: string | null
  organizer: string
  organizerEmail: string | null
  attendee: string
}

/**
 * Sends a message; gives the provider's id of it, if there is one. Throws DeliveryError with the provider's code, or another
 * error. Never tries twice: the database decides when to try again.
 */
export interface Transport {
  send(message: Message & { recipient: string }): Promise<string | undefined>
  close?(): void
}

/** A refusal by the provider or receiver: `code` is the SMTP response code or the HTTP status. */
export class DeliveryError extends Error {
  readonly code: string | undefined

  constructor(message: string, code?: string | number, options?: ErrorOptions) {
    super(message, options)
    this.code = code === undefined ? undefined : String(code)
  }
}

/** Maximum time of one attempt, milliseconds: a claimed batch has to be done within 30 seconds. */
export const attemptMs = 10_000
