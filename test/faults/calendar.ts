import { type Contradiction, contradictionIn, type Model, type Timed } from './linearizability.ts'

// A model of slots and bookings, independent of the database, and a check whether a history of calls fits it. A
// history is checked per row of slots and per booking: a booking that is rescheduled may leave one row and come to
// another. Slots that some call wants together are of one row; a slot that is only wanted alone is a row of its own.

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

/**
 * The state of a slot in the model. Slots that are held or booked together have the same `together`. For a hold: its
 * earliest start, and the earliest and latest moment of its end. Whether a slot that was freed is open or offered depends
 * on who waits and what else they are offered, which is known of no row alone: it is `freed` until a response tells.
 */
interface Slot extends Omit<SlotState, 'status'> {
  status: SlotState['status'] | 'freed' | 'offered'
  /** The absences that cover it, and whether it is withdrawn only for them. */
  absences?: readonly string[]
  isAbsent?: boolean
  together?: string
  since?: number
  until?: { earliest: number; latest: number }
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

const open: Slot = { status: 'open' }
const freed: Slot = { status: 'freed' }
const offered: Slot = { status: 'offered' }
const mayBeOffered = ({ status }: Slot) => status === 'freed' || status === 'offered'
const heldBy = (state: Slot, customer: string) => state.status === 'held' && state.customer === customer

// A hold ends by the database's time. When it was asked what it is there, is known only to be between the start and the end of
// a call; but its time runs as fast as ours, within this much, ms.
const slack = 5
/** Whether a hold may have expired for a call: taken by another caller, or released by the job. */
const mayBeOver = ({ until }: Slot, { end }: Call) => until !== undefined && until.earliest - slack < end
/** Whether a hold may still be valid for a call. */
const mayLast = ({ until }: Slot, { start }: Call) => until !== undefined && until.latest + slack > start

/** Whether a slot keeps a visit of the customer from taking it. A booking that is moved may take slots of its own. */
function isInTheWay(slot: Slot, customer: string, call: Call): boolean {
  const { operation } = call
  if (slot.status === 'booked')
    return operation.name !== 'reschedule' || slot.booking === undefined || slot.booking !== operation.booking
  if (slot.status === 'withdrawn' || mayBeOffered(slot)) return true
  return slot.status === 'held' && !heldBy(slot, customer) && mayLast(slot, call)
}

/** What each refusal implies of the slots that were wanted, the first of them alone before. Others imply nothing. */
const says: Record<string, (first: Slot, customer: string, call: Call, wanted: Slot[]) => boolean> = {
  slot_taken: ({ status }) => status === 'booked',
  slot_held: (state, customer, call) => state.status === 'held' && !heldBy(state, customer) && mayLast(state, call),
  slot_withdrawn: ({ status }) => status === 'withdrawn',
  run_not_free: (_, customer, call, wanted) => wanted.some((slot) => isInTheWay(slot, customer, call)),
  hold_not_found: (state, customer, call) => !heldBy(state, customer) || mayBeOver(state, call),
  still_in_use: ({ status }) => status === 'booked',
  slot_exists: ({ status }) => status !== 'withdrawn',
  doctor_absent: ({ absences = [] }) => absences.length > 0,
  slot_offered: mayBeOffered,
}

/** The slots that a call is about, in order of time. */
const wantedBy = (operation: Operation): string[] => {
  if ('slots' in operation) return [...operation.slots]
  return 'slot' in operation ? [operation.slot, ...('rest' in operation ? (operation.rest ?? []) : [])] : []
}

/** A slot in these absences: one that is free is withdrawn for them. */
function inAbsences(slot: Slot, absences: readonly string[] = []): Slot {
  if (absences.length === 0) return slot
  const isFree = slot.status !== 'booked' && slot.status !== 'withdrawn'
  return isFree ? { status: 'withdrawn', absences, isAbsent: true } : { ...slot, absences }
}

/** The visits that a call has made by its response, with their slots. */
const madeBy = ({ operation, outcome }: Call): [booking: string, slots: string[]][] => {
  if (outcome.kind !== 'done') return []
  const wanted = wantedBy(operation)
  if (operation.name === 'bookSeries') return wanted.map((slot, n) => [outcome.bookings?.[n] ?? '', [slot]])
  return (operation.name === 'book' || operation.name === 'accept') && outcome.booking
    ? [[outcome.booking, wanted]]
    : []
}

/** A slot without an absence. One that was withdrawn only for absences is open after the last of them. */
function withoutAbsence(slot: Slot, absence: string): Slot {
  const absences = slot.absences?.filter((other) => other !== absence) ?? []
  return slot.isAbsent && absences.length === 0 ? open : { ...slot, absences }
}

/**
 * A row of slots, whose holds last for `holdMs`. A slot with an expired hold stays held until it is claimed or a job
 * releases it. `isOnlyHere` tells which bookings cannot be in any other row. Only `waiters` take offered slots; no head
 * start ends within a history.
 */
function rowModel(
  ids: readonly string[],
  holdMs: number,
  isOnlyHere: (booking: string) => boolean,
  waiters: ReadonlySet<string>,
): Model<Slot[], Call> {
  const put = (row: Slot[], places: readonly number[], next: (slot: Slot, place: number) => Slot) =>
    row.map((slot, place) => (places.includes(place) ? inAbsences(next(slot, place), slot.absences) : slot))
  /** The places of a booking. */
  const placesOf = (row: Slot[], booking: string) =>
    row.flatMap((slot, place) => (slot.status === 'booked' && slot.booking === booking ? [place] : []))
  /** Frees what is held or booked together with a slot. Of a hold that may be over a job may have freed a part. */
  const freeWith = (row: Slot[], slot: Slot, call: Call) =>
    slot.together === undefined || (slot.status === 'held' && mayBeOver(slot, call))
      ? row
      : put(
          row,
          row.flatMap((other, place) => (other.together === slot.together ? [place] : [])),
          () => (slot.status === 'booked' ? freed : open),
        )
  /** Covers slots by an absence. A hold that is covered in part ends as a whole. */
  const cover = (row: Slot[], places: readonly number[], absence: string, call: Call) =>
    row
      .reduce(
        (now, slot, place) => (places.includes(place) && slot.status === 'held' ? freeWith(now, slot, call) : now),
        row,
      )
      .map((slot, place) => (places.includes(place) ? inAbsences(slot, [...(slot.absences ?? []), absence]) : slot))
  return {
    initial: ids.map(() => open),
    keyOf: (row) =>
      row
        .map(({ status, customer, booking, together, since, until, absences, isAbsent }) =>
          [status, customer, booking, together, since, until?.earliest, until?.latest, absences, isAbsent].join(' '),
        )
        .join(),
    step(row, call) {
      const { operation, outcome, start, end, mark } = call
      const places = wantedBy(operation).map((id) => ids.indexOf(id))
      const wanted = places.map((place) => row[place] as Slot)
      const [first] = wanted as [Slot]
      if (outcome.kind === 'refused') {
        const customer = 'customer' in operation ? operation.customer : ''
        if (outcome.code === 'slot_offered' && operation.name !== 'bookSeries')
          return mayBeOffered(first) ? put(row, places.slice(0, 1), () => offered) : undefined
        const fits = (slot: Slot) => says[outcome.code]?.(slot, customer, call, wanted) ?? true
        // A series is refused for any of its slots.
        return (operation.name === 'bookSeries' ? wanted.some(fits) : fits(first)) ? row : undefined
      }
      const together = `${start} ${mark}`
      const isFor = (customer: string, slot: Slot, own?: string) =>
        slot.status === 'open' ||
        slot.status === 'freed' ||
        (slot.status === 'offered' && operation.name !== 'hold' && waiters.has(customer)) ||
        heldBy(slot, customer) ||
        mayBeOver(slot, call) ||
        (own !== undefined && slot.booking === own)
      const claim = (customer: string, next: (slot: Slot, place: number) => Slot, own?: string) =>
        wanted.every((slot) => isFor(customer, slot, own)) ? put(row, places, next) : undefined
      switch (operation.name) {
        case 'hold': {
          const { customer } = operation
          // Holding a slot again extends a valid hold; a customer can extend it to at most three hold times.
          const sinceOf = (slot: Slot) =>
            (heldBy(slot, customer) && mayLast(slot, call) ? slot.since : undefined) ?? start
          const earliest = Math.min(start + holdMs, ...wanted.map((slot) => sinceOf(slot) + 3 * holdMs))
          const until = { earliest, latest: end + holdMs }
          return claim(customer, (slot) => ({ status: 'held', customer, together, since: sinceOf(slot), until }))
        }
        case 'release':
          return heldBy(first, operation.customer) ? put(freeWith(row, first, call), places, () => open) : undefined
        case 'book':
        case 'accept': {
          const { customer } = operation
          const booking = outcome.kind === 'done' ? outcome.booking : undefined
          return claim(customer, () => ({ status: 'booked', customer, booking, together }))
        }
        case 'bookSeries': {
          const { customer } = operation
          const bookings = outcome.kind === 'done' ? outcome.bookings : undefined
          return claim(customer, (_, place) => {
            const n = places.indexOf(place)
            return { status: 'booked', customer, booking: bookings?.[n], together: `${together} ${n}` }
          })
        }
        case 'planSeries': {
          const { customer } = operation
          const { reasons = [] } = outcome as { reasons?: readonly (string | null)[] }
          const fits = wanted.every((slot, n) => {
            const reason = reasons[n]
            if (reason === 'customer_busy') return true
            return reason ? (says[reason]?.(slot, customer, call, wanted) ?? false) : isFor(customer, slot)
          })
          // What was freed is offered or open from here on.
          const seen = (slot: Slot, place: number): Slot => {
            const reason = reasons[places.indexOf(place)]
            if (slot.status !== 'freed' || (reason === null && waiters.has(customer))) return slot
            return reason === null ? open : reason === 'slot_offered' ? offered : slot
          }
          return fits ? put(row, places, seen) : undefined
        }
        case 'cancelSeries': {
          const ended = outcome.kind === 'done' ? outcome.bookings : undefined
          const fits = operation.bookings.every((booking) => {
            const isHere = placesOf(row, booking).length > 0
            return ended === undefined || (ended.includes(booking) ? isHere || !isOnlyHere(booking) : !isHere)
          })
          const taken = operation.bookings.flatMap((booking) => placesOf(row, booking))
          return fits ? put(row, taken, () => freed) : undefined
        }
        case 'import': {
          const { calendar, slots, busy } = operation
          const covered = busy.filter((id) => !row[ids.indexOf(id)]?.absences?.includes(calendar))
          const left = slots.filter((id) => !busy.includes(id)).map((id) => ids.indexOf(id))
          return cover(
            row,
            covered.map((id) => ids.indexOf(id)),
            calendar,
            call,
          ).map((slot, place) => (left.includes(place) ? withoutAbsence(slot, calendar) : slot))
        }
        case 'cancel': {
          const taken = placesOf(row, operation.booking)
          if (taken.length > 0) return put(row, taken, () => freed)
          return outcome.kind === 'done' && isOnlyHere(operation.booking) ? undefined : row
        }
        case 'reschedule': {
          const { booking, customer } = operation
          const taken = placesOf(row, booking)
          if (places[0] === -1) return put(row, taken, () => freed)
          const moved = claim(customer, () => ({ status: 'booked', customer, booking, together }), booking)
          return (
            moved &&
            put(
              moved,
              taken.filter((place) => !places.includes(place)),
              () => freed,
            )
          )
        }
        case 'withdraw':
          if (first.status === 'booked' && !operation.cascade) return undefined
          return put(freeWith(row, first, call), places, () => ({ status: 'withdrawn' }))
        case 'reopen':
          return first.status === 'withdrawn' && !first.absences?.length ? put(row, places, () => open) : undefined
        case 'addAbsence': {
          const absence = (outcome.kind === 'done' ? outcome.absence : undefined) ?? mark
          return cover(row, places, absence, call)
        }
        case 'removeAbsence': {
          const { absence } = operation
          // Done in one of the calls: to remove it again is refused.
          if (outcome.kind === 'done' && !first.absences?.includes(absence)) return undefined
          return row.map((slot, place) => (places.includes(place) ? withoutAbsence(slot, absence) : slot))
        }
        case 'decline':
          // After the last one the slot is open. An offer that has ended stays as it is.
          return first.status === 'offered' ? put(row, places, () => freed) : row
        default: {
          const { slot } = outcome as { slot?: SlotState }
          if (slot?.status === 'held' && slot.customer === undefined)
            return mayBeOffered(first) ? put(row, places, () => offered) : undefined
          if (slot?.status === 'open' && (first.status === 'freed' || mayBeOver(first, call)))
            return put(row, places, () => open)
          const fits = slot?.status === first.status && slot.customer === first.customer
          const same = first.booking === undefined || slot?.booking === undefined || slot.booking === first.booking
          return fits && same ? row : undefined
        }
      }
    },
  }
}

/** One booking: its slots, the first one first; none before it is made, 'cancelled' after its cancellation. */
const bookingModel = (booking: string): Model<readonly string[] | 'cancelled', Call> => ({
  initial: [],
  keyOf: (state) => String(state),
  step(state, call) {
    const { operation, outcome } = call
    const isLive = state !== 'cancelled' && state.length > 0
    if (outcome.kind === 'refused')
      return outcome.code === 'illegal_transition' && state !== 'cancelled' ? undefined : state
    switch (operation.name) {
      case 'book':
      case 'accept':
      case 'bookSeries':
        return state.length === 0 ? madeBy(call).find(([made]) => made === booking)?.[1] : undefined
      case 'cancel':
        return isLive ? 'cancelled' : undefined
      case 'cancelSeries': {
        const isEnded = outcome.kind === 'done' ? outcome.bookings?.includes(booking) : isLive
        return isEnded === isLive ? (isLive ? 'cancelled' : state) : undefined
      }
      case 'reschedule':
        return isLive ? wantedBy(operation) : undefined
      case 'withdraw':
        return isLive && state.includes(operation.slot) ? 'cancelled' : state
      default:
        return (outcome as { place?: string }).place === (isLive ? state[0] : String(state)) ? state : undefined
    }
  },
})

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
      rowModel(row, holdMs, isOnlyHere, waiters),
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

/** A call as text for reports. */
export function line({ who, mark, operation, outcome, start, end, attempts }: Call): string {
  const { name, ...about } = operation
  const ms = (from: number, to: number) => `${from.toFixed(1)} to ${to.toFixed(1)} ms`
  return [
    `${ms(start, end)}  ${who}: ${name} ${JSON.stringify(about)} → ${JSON.stringify(outcome)} ${mark}`.trimEnd(),
    ...(attempts ?? []).map((attempt) => `    ${ms(attempt.start, attempt.end)} ${attempt.answer}`),
  ].join('\n')
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
