import type { Call, Operation, SlotState } from './call.ts'
import {
  freed,
  heldBy,
  inAbsences,
  isTrue,
  mayBeOffered,
  mayBeOver,
  mayLast,
  offered,
  open,
  type Slot,
  withoutAbsence,
} from './slot.ts'

/** What is known of a row of slots besides its state. */
export interface RowOfSlots {
  /** The slots, in order of time. */
  ids: readonly string[]
  /** How long a hold lasts. */
  holdMs: number
  /** Whether a booking cannot be in any other row. */
  isOnlyHere: (booking: string) => boolean
  /** The customers who may take offered slots. */
  waiters: ReadonlySet<string>
}

/** A call that was not refused, and the row before it. `places` are those of the slots that the call names. */
export interface Step {
  row: Slot[]
  call: Call
  about: RowOfSlots
  places: number[]
}

type StepOf<Name extends Operation['name']> = (step: Step, operation: Operation & { name: Name }) => Slot[] | undefined

/** The row after a call; undefined if the call cannot come at this point. */
export const stepOf = (step: Step): Slot[] | undefined =>
  (steps[step.call.operation.name] as StepOf<Operation['name']>)(step, step.call.operation)

const steps: { [Name in Operation['name']]: StepOf<Name> } = {
  hold,
  release(step, { customer }) {
    const { row, call, places } = step
    const first = firstOf(step)
    return heldBy(first, customer) ? replaced(freedWith(row, first, call), places, () => open) : undefined
  },
  book,
  accept: book,
  bookSeries(step, { customer }) {
    const { outcome } = step.call
    const bookings = outcome.kind === 'done' ? outcome.bookings : undefined
    return claimed(step, customer, (_, place) => {
      const n = step.places.indexOf(place)
      return { status: 'booked', customer, booking: bookings?.[n], together: `${togetherOf(step.call)} ${n}` }
    })
  },
  planSeries,
  cancelSeries({ row, call: { outcome }, about }, { bookings }) {
    const ended = outcome.kind === 'done' ? outcome.bookings : undefined
    const fits = bookings.every((booking) => {
      const isHere = placesOf(row, booking).length > 0
      return ended === undefined || (ended.includes(booking) ? isHere || !about.isOnlyHere(booking) : !isHere)
    })
    const taken = bookings.flatMap((booking) => placesOf(row, booking))
    return fits ? replaced(row, taken, () => freed) : undefined
  },
  import({ row, call, about: { ids } }, { calendar, slots, busy }) {
    const covered = busy.map((id) => ids.indexOf(id)).filter((place) => !row[place]?.absences?.includes(calendar))
    const left = slots.filter((id) => !busy.includes(id)).map((id) => ids.indexOf(id))
    return uncovered(withAbsence(row, covered, calendar, call), left, calendar)
  },
  cancel({ row, call: { outcome }, about }, { booking }) {
    const taken = placesOf(row, booking)
    if (taken.length > 0) return replaced(row, taken, () => freed)
    return outcome.kind === 'done' && about.isOnlyHere(booking) ? undefined : row
  },
  reschedule(step, { booking, customer }) {
    const { row, call, places } = step
    const taken = placesOf(row, booking)
    // It is moved to another row.
    if (places[0] === -1) return replaced(row, taken, () => freed)
    const moved = claimed(
      step,
      customer,
      () => ({ status: 'booked', customer, booking, together: togetherOf(call) }),
      booking,
    )
    const left = taken.filter((place) => !places.includes(place))
    return moved && replaced(moved, left, () => freed)
  },
  withdraw(step, { cascade }) {
    const { row, call, places } = step
    const first = firstOf(step)
    if (first.status === 'booked' && !cascade) return undefined
    return replaced(freedWith(row, first, call), places, () => ({ status: 'withdrawn' }))
  },
  reopen(step) {
    const { status, absences } = firstOf(step)
    return status === 'withdrawn' && !absences?.length ? replaced(step.row, step.places, () => open) : undefined
  },
  addAbsence({ row, call, places }) {
    const absence = (call.outcome.kind === 'done' ? call.outcome.absence : undefined) ?? call.mark
    return withAbsence(row, places, absence, call)
  },
  removeAbsence(step, { absence }) {
    // An absence can be removed once: the other attempts are refused.
    if (step.call.outcome.kind === 'done' && !firstOf(step).absences?.includes(absence)) return undefined
    return uncovered(step.row, step.places, absence)
  },
  decline(step) {
    // After the last one the slot is open. An offer that has ended stays as it is.
    return firstOf(step).status === 'offered' ? replaced(step.row, step.places, () => freed) : step.row
  },
  wait: read,
  read,
  find: read,
  findBooking: read,
}

