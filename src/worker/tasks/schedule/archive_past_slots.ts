import type { Task } from 'graphile-worker'
import { repeatUntilEmpty } from '../../repeat.ts'

/** Moves slots that are long past, with their bookings, to the archive: sql/schedule/withdrawal/archive_past_slots.sql. */
const archivePastSlots: Task = async (_payload, helpers) => {
  // At most so many batches per night; the rest follows the next night.
  const archived = await repeatUntilEmpty(helpers, 'select app_private.archive_past_slots() as done', 2000)
  if (archived > 0) helpers.logger.info(`archived ${archived} slots`)
}

export default archivePastSlots
