import { graphql } from '../graphql/generated/gql.ts'
import type { DeskSlotFragment } from '../graphql/generated/graphql.ts'
import { ask } from '../session.ts'
import { plusDays, startOf } from '../time.ts'

// Every document about slots takes them whole, so that whatever answers can stand in the grid.
graphql(`
  fragment DeskSlot on BookingSlot {
    id clinicId doctorId timeSlotId slotDate startsAt endsAt status heldUntil customerId superseded
    doctor { fullName }
    clinicCustomer { customerId fullName phone email notes preferredChannel rowVersion }
    bookings(first: 1, filter: { status: { notEqualTo: CANCELLED } }) { nodes { id status note } }
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

/** What the desk sees of a slot: its state and its booking's in one. */
export type Stand = 'free' | 'held' | 'booked' | 'arrived' | 'done' | 'no_show' | 'withdrawn'
export const stands: Stand[] = ['free', 'held', 'booked', 'arrived', 'done', 'no_show', 'withdrawn']

/** The live booking of a slot, or the one that took place. */
export const bookingOf = (slot: DeskSlot) => slot.bookings.nodes[0] ?? undefined

export function standOf(slot: DeskSlot): Stand {
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

export const isOver = ({ endsAt }: { endsAt: string }): boolean => Date.parse(endsAt) <= Date.now()

/** Whose slot it is, as the clinic knows them; '' of a free one. */
export function patientOf(slot: DeskSlot): string {
  const stand = standOf(slot)
  return stand === 'free' || stand === 'withdrawn' ? '' : (slot.clinicCustomer?.fullName ?? '')
}

/** Which slots a page shows: of some of the clinic's dates in a row, and of one doctor or of all. */
export interface Shown {
  clinicId: string
  from: string
  to: string
  doctorId?: string
}

const isNode = <Node>(node: Node | null): node is Node => node !== null

/** All slots of a page. Throws as ask() does. */
export async function loadSlots({ clinicId, from, to, doctorId }: Shown, signal: AbortSignal): Promise<DeskSlot[]> {
  const filter = {
    clinicId: { equalTo: clinicId },
    slotDate: { greaterThanOrEqualTo: from, lessThanOrEqualTo: to },
    ...(doctorId && { doctorId: { equalTo: doctorId } }),
  }
  const slots: DeskSlot[] = []
  let after: string | undefined
  do {
    const { bookingSlots } = await ask(Slots, { filter, after }, signal)
    slots.push(...(bookingSlots?.nodes ?? []).filter(isNode))
    after = bookingSlots?.pageInfo.hasNextPage ? (bookingSlots.pageInfo.endCursor ?? undefined) : undefined
  } while (after)
  return slots
}

/** The slots of the evening before that go on past midnight. Throws as ask() does. */
export async function loadCarriedOver(
  { clinicId, from }: Shown,
  timeZone: string,
  signal: AbortSignal,
): Promise<DeskSlot[]> {
  const filter = { clinicId: { equalTo: clinicId }, slotDate: { equalTo: plusDays(from, -1) } }
  const { bookingSlots } = await ask(LateSlots, { filter }, signal)
  const midnight = Date.parse(startOf(from, timeZone))
  return (bookingSlots?.nodes ?? []).filter(isNode).filter(({ endsAt }) => Date.parse(endsAt) > midnight)
}