function hold(step: Step, { customer }: { customer: string }): Slot[] | undefined {
  const { call, about, places, row } = step
  const { start, end } = call
  // Holding a slot again extends a valid hold; a customer can extend it to at most three hold times.
  const sinceOf = (slot: Slot) => (heldBy(slot, customer) && mayLast(slot, call) ? slot.since : undefined) ?? start
  const ends = places.map((place) => sinceOf(row[place] as Slot) + 3 * about.holdMs)
  const until = { earliest: Math.min(start + about.holdMs, ...ends), latest: end + about.holdMs }
  const together = togetherOf(call)
  return claimed(step, customer, (slot) => ({ status: 'held', customer, together, since: sinceOf(slot), until }))
}

function book(step: Step, { customer }: { customer: string }): Slot[] | undefined {
  const { outcome } = step.call
  const booking = outcome.kind === 'done' ? outcome.booking : undefined
  return claimed(step, customer, () => ({ status: 'booked', customer, booking, together: togetherOf(step.call) }))
}

function planSeries(step: Step, { customer }: { customer: string }): Slot[] | undefined {
  const { row, call, places, about } = step
  const { reasons = [] } = call.outcome as { reasons?: readonly (string | null)[] }
  const wanted = places.map((place) => row[place] as Slot)
  const fits = wanted.every((slot, n) => {
    const reason = reasons[n]
    if (reason === 'customer_busy') return true
    return reason ? (isTrue[reason]?.(slot, customer, call, wanted) ?? false) : isFree(step, customer, slot)
  })
  // The plan shows whether a slot that was freed is offered or open.
  const seen = (slot: Slot, place: number): Slot => {
    const reason = reasons[places.indexOf(place)]
    if (slot.status !== 'freed' || (reason === null && about.waiters.has(customer))) return slot
    return reason === null ? open : reason === 'slot_offered' ? offered : slot
  }
  return fits ? replaced(row, places, seen) : undefined
}

/**
 * A read that agrees with the state. If a slot was freed, or its hold may have ended, the result of the read becomes
 * its state.
 */
function read(step: Step): Slot[] | undefined {
  const { row, call, places } = step
  const { slot } = call.outcome as { slot?: SlotState }
  const first = firstOf(step)
  if (slot?.status === 'held' && slot.customer === undefined)
    return mayBeOffered(first) ? replaced(row, places, () => offered) : undefined
  if (slot?.status === 'open' && (first.status === 'freed' || mayBeOver(first, call)))
    return replaced(row, places, () => open)
  const fits = slot?.status === first.status && slot.customer === first.customer
  const same = first.booking === undefined || slot?.booking === undefined || slot.booking === first.booking
  return fits && same ? row : undefined
}

const firstOf = ({ row, places }: Step) => row[places[0] as number] as Slot

/** What all slots that a call takes have in common. */
const togetherOf = ({ start, mark }: Call) => `${start} ${mark}`

/** Whether a call may take a slot for a customer; `own` is the booking that it moves. */
const isFree = ({ call, about }: Step, customer: string, slot: Slot, own?: string) =>
  slot.status === 'open' ||
  slot.status === 'freed' ||
  (slot.status === 'offered' && call.operation.name !== 'hold' && about.waiters.has(customer)) ||
  heldBy(slot, customer) ||
  mayBeOver(slot, call) ||
  (own !== undefined && slot.booking === own)

/** The row after a call has taken all its slots; undefined if it cannot have them. */
function claimed(
  step: Step,
  customer: string,
  next: (slot: Slot, place: number) => Slot,
  own?: string,
): Slot[] | undefined {
  const { row, places } = step
  const areFree = places.every((place) => isFree(step, customer, row[place] as Slot, own))
  return areFree ? replaced(row, places, next) : undefined
}

/** A row in which the slots at some places are replaced; they stay in their absences. */
export const replaced = (row: Slot[], places: readonly number[], next: (slot: Slot, place: number) => Slot) =>
  row.map((slot, place) => (places.includes(place) ? inAbsences(next(slot, place), slot.absences) : slot))

/** The places of a booking. */
const placesOf = (row: Slot[], booking: string) =>
  row.flatMap((slot, place) => (slot.status === 'booked' && slot.booking === booking ? [place] : []))

/** Frees what is held or booked together with a slot. If a hold may be over, a job may have freed a part of it before. */
function freedWith(row: Slot[], slot: Slot, call: Call): Slot[] {
  if (slot.together === undefined || (slot.status === 'held' && mayBeOver(slot, call))) return row
  const places = row.flatMap((other, place) => (other.together === slot.together ? [place] : []))
  return replaced(row, places, () => (slot.status === 'booked' ? freed : open))
}

/** Covers slots by an absence. A hold that is covered in part ends as a whole. */
function withAbsence(row: Slot[], places: readonly number[], absence: string, call: Call): Slot[] {
  const held = row.filter((slot, place) => places.includes(place) && slot.status === 'held')
  return held
    .reduce((now, slot) => freedWith(now, slot, call), row)
    .map((slot, place) => (places.includes(place) ? inAbsences(slot, [...(slot.absences ?? []), absence]) : slot))
}

const uncovered = (row: Slot[], places: readonly number[], absence: string): Slot[] =>
  row.map((slot, place) => (places.includes(place) ? withoutAbsence(slot, absence) : slot))
