import { graphql } from '../../data/generated/gql.ts'
import type { DeskSlotFragment } from '../../data/generated/graphql.ts'
import { request } from '../../data/session.ts'
import { plusDays, startOf } from '../../time/time.ts'

// Every document selects slots with this fragment, so that any response can update the grid.
graphql(`
  fragment DeskSlot on BookingSlot {
    id clinicId doctorId timeSlotId slotDate startsAt endsAt status heldUntil customerId superseded headSlotId
    doctor { fullName }
    clinicCustomer { customerId fullName phone email notes preferredChannel rowVersion }
    bookings(first: 1, filter: { status: { notEqualTo: CANCELLED } }) { nodes {
      id status note seriesId service { name names takesResources }
      consultation { state opensAt closesAt patientCameAt doctorCameAt }
    } }
  }
`)

const Slots = graphql(`
  query DeskSlots($filter: BookingSlotFilter!, $after: Cursor) {
    bookingSlots(first: 100, after: $after, filter: $filter, orderBy: [STARTS_AT_ASC, ID_ASC]) {
      nodes { ...DeskSlot } pageInfo { hasNextPage endCursor }
    }
  }
`)

const LateSlots = graphql(`
  query DeskLateSlots($filter: BookingSlotFilter!) {
    bookingSlots(first: 100, filter: $filter, orderBy: [STARTS_AT_DESC, ID_DESC]) { nodes { ...DeskSlot } }
  }
`)

export type DeskSlot = DeskSlotFragment

/** The state of a slot as the desk sees it, combined from the slot and its booking. */
export type SlotState = 'free' | 'held' | 'booked' | 'arrived' | 'done' | 'no_show' | 'withdrawn'
export const slotStates: SlotState[] = ['free', 'held', 'booked', 'arrived', 'done', 'no_show', 'withdrawn']

/** The live booking of a slot, or the one that took place. */
export const bookingOf = (slot: DeskSlot) => slot.bookings.nodes[0] ?? undefined

export function stateOf(slot: DeskSlot): SlotState {
  if (slot.status === 'WITHDRAWN') return 'withdrawn'
  if (slot.status === 'HELD') return Date.parse(slot.heldUntil ?? '') > Date.now() ? 'held' : 'free'
  if (slot.status === 'OPEN') return 'free'
  switch (bookingOf(slot)?.status) {
    case 'CHECKED_IN':
      return 'arrived'
    case 'COMPLETED':
      return 'done'
    case 'NO_SHOW':
      return 'no_show'
    default:
      return 'booked'
  }
}

/** Whether the patient of an online visit has come and the doctor has not. */
export function isWaiting(slot: DeskSlot): boolean {
  const { state, patientCameAt, doctorCameAt } = bookingOf(slot)?.consultation ?? {}
  return state === 'READY' && !!patientCameAt && !doctorCameAt
}

export const isOver = ({ endsAt }: { endsAt: string }): boolean => Date.parse(endsAt) <= Date.now()

/** The name of the patient who has a slot, or '' for a free one. */
export function patientOf(slot: DeskSlot): string {
  const state = stateOf(slot)
  return state === 'free' || state === 'withdrawn' ? '' : (slot.clinicCustomer?.fullName ?? '')
}

/** The slots that a page shows: a range of the clinic's dates, of one doctor or of all. */
export interface Shown {
  clinicId: string
  from: string
  to: string
  doctorId?: string
}

const isNode = <Node>(node: Node | null): node is Node => node !== null

/** Loads all slots of a page. Throws as request() does. */
export async function loadSlots({ clinicId, from, to, doctorId }: Shown, signal: AbortSignal): Promise<DeskSlot[]> {
  const filter = {
    clinicId: { equalTo: clinicId },
    slotDate: { greaterThanOrEqualTo: from, lessThanOrEqualTo: to },
    ...(doctorId && { doctorId: { equalTo: doctorId } }),
  }
  const slots: DeskSlot[] = []
  let after: string | undefined
  do {
    const { bookingSlots } = await request(Slots, { filter, after }, signal)
    slots.push(...(bookingSlots?.nodes ?? []).filter(isNode))
    after = bookingSlots?.pageInfo.hasNextPage ? (bookingSlots.pageInfo.endCursor ?? undefined) : undefined
  } while (after)
  return slots
}

/** Loads the slots of the previous evening that end after midnight. Throws as request() does. */
export async function loadCarriedOver(
  { clinicId, from }: Shown,
  timeZone: string,
  signal: AbortSignal,
): Promise<DeskSlot[]> {
  const filter = { clinicId: { equalTo: clinicId }, slotDate: { equalTo: plusDays(from, -1) } }
  const { bookingSlots } = await request(LateSlots, { filter }, signal)
  const midnight = Date.parse(startOf(from, timeZone))
  return (bookingSlots?.nodes ?? []).filter(isNode).filter(({ endsAt }) => Date.parse(endsAt) > midnight)
}
