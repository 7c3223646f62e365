import { type Contradiction, contradictionIn, type Model, type Timed } from './linearizability.ts'

// What slots and bookings may do, as a model that knows nothing of the database, and whether a history of calls fits it. A
// history is looked at slot by slot and booking by booking: a rescheduled booking leaves the one slot and arrives at the other.

export type Operation =
  | { name: 'hold' | 'release' | 'book'; slot: string; customer: string }
  | { name: 'cancel'; booking: string }
  | { name: 'reschedule'; booking: string; slot: string; customer: string }
  | { name: 'withdraw'; slot: string; cascade: boolean }
  | { name: 'reopen' | 'read'; slot: string }
  /** As the owner finds it when all is over. */
  | { name: 'find'; slot: string }
  | { name: 'findBooking'; booking: string }

export interface SlotState {
  status: 'open' | 'held' | 'booked' | 'withdrawn'
  customer?: string | undefined
  /** Not known when nobody was told of the booking that was made. */
  booking?: string | undefined
}

export type Outcome =
  /** With what was answered: the booking made, the slot or the place of the booking read. */
  | { kind: 'done'; booking?: string; slot?: SlotState; place?: string | undefined }
  /** By a name of app_hidden.error_codes. */
  | { kind: 'refused'; code: string }
  /** The answer was lost: it may have been done, or may yet be. */
  | { kind: 'unknown' }

export interface Call extends Timed {
  /** Who called, for people to read. */
  who: string
  /** What the call leaves in the note of a booking and the reason of a cancellation. */
  mark: string
  operation: Operation
  outcome: Outcome
}

const open: SlotState = { status: 'open' }
const heldBy = (state: SlotState, customer: string) => state.status === 'held' && state.customer === customer

/** What a refusal says about the slot it is about. One that is not listed says nothing about it. */
const says: Record<string, (state: SlotState, customer: string) => boolean> = {
  slot_taken: ({ status }) => status === 'booked',
  slot_held: (state, customer) => state.status === 'held' && !heldBy(state, customer),
  slot_withdrawn: ({ status }) => status === 'withdrawn',
  hold_not_found: (state, customer) => !heldBy(state, customer),
  still_in_use: ({ status }) => status === 'booked',
  slot_exists: ({ status }) => status !== 'withdrawn',
}

/** One slot. `isOnlyHere` says of which bookings no other slot comes into question. */
function slotModel(id: string, isOnlyHere: (booking: string) => boolean): Model<SlotState, Call> {
  return {
    initial: open,
    keyOf: ({ status, customer, booking }) => `${status} ${customer} ${booking}`,
    step(state, { operation, outcome }) {
      if (outcome.kind === 'refused') {
        const customer = 'customer' in operation ? operation.customer : ''
        return (says[outcome.code]?.(state, customer) ?? true) ? state : undefined
      }
      const claim = (customer: string, next: SlotState) =>
        state.status === 'open' || heldBy(state, customer) ? next : undefined
      switch (operation.name) {
        case 'hold':
          return claim(operation.customer, { status: 'held', customer: operation.customer })
        case 'release':
          return heldBy(state, operation.customer) ? open : undefined
        case 'book': {
          const booking = outcome.kind === 'done' ? outcome.booking : undefined
          return claim(operation.customer, { status: 'booked', customer: operation.customer, booking })
        }
        case 'cancel':
          if (state.booking === operation.booking) return open
          return outcome.kind === 'done' && isOnlyHere(operation.booking) ? undefined : state
        case 'reschedule': {
          const { booking, customer } = operation
          if (operation.slot !== id) return state.booking === booking ? open : state
          return state.booking === booking ? state : claim(customer, { status: 'booked', customer, booking })
        }
        case 'withdraw':
          return state.status === 'booked' && !operation.cascade ? undefined : { status: 'withdrawn' }
        case 'reopen':
          return state.status === 'withdrawn' ? open : undefined
        default: {
          const { slot } = outcome as { slot?: SlotState }
          const fits = slot?.status === state.status && slot.customer === state.customer
          const same = state.booking === undefined || slot?.booking === undefined || slot.booking === state.booking
          return fits && same ? state : undefined
        }
      }
    },
  }
}

