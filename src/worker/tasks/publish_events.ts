import type { Task } from 'graphile-worker'
import { requeue } from '../perpetual_jobs.ts'
import { repeatWhileFull } from '../repeat.ts'

/**
 * Notifies the subscribers of clinics' days about new rows in app_public.events. Workers look for such rows twice a second, so that
 * a desk sees a change within about a second. Why there is no NOTIFY in the booking's transaction: sql/event/publish_events.sql.
 */
const publishEvents: Task = async (_payload, helpers) => {
  await repeatWhileFull(helpers, 'select app_private.publish_events($1) as done', 5000)
  await requeue(helpers, { task: 'publish_events', payload: {} })
}

export default publishEvents
