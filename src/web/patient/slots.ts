import { graphql } from '../graphql/generated/gql.ts'
import type { FreeSlotsQuery, FreeSlotsQueryVariables } from '../graphql/generated/graphql.ts'
import { ask } from '../session.ts'
import { type Search, writeSearch } from './search.ts'

const FreeSlots = graphql(`
  query FreeSlots(
    $clinicId: BigInt, $doctorId: BigInt, $specializationId: BigInt
    $fromTime: Datetime, $fromDate: Date, $toDate: Date, $after: String, $pageSize: Int, $nearTimeZone: String
  ) {
    availableSlots(
      clinicId: $clinicId, doctorId: $doctorId, specializationId: $specializationId
      fromTime: $fromTime, fromDate: $fromDate, toDate: $toDate, after: $after, pageSize: $pageSize
      nearTimeZone: $nearTimeZone
    ) {
      cursor clinicId clinicName timeZone doctorId doctorName bookingSlotId slotDate startsAt endsAt zoneDistance
      doctor { about doctorSpecializations(first: 3) { nodes { specialization { id name names } } } }
    }
  }
`)

type Row = NonNullable<FreeSlotsQuery['availableSlots']>[number]
/** A free slot. Its other columns are never null: only PostgreSQL's row types cannot say so. */
export type FreeSlot = { [Key in keyof Row]: Key extends 'doctor' | 'zoneDistance' ? Row[Key] : NonNullable<Row[Key]> }

/** A page of free slots, in the order of time. Throws as ask() does. */
export async function freeSlots(variables: FreeSlotsQueryVariables, signal?: AbortSignal): Promise<FreeSlot[]> {
  return ((await ask(FreeSlots, variables, signal)).availableSlots ?? []) as FreeSlot[]
}

/** The free slots of one doctor on one day. */
export interface DoctorDay {
  doctorId: string
  slots: FreeSlot[]
}

/** Slots by the clinic's date and then by doctor, each in the order of its first time. */
export function byDayAndDoctor(slots: FreeSlot[]): { date: string; doctors: DoctorDay[] }[] {
  const days = Map.groupBy(slots, (slot) => slot.slotDate)
  return [...days]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([date, ofDay]) => ({
      date,
      doctors: [...Map.groupBy(ofDay, (slot) => slot.doctorId)].map(([doctorId, ofDoctor]) => ({
        doctorId,
        slots: ofDoctor,
      })),
    }))
}

/** Whether a slot is in the reader's country; a search of one clinic does not ask. */
export const isNear = ({ zoneDistance }: FreeSlot): boolean => (zoneDistance ?? 0) <= 1

/**
 * The address at which a slot is booked. It says where and when, so that the next free ones can be found if it is taken,
 * and the search that led there, to go back to.
 */
export function bookAddress({ clinicId, bookingSlotId, doctorId, startsAt }: FreeSlot, search: Search): string {
  const parameters = new URLSearchParams({ doctor: doctorId, at: startsAt })
  const from = new URLSearchParams(writeSearch(search)).toString()
  if (from) parameters.set('search', from)
  return `/book/${clinicId}/${bookingSlotId}?${parameters}`
}
