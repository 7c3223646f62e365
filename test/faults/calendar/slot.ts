import type { Call, SlotState } from './call.ts'

/**
 * The state of a slot in the model. Slots that are held or booked together have the same `together`. For a hold: its
 * earliest start, and the earliest and latest moment of its end. Whether a slot that was freed is open or offered
 * depends on the waiting patients and their other offers, which the model of one row does not contain: the slot is
 * `freed` until a response shows its state.
 */
export interface Slot extends Omit<SlotState, 'status'> {
  status: SlotState['status'] | 'freed' | 'offered'
  /** The absences that cover it, and whether it is withdrawn only for them. */
  absences?: readonly string[]
  isAbsent?: boolean
  together?: string
  since?: number
  until?: { earliest: number; latest: number }
}

export const open: Slot = { status: 'open' }
export const freed: Slot = { status: 'freed' }
export const offered: Slot = { status: 'offered' }
export const mayBeOffered = ({ status }: Slot) => status === 'freed' || status === 'offered'
export const heldBy = (state: Slot, customer: string) => state.status === 'held' && state.customer === customer

// A hold ends by the clock of the database. The database read its clock at some moment between the start and the end of
// a call. Its clock is assumed to run as fast as that of this process; `slack` allows for the difference, in ms.
const slack = 5
/** Whether a hold may have expired for a call: taken by another caller, or released by the job. */
export const mayBeOver = ({ until }: Slot, { end }: Call) => until !== undefined && until.earliest - slack < end
/** Whether a hold may still be valid for a call. */
export const mayLast = ({ until }: Slot, { start }: Call) => until !== undefined && until.latest + slack > start

/** Whether a slot keeps a visit of the customer from taking it. A booking that is moved may take slots of its own. */
function isInTheWay(slot: Slot, customer: string, call: Call): boolean {
  const { operation } = call
  if (slot.status === 'booked')
    return operation.name !== 'reschedule' || slot.booking === undefined || slot.booking !== operation.booking
  if (slot.status === 'withdrawn' || mayBeOffered(slot)) return true
  return slot.status === 'held' && !heldBy(slot, customer) && mayLast(slot, call)
}

/**
 * Whether a refusal can be correct for the slots that a call wanted; the first of them is also a separate argument.
 * Refusals that are not listed are always accepted.
 */
export const isTrue: Record<string, (first: Slot, customer: string, call: Call, wanted: Slot[]) => boolean> = {
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

/** A slot in these absences: one that is free is withdrawn for them. */
export function inAbsences(slot: Slot, absences: readonly string[] = []): Slot {
  if (absences.length === 0) return slot
  const isFree = slot.status !== 'booked' && slot.status !== 'withdrawn'
  return isFree ? { status: 'withdrawn', absences, isAbsent: true } : { ...slot, absences }
}

/** A slot without an absence. One that was withdrawn only for absences is open after the last of them. */
export function withoutAbsence(slot: Slot, absence: string): Slot {
  const absences = slot.absences?.filter((other) => other !== absence) ?? []
  return slot.isAbsent && absences.length === 0 ? open : { ...slot, absences }
}
