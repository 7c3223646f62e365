import type { Task } from 'graphile-worker'
import { untilDone } from './until_done.ts'

/** Moves slots that are long past, with their bookings, to the archive: sql/schedule/archive_past_slots.sql. */
const archivePastSlots: Task = async (_payload, helpers) => {
  // A night's worth at most; what is left comes the next night.
  const archived = await untilDone(helpers, 'select app_private.archive_past_slots() as done', 2000)
  if (archived > 0) helpers.logger.info(`archived ${archived} slots`)
}

export default archivePastSlots
