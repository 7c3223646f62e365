import type { Task } from 'graphile-worker'
import { putBack } from './put_back.ts'

/**
 * Tells the subscribers of clinics' days of new rows in app_public.events, then puts itself back half a second later: a
 * desk sees a change within about a second. Why not a NOTIFY in the booking's transaction: sql/notification/publish_events.sql.
 */
const publishEvents: Task = async (_payload, { query, addJob, abortSignal }) => {
  for (;;) {
    const { rows } = await query<{ seen: number }>('select app_private.publish_events() as seen')
    if (rows[0]?.seen === 0 || abortSignal?.aborted) break
  }
  await putBack(addJob, { task: 'publish_events', payload: {} }, 500)
}

export default publishEvents
