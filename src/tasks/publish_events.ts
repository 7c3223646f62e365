import type { Task } from 'graphile-worker'
import { putBack } from './put_back.ts'
import { whileFull } from './until_done.ts'

/**
 * Tells the subscribers of clinics' days of new rows in app_public.events, then puts itself back half a second later: a
 * desk sees a change within about a second. Why not a NOTIFY in the booking's transaction: sql/notification/publish_events.sql.
 */
const publishEvents: Task = async (_payload, helpers) => {
  await whileFull(helpers, 'select app_private.publish_events($1) as done', 5000)
  await putBack(helpers, { task: 'publish_events', payload: {} }, 500)
}

export default publishEvents
