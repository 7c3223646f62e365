import type { QueryResult } from 'pg'

/** A clinic's time zone about which the data differ, first at `at`: offsets from UTC in seconds, null when Node lacks the zone. */
export interface ZoneDifference {
  timeZone: string
  at: string
  postgresql: number
  node: number | null
}

type Query = (text: string) => Promise<Pick<QueryResult, 'rows'>>

const day = 86_400_000

/**
 * Compares PostgreSQL's and Node's data of the clinics' time zones over the next three years. Each program has its own data, and
 * laws change. PostgreSQL computes all times that clients see, so a difference means that one of the two needs an update, not
 * that times are necessarily wrong. Takes a function that queries the database; throws its errors.
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
  // Three years without leap days.
  const end = (offsets[0]?.since ?? 0) + 3 * 365 * day
  for (const [i, { since, seconds }] of offsets.entries()) {
    const until = offsets[i + 1]?.since ?? end
    // At both ends of each period between two changes, and daily within it, since Node may have a change that PostgreSQL lacks.
    for (let at = since; at < until; at = at < until - 1000 && at + day >= until ? until - 1000 : at + day) {
      const found = node?.(at) ?? null
      if (found !== seconds) return { timeZone, at: new Date(at).toISOString(), postgresql: seconds, node: found }
    }
  }
  return undefined
}

/** The function that gives a zone's offset at an instant by Node's data; undefined when Node lacks the zone. */
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
