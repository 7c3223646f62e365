import { graphql } from '../data/generated/gql.ts'
import type { UtcOffsetsQuery } from '../data/generated/graphql.ts'

// The UTC offsets of clinics come from the server, whose database decides. The time zone data of the reader's device
// may be another version, which differs by an hour where laws have changed lately.

export const UtcOffsets = graphql(`
  query UtcOffsets($timeZones: [String!]!) { utcOffsets(timeZones: $timeZones) { timeZone since seconds } }
`)

interface Offset {
  /** Both in milliseconds. */
  since: number
  ahead: number
}

/** For each zone its offsets, ordered by time, and when they were loaded. */
const known = new Map<string, { offsets: Offset[]; loadedAt: number }>()
/** A page may stay open for weeks, while the time zone data of the server change. */
const reloadAfter = 24 * 3_600_000

/** The time zones in a response whose offsets are unknown or out of date. */
export function unknownZones(answer: unknown, found = new Set<string>()): Set<string> {
  if (Array.isArray(answer)) for (const each of answer) unknownZones(each, found)
  else if (answer && typeof answer === 'object')
    for (const [name, value] of Object.entries(answer)) {
      if (name !== 'timeZone') unknownZones(value, found)
      else if (typeof value === 'string' && !isFresh(value)) found.add(value)
    }
  return found
}

function isFresh(timeZone: string): boolean {
  const zone = known.get(timeZone)
  return zone !== undefined && Date.now() - zone.loadedAt < reloadAfter
}

/** Stores the offsets that the server reports. */
export function storeOffsets({ utcOffsets }: UtcOffsetsQuery): void {
  for (const [timeZone, offsets] of Map.groupBy(utcOffsets ?? [], (offset) => offset?.timeZone)) {
    if (!timeZone) continue
    const loaded = offsets.map((offset) => ({
      since: Date.parse(offset?.since ?? ''),
      ahead: (offset?.seconds ?? 0) * 1000,
    }))
    known.set(timeZone, { offsets: loaded.toSorted((a, b) => a.since - b.since), loadedAt: Date.now() })
  }
}

/** By how many milliseconds a clinic's zone is ahead of UTC at an instant; undefined for an unknown zone. */
export function offsetAt(instant: number, timeZone: string): number | undefined {
  const offsets = known.get(timeZone)?.offsets
  return (offsets?.findLast(({ since }) => since <= instant) ?? offsets?.[0])?.ahead
}

/** The instant at which a date begins in a clinic's zone, the first if there are two; undefined for an unknown zone. */
export function startOfDate(date: string, timeZone: string): number | undefined {
  const offsets = known.get(timeZone)?.offsets
  if (!offsets) return undefined
  const midnight = Date.parse(`${date}T00:00:00Z`)
  const starts = offsets
    .map(({ ahead }) => midnight - ahead)
    .filter((instant) => instant + (offsetAt(instant, timeZone) as number) === midnight)
  if (starts.length > 0) return Math.min(...starts)
  // The clocks skip midnight: the date begins when they do.
  return offsets.find(({ since }) => {
    const before = since - 1 + (offsetAt(since - 1, timeZone) as number)
    return before < midnight && since + (offsetAt(since, timeZone) as number) > midnight
  })?.since
}
