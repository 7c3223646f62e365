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

/** A slot as the model knows it. Of a hold it knows when it began, at the earliest, and between which moments it ends. */
interface Slot extends SlotState {
  since?: number
  until?: { earliest: number; latest: number }
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
  /** What came of each attempt, when there were several. */
  attempts?: { start: number; end: number; answer: string }[]
}

const open: Slot = { status: 'open' }
const heldBy = (state: Slot, customer: string) => state.status === 'held' && state.customer === customer

// A hold ends by the database's time. When it was asked what it is there, is known only to be between the start and the end of
// a call; but its time runs as fast as ours, within this much, ms.
const slack = 5
/** Whether a hold may be over for a call: taken by another, or tidied up. */
const mayBeOver = ({ until }: Slot, { end }: Call) => until !== undefined && until.earliest - slack < end
/** Whether it may last for a call. */
const mayLast = ({ until }: Slot, { start }: Call) => until !== undefined && until.latest + slack > start

/** What a refusal says about the slot it is about. One that is not listed says nothing about it. */
const says: Record<string, (state: Slot, customer: string, call: Call) => boolean> = {
  slot_taken: ({ status }) => status === 'booked',
  slot_held: (state, customer, call) => state.status === 'held' && !heldBy(state, customer) && mayLast(state, call),
  slot_withdrawn: ({ status }) => status === 'withdrawn',
  hold_not_found: (state, customer, call) => !heldBy(state, customer) || mayBeOver(state, call),
  still_in_use: ({ status }) => status === 'booked',
  slot_exists: ({ status }) => status !== 'withdrawn',
}

/**
 * One slot, whose holds last for `holdMs`. A slot whose hold is over stays held until somebody claims it or a job tidies it up.
 * `isOnlyHere` says of which bookings no other slot comes into question.
 */
function slotModel(id: string, holdMs: number, isOnlyHere: (booking: string) => boolean): Model<Slot, Call> {
  return {
    initial: open,
    keyOf: ({ status, customer, booking, since, until }) =>
      `${status} ${customer} ${booking} ${since} ${until?.earliest} ${until?.latest}`,
    step(state, call) {
      const { operation, outcome } = call
      if (outcome.kind === 'refused') {
        const customer = 'customer' in operation ? operation.customer : ''
        return (says[outcome.code]?.(state, customer, call) ?? true) ? state : undefined
      }
      const claim = (customer: string, next: Slot) =>
        state.status === 'open' || heldBy(state, customer) || mayBeOver(state, call) ? next : undefined
      switch (operation.name) {
        case 'hold': {
          const { customer } = operation
          // Held again while it lasts, it is prolonged, by a customer to three hold times at most.
          const before = heldBy(state, customer) && mayLast(state, call) ? state.since : undefined
          const since = before ?? call.start
          const earliest = Math.min(call.start + holdMs, since + 3 * holdMs)
          return claim(customer, { status: 'held', customer, since, until: { earliest, latest: call.end + holdMs } })
        }
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
          if (slot?.status === 'open' && mayBeOver(state, call)) return open
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
  /** The slots that it is about. */
  slots: string[]
  calls: Call[]
}

/**
 * Every slot and every booking of a history that no order of the calls explains; none when all is well. A hold lasts for
 * `holdMs`, by default for ever.
 */
export function unexplained(history: readonly Call[], holdMs = Infinity): Unexplained[] {
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
  const look = <State>(what: string, slots: string[], model: Model<State, Call>, calls: Call[]) => {
    const contradiction = contradictionIn(model, calls)
    if (contradiction) found.push({ what, slots, calls, ...contradiction })
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
      [slot],
      slotModel(slot, holdMs, (booking) => places.get(booking)?.size === 1),
      history.filter(isOf(slot)),
    )

  for (const [booking, slots] of places) {
    const calls = history.filter(({ operation, outcome }) => {
      if (operation.name === 'book') return outcome.kind === 'done' && outcome.booking === booking
      if (operation.name === 'withdraw') return outcome.kind !== 'refused' && slots.has(operation.slot)
      return 'booking' in operation && operation.booking === booking
    })
    look(`booking ${booking}`, [...slots], bookingModel, calls)
  }
  return found
}

/** A call for people. */
export function line({ who, mark, operation, outcome, start, end, attempts }: Call): string {
  const { name, ...about } = operation
  const ms = (from: number, to: number) => `${from.toFixed(1)} to ${to.toFixed(1)} ms`
  return [
    `${ms(start, end)}  ${who}: ${name} ${JSON.stringify(about)} → ${JSON.stringify(outcome)} ${mark}`.trimEnd(),
    ...(attempts ?? []).map((attempt) => `    ${ms(attempt.start, attempt.end)} ${attempt.answer}`),
  ].join('\n')
}

/** A history of one slot or booking for people, whole, with the place where it contradicts itself. */
export function tell({ what, calls, order, state, stuck }: Unexplained): string {
  return [
    `${what}: no order of its ${calls.length} calls explains what they were answered. All of them:`,
    ...[...calls].sort((a, b) => a.start - b.start).map((call) => `  ${line(call)}`),
    `  After ${order.length} calls it is ${JSON.stringify(state)}, and none of these can come next:`,
    ...stuck.map((call) => `    ${line(call)}`),
  ].join('\n')
}
