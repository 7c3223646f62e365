import { graphql } from './graphql/generated/gql.ts'
import type { UtcOffsetsQuery } from './graphql/generated/graphql.ts'

// What the clocks of clinics show is told by the server, whose database decides. The time zone data of the reader's device are of
// another edition, and where laws have changed lately they differ by an hour.

export const UtcOffsets = graphql(`
  query UtcOffsets($timeZones: [String!]!) { utcOffsets(timeZones: $timeZones) { timeZone since seconds } }
`)

interface Offset {
  /** In milliseconds, as both are. */
  since: number
  ahead: number
}

/** By zone: its offsets in the order of time, and when the server told them. */
const known = new Map<string, { offsets: Offset[]; learnedAt: number }>()
/** A page may stay open for weeks, while the server gets new data. */
const goodFor = 24 * 3_600_000

/** The time zones that an answer names and whose clocks are not known (any more). */
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
  return zone !== undefined && Date.now() - zone.learnedAt < goodFor
}

/** Takes what the server says of zones. */
export function learnClocks({ utcOffsets }: UtcOffsetsQuery): void {
  for (const [timeZone, offsets] of Map.groupBy(utcOffsets ?? [], (offset) => offset?.timeZone)) {
    if (!timeZone) continue
    const told = offsets.map((offset) => ({
      since: Date.parse(offset?.since ?? ''),
      ahead: (offset?.seconds ?? 0) * 1000,
    }))
    known.set(timeZone, { offsets: told.toSorted((a, b) => a.since - b.since), learnedAt: Date.now() })
  }
}

/** By how many milliseconds the clocks of a clinic's zone are ahead of UTC at an instant; undefined of another zone. */
export function offsetAt(instant: number, timeZone: string): number | undefined {
  const offsets = known.get(timeZone)?.offsets
  return (offsets?.findLast(({ since }) => since <= instant) ?? offsets?.[0])?.ahead
}

/** The instant at which a date begins by the clocks of a clinic's zone, the first if there are two; undefined of another zone. */
export function startOfDate(date: string, timeZone: string): number | undefined {
  const offsets = known.get(timeZone)?.offsets
  if (!offsets) return undefined
  const midnight = Date.parse(`${date}T00:00:00Z`)
  const starts = offsets
    .map(({ ahead }) => midnight - ahead)
    .filter((instant) => instant + (offsetAt(instant, timeZone) as number) === midnight)
  if (starts.length > 0) return Math.min(...starts)
  // The clocks are put forward over midnight: the date begins when they are.
  return offsets.find(({ since }) => {
    const before = since - 1 + (offsetAt(since - 1, timeZone) as number)
    return before < midnight && since + (offsetAt(since, timeZone) as number) > midnight
  })?.since
}
