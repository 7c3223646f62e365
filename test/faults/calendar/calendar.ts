import { bookingModel } from './booking_model.ts'
import { type Call, line, madeBy, wantedBy } from './call.ts'
import { type Contradiction, contradictionIn, type Model } from './linearizability.ts'
import { rowModel } from './row_model.ts'

// A model of slots and bookings, independent of the database, and a check whether a history of calls fits it. A
// history is checked per row of slots and per booking: a booking that is rescheduled may leave one row and come to
// another. Slots that some call wants together are of one row; a slot that is only wanted alone is a row of its own.

/** A row of slots or a booking whose calls cannot be explained by any order. */
export interface Unexplained extends Contradiction<unknown, Call> {
  what: string
  /** The slots concerned. */
  slots: readonly string[]
  calls: Call[]
}

/** All slots of a history in rows. */
function rowsOf(history: readonly Call[]): string[][] {
  const rows = new Map<string, string[]>()
  for (const { operation } of history) {
    const wanted = wantedBy(operation)
    const joined = [...new Set(wanted.flatMap((slot) => rows.get(slot) ?? [slot]))]
    for (const slot of joined) rows.set(slot, joined)
  }
  return [...new Set(rows.values())]
}

/**
 * All rows of slots and bookings of a history that no order of the calls explains; empty if there is an order for each.
 * A hold lasts `holdMs`, by default forever; `waiters` are the customers who are ever on the waiting list.
 */
export function unexplained(
  history: readonly Call[],
  holdMs = Infinity,
  waiters: ReadonlySet<string> = new Set(),
): Unexplained[] {
  const effective = history.filter(({ outcome }) => outcome.kind !== 'refused')
  // The slots at which each booking was or may have been.
  const places = new Map<string, Set<string>>()
  const mayBeAt = (booking: string, slots: string[]) => {
    places.set(booking, new Set([...(places.get(booking) ?? []), ...slots]))
  }
  for (const call of effective) {
    const { operation } = call
    for (const [booking, slots] of madeBy(call)) mayBeAt(booking, slots)
    if (operation.name === 'reschedule') mayBeAt(operation.booking, wantedBy(operation))
  }

  const found: Unexplained[] = []
  const look = <State>(what: string, slots: readonly string[], model: Model<State, Call>, calls: Call[]) => {
    const contradiction = contradictionIn(model, calls)
    if (contradiction) found.push({ what, slots, calls, ...contradiction })
  }
  for (const row of rowsOf(history)) {
    const mayHave = (booking: string) => row.some((slot) => places.get(booking)?.has(slot))
    const isOnlyHere = (booking: string) => [...(places.get(booking) ?? [])].every((slot) => row.includes(slot))
    const calls = history.filter(({ operation, outcome }) => {
      if (wantedBy(operation).some((slot) => row.includes(slot))) return true
      if (outcome.kind === 'refused') return false
      if (operation.name === 'cancelSeries') return operation.bookings.some(mayHave)
      return (operation.name === 'cancel' || operation.name === 'reschedule') && mayHave(operation.booking)
    })
    look(
      row.length === 1 ? `slot ${row}` : `slots ${row.join(', ')}`,
      row,
      rowModel({ ids: row, holdMs, isOnlyHere, waiters }),
      calls,
    )
  }

  for (const [booking, slots] of places) {
    const calls = history.filter((call) => {
      const { operation, outcome } = call
      if (madeBy(call).some(([made]) => made === booking)) return true
      if (operation.name === 'cancelSeries') return outcome.kind !== 'refused' && operation.bookings.includes(booking)
      if (operation.name === 'withdraw') return outcome.kind !== 'refused' && slots.has(operation.slot)
      return 'booking' in operation && operation.booking === booking
    })
    look(`booking ${booking}`, [...slots], bookingModel(booking), calls)
  }
  return found
}

/** The whole history of one row or booking as text for reports, with the call that contradicts it. */
export function reportOf({ what, calls, order, state, stuck }: Unexplained): string {
  return [
    `${what}: no order of its ${calls.length} calls explains what they were answered. All of them:`,
    ...[...calls].sort((a, b) => a.start - b.start).map((call) => `  ${line(call)}`),
    `  After ${order.length} calls it is ${JSON.stringify(state)}, and none of these can come next:`,
    ...stuck.map((call) => `    ${line(call)}`),
  ].join('\n')
}
