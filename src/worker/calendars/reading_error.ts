/** Why an external calendar was not read: a value of app_public.external_calendar_error. */
export type Reason =
  | 'unauthorized'
  | 'not_found'
  | 'unreachable'
  | 'not_public'
  | 'not_a_calendar'
  | 'too_large'
  | 'too_many'
  | 'failed'

/** An external calendar was not read. */
export class ReadingError extends Error {
  readonly reason: Reason

  constructor(reason: Reason, message: string = reason, options?: ErrorOptions) {
    super(message, options)
    this.reason = reason
  }
}

/** The reason for an answer that is not what was asked for. */
export function reasonOfStatus(status: number): Reason {
  if (status === 401 || status === 403) return 'unauthorized'
  if (status === 404 || status === 410) return 'not_found'
  return status >= 500 || status === 408 || status === 429 ? 'unreachable' : 'not_a_calendar'
}
