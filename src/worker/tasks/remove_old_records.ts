import type { Task } from 'graphile-worker'
import { repeatUntilEmpty } from '../repeat.ts'

/** Removes records that are no longer needed: sql/core/remove_old_records.sql. */
const removeOldRecords: Task = async (_payload, helpers) => {
  const removed = await repeatUntilEmpty(helpers, 'select app_private.remove_old_records() as done', 500)
  if (removed > 0) helpers.logger.info(`removed ${removed} old records`)
}

export default removeOldRecords
