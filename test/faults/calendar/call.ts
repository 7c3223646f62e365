import type { Timed } from './linearizability.ts'

export type Operation =
  /** `rest` are the other slots that a visit takes besides its first one. */
  | { name: 'hold' | 'book'; slot: string; rest?: readonly string[]; customer: string }
  /** Releases all that is held together with the slot. */
  | { name: 'release'; slot: string; customer: string }
  | { name: 'cancel'; booking: string }
  | { name: 'reschedule'; booking: string; slot: string; rest?: readonly string[]; customer: string }
  | { name: 'withdraw'; slot: string; cascade: boolean }
  | { name: 'reopen' | 'read'; slot: string }
  /** A customer joins the waiting list, or takes or declines a slot that is offered to them. */
  | { name: 'wait'; customer: string }
  /** An absence that covers these slots and keeps the visits in them; removing it names the same slots. */
  | { name: 'addAbsence'; slots: readonly string[] }
  | { name: 'removeAbsence'; slots: readonly string[]; absence: string }
  | { name: 'accept' | 'decline'; offer: string; slot: string; customer: string }
  /** What a series of visits in these slots would be, and one that takes each of them, all or none. */
  | { name: 'planSeries' | 'bookSeries'; slots: readonly string[]; customer: string }
  /** Cancels those visits of a series that are live. */
  | { name: 'cancelSeries'; series: string; bookings: readonly string[] }
  /** An external calendar as it was read: those of its slots that it has busy times in, and those that it has none in. */
  | { name: 'import'; calendar: string; slots: readonly string[]; busy: readonly string[] }
  /** The final state, as the owner reads it. */
  | { name: 'find'; slot: string }
  | { name: 'findBooking'; booking: string }

export interface SlotState {
  /** A slot that is held without a customer is offered to those who wait. */
  status: 'open' | 'held' | 'booked' | 'withdrawn'
  customer?: string | undefined
  /** Not known if no client got the response to the booking. */
  booking?: string | undefined
}

export type Outcome =
  /** With the response: the new booking, or the slot or the place of the booking that was read. */
  | {
      kind: 'done'
      booking?: string
      absence?: string
      slot?: SlotState
      place?: string | undefined
      /** The visits of a new series, each in its slot, or those that were cancelled with a series. */
      bookings?: readonly string[]
      series?: string
      /** For each slot of a plan why it cannot be booked; null if it can. */
      reasons?: readonly (string | null)[]
    }
  /** With a name of app_hidden.error_codes. */
  | { kind: 'refused'; code: string }
  /** The response was lost: the call may have taken effect, or may still do so. */
  | { kind: 'unknown' }

export interface Call extends Timed {
  /** The caller, for reports. */
  who: string
  /** The mark that the call leaves in the note of a booking or the reason of a cancellation. */
  mark: string
  operation: Operation
  outcome: Outcome
  /** The outcome of each attempt, if there were several. */
  attempts?: { start: number; end: number; answer: string }[]
}

/** The slots that a call is about, in order of time. */
export const wantedBy = (operation: Operation): string[] => {
  if ('slots' in operation) return [...operation.slots]
  return 'slot' in operation ? [operation.slot, ...('rest' in operation ? (operation.rest ?? []) : [])] : []
}

/** The visits that a call has made by its response, with their slots. */
export const madeBy = ({ operation, outcome }: Call): [booking: string, slots: string[]][] => {
  if (outcome.kind !== 'done') return []
  const wanted = wantedBy(operation)
  if (operation.name === 'bookSeries') return wanted.map((slot, n) => [outcome.bookings?.[n] ?? '', [slot]])
  return (operation.name === 'book' || operation.name === 'accept') && outcome.booking
    ? [[outcome.booking, wanted]]
    : []
}

/** A call as text for reports. */
export function line({ who, mark, operation, outcome, start, end, attempts }: Call): string {
  const { name, ...about } = operation
  const ms = (from: number, to: number) => `${from.toFixed(1)} to ${to.toFixed(1)} ms`
  return [
    `${ms(start, end)}  ${who}: ${name} ${JSON.stringify(about)} → ${JSON.stringify(outcome)} ${mark}`.trimEnd(),
    ...(attempts ?? []).map((attempt) => `    ${ms(attempt.start, attempt.end)} ${attempt.answer}`),
  ].join('\n')
}
