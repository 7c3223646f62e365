import type { ManageCountsQuery } from '../../data/generated/graphql.ts'

/** The kinds of slot that are counted, from the bottom of a bar to its top. */
export const parts = ['seen', 'booked', 'noShow', 'free'] as const
export type Part = (typeof parts)[number]
export type Counts = Record<Part, number>

/** Slots of one doctor on one of the clinic's local dates. */
export interface DoctorDay extends Counts {
  doctorId: string
  date: string
}

const noCounts = (): Counts => ({ seen: 0, booked: 0, noShow: 0, free: 0 })

export const sum = (rows: Iterable<Counts>): Counts => {
  const total = noCounts()
  for (const row of rows) for (const part of parts) total[part] += row[part]
  return total
}

export const allOf = (counts: Counts): number => parts.reduce((n, part) => n + counts[part], 0)

/** The share of the slots that is taken, from 0 to 1. */
export const occupancy = (counts: Counts): number => (allOf(counts) ? (allOf(counts) - counts.free) / allOf(counts) : 0)

const partOfStatus: Record<string, Part> = {
  booked: 'booked',
  checked_in: 'seen',
  completed: 'seen',
  no_show: 'noShow',
  open: 'free',
  held: 'free',
}

/** Turns the API's groups by doctor, date and state into rows of counts. */
export function doctorDays({ bookings, bookingSlots }: ManageCountsQuery): DoctorDay[] {
  const rows = new Map<string, DoctorDay>()
  const groups = [...(bookings?.groupedAggregates ?? []), ...(bookingSlots?.groupedAggregates ?? [])]
  for (const { keys, distinctCount } of groups) {
    const [doctorId, day, status] = keys ?? []
    const part = partOfStatus[status?.toLowerCase() ?? '']
    if (!doctorId || !day || !part) continue
    const date = day.slice(0, 10)
    const row = rows.get(`${doctorId} ${date}`) ?? { doctorId, date, ...noCounts() }
    row[part] += Number(distinctCount?.id ?? 0)
    rows.set(`${doctorId} ${date}`, row)
  }
  return [...rows.values()]
}
