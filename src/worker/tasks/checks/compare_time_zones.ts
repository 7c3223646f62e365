import type { Task } from 'graphile-worker'
import { compareTimeZones } from '../../../database/time_zones.ts'

/**
 * Stores the rules by which PostgreSQL computes the local times of clinics, and warns about zones whose rules an update has
 * changed (sql/schedule/clocks/note_time_zone_rules.sql) and about zones for which Node has other data.
 */
const compareTimeZonesTask: Task = async (_payload, { query, logger }) => {
  const { rows } = await query<{ time_zone: string }>('select time_zone from app_private.note_time_zone_rules()')
  for (const { time_zone } of rows) {
    logger.warn(
      `the rules of ${time_zone} have changed in PostgreSQL and slots lie by the old ones: see docs/operations.md, "Time zones"`,
    )
  }
  for (const { timeZone, at, postgresql, node } of await compareTimeZones((text) => query(text))) {
    logger.warn(
      `PostgreSQL and Node differ about ${timeZone} from ${at} on: ${postgresql} and ${node} seconds from UTC. See docs/operations.md, "Time zones"`,
    )
  }
}

export default compareTimeZonesTask
