import { plusDays, startOf } from '../time.ts'
import { type FreeSlot, freeSlots } from './slots.ts'

/** What is searched for; what is left out is anything. */
export interface Search {
  specialization?: string | undefined
  clinic?: string | undefined
  doctor?: string | undefined
  /** A clinic's local date. */
  date?: string | undefined
}

const names = ['specialization', 'clinic', 'doctor', 'date'] as const
const shapes = { specialization: /^\d{1,18}$/, clinic: /^\d{1,18}$/, doctor: /^\d{1,18}$/, date: /^\d{4}-\d\d-\d\d$/ }

/** The search in an address; what is malformed there counts as left out. */
export function readSearch(parameters: URLSearchParams): Search {
  const given = names.map((name) => [name, parameters.get(name)] as const)
  const search = Object.fromEntries(given.filter(([name, value]) => shapes[name].test(value ?? ''))) as Search
  if (search.date && Number.isNaN(Date.parse(search.date))) delete search.date
  // A doctor is found within a clinic.
  if (!search.clinic) delete search.doctor
  return search
}

/** The parameters that say a search in an address. */
export function writeSearch(search: Search): Record<string, string> {
  return Object.fromEntries(Object.entries(search).filter(([, value]) => value)) as Record<string, string>
}

// Wherever on Earth a clinic is, its day lies between these: dates begin first at UTC+14 and end last at UTC-12.
const first = 'Pacific/Kiritimati'
const last = 'Etc/GMT+12'
const pageSize = 60
/** Pages read for one answer, while what they hold is of the day before or after in its own clinic. */
const mostPages = 6

/**
 * Free slots of a search, and the cursor to go on from when there may be more. A date is the clinic's own: of a search
 * in all clinics, what lies on another date at its clinic is left out.
 */
export async function searchSlots(
  { specialization, clinic, doctor, date }: Search,
  after: string | undefined,
  signal: AbortSignal,
): Promise<{ slots: FreeSlot[]; after?: string }> {
  const found: FreeSlot[] = []
  let cursor = after
  for (let page = 0; page < mostPages; page++) {
    const slots = await freeSlots(
      {
        clinicId: clinic,
        doctorId: doctor,
        specializationId: specialization,
        ...(date && { fromTime: startOf(date, first), toTime: startOf(plusDays(date, 1), last) }),
        after: cursor,
        pageSize,
      },
      signal,
    )
    found.push(...slots.filter((slot) => !date || slot.slotDate === date))
    cursor = slots.length === pageSize ? slots.at(-1)?.cursor : undefined
    if (cursor === undefined || found.length >= pageSize / 2) break
  }
  return cursor === undefined ? { slots: found } : { slots: found, after: cursor }
}
