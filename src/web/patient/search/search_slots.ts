import { Refusal } from '../../data/client.ts'
import { ownZone } from '../../time/time.ts'
import type { Search } from './search.ts'
import { type FreeSlot, freeSlots } from './slots.ts'

const pageSize = 60

// Clinics near the reader come first, if the browser reports a time zone that the server knows.
let nearTimeZone: string | undefined = ownZone || undefined

/** Loads free slots of a search; without a clinic, those nearby come first. */
async function find(
  { specialization, clinic, doctor, service, date }: Search,
  more: { after?: string | undefined; pageSize: number; toDate?: string | undefined },
  signal: AbortSignal,
): Promise<FreeSlot[]> {
  const of = { clinicId: clinic, doctorId: doctor, specializationId: specialization, serviceId: service }
  const wanted = { ...of, fromDate: date, ...more }
  try {
    return await freeSlots({ ...wanted, ...(!clinic && { nearTimeZone }) }, signal)
  } catch (error) {
    if (!(error instanceof Refusal) || error.code !== 'unknown_time_zone' || !nearTimeZone) throw error
    nearTimeZone = undefined
    return freeSlots(wanted, signal)
  }
}

/** Loads a page of free slots of a search, with a cursor if there may be more. */
export async function searchSlots(
  search: Search,
  after: string | undefined,
  signal: AbortSignal,
): Promise<{ slots: FreeSlot[]; after?: string }> {
  const slots = await find(search, { toDate: search.date, after, pageSize }, signal)
  const last = slots.at(-1)
  return slots.length === pageSize && last ? { slots, after: last.cursor } : { slots }
}

/** Loads the first free slot of a search on its day or later, or else on any day. */
export async function nextFree(search: Search, signal: AbortSignal): Promise<FreeSlot | undefined> {
  const [next] = await find(search, { pageSize: 1 }, signal)
  if (next || !search.date) return next
  return (await find({ ...search, date: undefined }, { pageSize: 1 }, signal))[0]
}