/** One booking: the slot it is at, '' before it is made, 'cancelled' after. */
const bookingModel: Model<string, Call> = {
  initial: '',
  keyOf: (state) => state,
  step(state, { operation, outcome }) {
    const isLive = state !== '' && state !== 'cancelled'
    if (outcome.kind === 'refused')
      return outcome.code === 'illegal_transition' && state !== 'cancelled' ? undefined : state
    switch (operation.name) {
      case 'book':
        return state === '' ? operation.slot : undefined
      case 'cancel':
        return isLive ? 'cancelled' : undefined
      case 'reschedule':
        return isLive ? operation.slot : undefined
      case 'withdraw':
        return state === operation.slot ? 'cancelled' : state
      default:
        return (outcome as { place?: string }).place === state ? state : undefined
    }
  },
}

/** A slot or a booking whose calls no order explains. */
export interface Unexplained extends Contradiction<unknown, Call> {
  what: string
  calls: Call[]
}

/** Every slot and every booking of a history that no order of the calls explains; none when all is well. */
export function unexplained(history: readonly Call[]): Unexplained[] {
  const effective = history.filter(({ outcome }) => outcome.kind !== 'refused')
  // Where each booking was, or may have been.
  const places = new Map<string, Set<string>>()
  const mayBeAt = (booking: string, slot: string) => {
    const known = places.get(booking) ?? new Set()
    places.set(booking, known.add(slot))
  }
  for (const { operation, outcome } of effective) {
    if (operation.name === 'book' && outcome.kind === 'done' && outcome.booking)
      mayBeAt(outcome.booking, operation.slot)
    if (operation.name === 'reschedule') mayBeAt(operation.booking, operation.slot)
  }

  const found: Unexplained[] = []
  const look = <State>(what: string, model: Model<State, Call>, calls: Call[]) => {
    const contradiction = contradictionIn(model, calls)
    if (contradiction) found.push({ what, calls, ...contradiction })
  }
  const isOf = (slot: string) => (call: Call) => {
    const { operation, outcome } = call
    if ('slot' in operation && operation.slot === slot) return true
    const moves = operation.name === 'cancel' || operation.name === 'reschedule'
    return moves && outcome.kind !== 'refused' && (places.get(operation.booking)?.has(slot) ?? false)
  }
  const slots = new Set(history.flatMap(({ operation }) => ('slot' in operation ? [operation.slot] : [])))
  for (const slot of slots)
    look(
      `slot ${slot}`,
      slotModel(slot, (booking) => places.get(booking)?.size === 1),
      history.filter(isOf(slot)),
    )

  for (const [booking, slots] of places) {
    const calls = history.filter(({ operation, outcome }) => {
      if (operation.name === 'book') return outcome.kind === 'done' && outcome.booking === booking
      if (operation.name === 'withdraw') return outcome.kind !== 'refused' && slots.has(operation.slot)
      return 'booking' in operation && operation.booking === booking
    })
    look(`booking ${booking}`, bookingModel, calls)
  }
  return found
}

/** A history of one slot or booking for people, up to where it contradicts itself and a little further. */
export function tell({ what, calls, order, state, stuck }: Unexplained): string {
  const line = ({ who, operation, outcome, start, end }: Call) => {
    const { name, ...about } = operation
    return `${start.toFixed(1)} to ${end.toFixed(1)} ms  ${who}: ${name} ${JSON.stringify(about)} → ${JSON.stringify(outcome)}`
  }
  const until = Math.max(...stuck.map(({ start }) => start))
  const shown = calls.filter(({ start }) => start <= until).sort((a, b) => a.start - b.start)
  return [
    `${what}: no order of its ${calls.length} calls explains what they were answered. The last of those that lead up to it:`,
    ...shown.slice(-60).map((call) => `  ${line(call)}`),
    `  After ${order.length} calls it is ${JSON.stringify(state)}, and none of these can come next:`,
    ...stuck.map((call) => `    ${line(call)}`),
  ].join('\n')
}
