import { graphql } from '../../data/generated/gql.ts'
import type { FreeSlotsQuery, FreeSlotsQueryVariables } from '../../data/generated/graphql.ts'
import { request } from '../../data/session.ts'
import { type Search, writeSearch } from './search.ts'

const FreeSlots = graphql(`
  query FreeSlots(
    $clinicId: BigInt, $doctorId: BigInt, $specializationId: BigInt, $serviceId: BigInt
    $fromTime: Datetime, $fromDate: Date, $toDate: Date, $after: String, $pageSize: Int, $nearTimeZone: String
  ) {
    availableSlots(
      clinicId: $clinicId, doctorId: $doctorId, specializationId: $specializationId, serviceId: $serviceId
      fromTime: $fromTime, fromDate: $fromDate, toDate: $toDate, after: $after, pageSize: $pageSize
      nearTimeZone: $nearTimeZone
    ) {
      cursor clinicId clinicName timeZone doctorId doctorName bookingSlotId slotDate startsAt endsAt zoneDistance
      doctor { about doctorSpecializations(first: 3) { nodes { specialization { id name names } } } }
    }
  }
`)

type Row = NonNullable<FreeSlotsQuery['availableSlots']>[number]
/** A free slot. Its other columns are never null, but PostgreSQL's row types cannot express that. */
export type FreeSlot = { [Key in keyof Row]: Key extends 'doctor' | 'zoneDistance' ? Row[Key] : NonNullable<Row[Key]> }

/** Loads a page of free slots, ordered by time. Throws as request() does. */
export async function freeSlots(variables: FreeSlotsQueryVariables, signal?: AbortSignal): Promise<FreeSlot[]> {
  return ((await request(FreeSlots, variables, signal)).availableSlots ?? []) as FreeSlot[]
}

/** Free slots of one doctor on one day. */
export interface DoctorDay {
  doctorId: string
  slots: FreeSlot[]
}

/** Groups slots by the clinic's date and then by doctor, each ordered by its first time. */
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

/** Whether a slot is in the reader's country; always true in a search for one clinic. */
export const isNear = ({ zoneDistance }: FreeSlot): boolean => (zoneDistance ?? 0) <= 1

/**
 * The address at which a slot is booked. It contains the doctor and the time, to find the next free slots if it is
 * taken, and the search that led there, for the way back.
 */
export function bookAddress({ clinicId, bookingSlotId, doctorId, startsAt }: FreeSlot, search: Search): string {
  const parameters = new URLSearchParams({ doctor: doctorId, at: startsAt })
  const from = new URLSearchParams(writeSearch(search)).toString()
  if (from) parameters.set('search', from)
  return `/book/${clinicId}/${bookingSlotId}?${parameters}`
}
