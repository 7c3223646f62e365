import type { QueryResult } from 'pg'

/** A zone of a clinic whose time zone data differ, first at `at`: offsets from UTC in seconds, null when Node does not know the zone. */
export interface ZoneDifference {
  timeZone: string
  at: string
  postgresql: number
  node: number | null
}

type Query = (text: string) => Promise<Pick<QueryResult, 'rows'>>

const day = 86_400_000

/**
 * Compares the zones that clinics have, over the next three years, in PostgreSQL's time zone data and in Node's. Each program brings
 * data of its own, and laws change. Everything shown is computed by PostgreSQL, so a difference means that one of the two needs an
 * update, not that times are wrong for certain. Takes something that queries the database; throws as it does.
 */
export async function compareTimeZones(query: Query): Promise<ZoneDifference[]> {
  const { rows } = await query(
    `select time_zone as "timeZone", extract(epoch from since)::float8 * 1000 as since, seconds
     from app_private.clinic_utc_offsets() order by time_zone, since`,
  )
  const byZone = Map.groupBy(rows as { timeZone: string; since: number; seconds: number }[], ({ timeZone }) => timeZone)
  return [...byZone].flatMap(([timeZone, offsets]) => firstDifference(timeZone, offsets) ?? [])
}

function firstDifference(timeZone: string, offsets: { since: number; seconds: number }[]): ZoneDifference | undefined {
  const node = offsetsByNode(timeZone)
  // Three years, less the days that leap years add.
  const end = (offsets[0]?.since ?? 0) + 3 * 365 * day
  for (const [i, { since, seconds }] of offsets.entries()) {
    const until = offsets[i + 1]?.since ?? end
    // At both ends of each stretch between two changes, and daily within it: Node may change where PostgreSQL does not.
    for (let at = since; at < until; at = at < until - 1000 && at + day >= until ? until - 1000 : at + day) {
      const found = node?.(at) ?? null
      if (found !== seconds) return { timeZone, at: new Date(at).toISOString(), postgresql: seconds, node: found }
    }
  }
  return undefined
}

/** A zone's offset at an instant by Node's data, or undefined when Node does not know the zone. */
function offsetsByNode(timeZone: string): ((at: number) => number) | undefined {
  let format: Intl.DateTimeFormat
  try {
    format = new Intl.DateTimeFormat('en-US', { timeZone, timeZoneName: 'longOffset' })
  } catch {
    return undefined
  }
  return (at) => {
    const name = format.formatToParts(at).find(({ type }) => type === 'timeZoneName')?.value ?? ''
    const [, sign, hours, minutes, seconds] = /^GMT(?:([+-])(\d\d):(\d\d)(?::(\d\d))?)?$/.exec(name) ?? []
    const size = Number(hours ?? 0) * 3600 + Number(minutes ?? 0) * 60 + Number(seconds ?? 0)
    return sign === '-' ? -size : size
  }
}
