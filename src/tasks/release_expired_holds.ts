import type { Task } from 'graphile-worker'
import { untilDone } from './until_done.ts'

/** Opens slots whose hold has expired. Only tidiness: search and booking treat an expired hold as free without it. */
const releaseExpiredHolds: Task = async (_payload, helpers) => {
  await untilDone(helpers, 'select app_private.release_expired_holds() as done')
}

export default releaseExpiredHolds
