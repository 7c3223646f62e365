import type { Task } from 'graphile-worker'

/** Opens slots whose hold has expired. Only tidiness: search and booking treat an expired hold as free without it. */
const releaseExpiredHolds: Task = async (_payload, { query }) => {
  for (;;) {
    const { rows } = await query<{ released: number }>('select app_private.release_expired_holds() as released')
    if (rows[0]?.released === 0) break
  }
}

export default releaseExpiredHolds
