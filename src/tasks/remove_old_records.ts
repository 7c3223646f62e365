import type { Task } from 'graphile-worker'
import { untilDone } from './until_done.ts'

/** Removes what nobody needs any more: sql/core/remove_old_records.sql. */
const removeOldRecords: Task = async (_payload, helpers) => {
  const removed = await untilDone(helpers, 'select app_private.remove_old_records() as done', 500)
  if (removed > 0) helpers.logger.info(`removed ${removed} old records`)
}

export default removeOldRecords
