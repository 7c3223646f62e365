/** A notification as app_private.messages_of says it is to be sent. */
export interface Message {
  channel: string
  /** An e-mail address, a telephone number, or a URL. Null when the clinic knows none. */
  recipient: string | null
  subject: string
  body: string
  /** The same at every attempt, so that a second delivery after a crash can be told. */
  idempotencyKey: string
  senderName: string | null
  replyTo: string | null
  calendar: CalendarEntry | null
  /** What a webhook is signed with. */
  secret: string | null
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
  organizer: string
  organizerEmail: string | null
  attendee: string
}

/**
 * Carries a message; gives what the provider calls it, if it says. Throws DeliveryError with the provider's code, or
 * whatever else went wrong. Never tries twice: when to try again is decided in SQL.
 */
export interface Transport {
  send(message: Message & { recipient: string }): Promise<string | undefined>
  close?(): void
}

/** A refusal by the other side: `code` is its SMTP response code or HTTP status, as it stood. */
export class DeliveryError extends Error {
  readonly code: string | undefined

  constructor(message: string, code?: string | number, options?: ErrorOptions) {
    super(message, options)
    this.code = code === undefined ? undefined : String(code)
  }
}

/** Longest that one attempt may take, milliseconds: a claimed batch has to be through within 30 seconds. */
export const attemptMs = 10_000
