import { Refusal } from '../graphql/client.ts'
import { ownZone } from '../time.ts'
import type { Search } from './search.ts'
import { type FreeSlot, freeSlots } from './slots.ts'

const pageSize = 60

// Clinics near the reader come first, as far as the browser names a zone that the server knows.
let nearTimeZone: string | undefined = ownZone || undefined

/** Free slots of a search, near ones first where it names no clinic. */
async function find(
  { specialization, clinic, doctor, date }: Search,
  more: { after?: string | undefined; pageSize: number; toDate?: string | undefined },
  signal: AbortSignal,
): Promise<FreeSlot[]> {
  const wanted = { clinicId: clinic, doctorId: doctor, specializationId: specialization, fromDate: date, ...more }
  try {
    return await freeSlots({ ...wanted, ...(!clinic && { nearTimeZone }) }, signal)
  } catch (error) {
    if (!(error instanceof Refusal) || error.code !== 'unknown_time_zone' || !nearTimeZone) throw error
    nearTimeZone = undefined
    return freeSlots(wanted, signal)
  }
}

/** A page of free slots of a search, and the cursor to go on from when there may be more. */
export async function searchSlots(
  search: Search,
  after: string | undefined,
  signal: AbortSignal,
): Promise<{ slots: FreeSlot[]; after?: string }> {
  const slots = await find(search, { toDate: search.date, after, pageSize }, signal)
  const last = slots.at(-1)
  return slots.length === pageSize && last ? { slots, after: last.cursor } : { slots }
}

/** The first free slot of a search on its day or later, or else at any time. */
export async function nextFree(search: Search, signal: AbortSignal): Promise<FreeSlot | undefined> {
  const [next] = await find(search, { pageSize: 1 }, signal)
  if (next || !search.date) return next
  return (await find({ ...search, date: undefined }, { pageSize: 1 }, signal))[0]
}
