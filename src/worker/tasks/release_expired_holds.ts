import type { Task } from 'graphile-worker'
import { repeatUntilEmpty } from '../repeat.ts'

/** Opens slots whose hold has expired. For tidiness only: search and booking treat such slots as free without it. */
const releaseExpiredHolds: Task = async (_payload, helpers) => {
  await repeatUntilEmpty(helpers, 'select app_private.release_expired_holds() as done')
}

export default releaseExpiredHolds
