import type { Task } from 'graphile-worker'
import { requeue } from '../perpetual_jobs.ts'
import { repeatWhileFull } from '../repeat.ts'

/** Adds new rows of app_public.events to their clinics' hash chains: sql/event/chain/seal_events.sql. */
const sealEvents: Task = async (_payload, helpers) => {
  await repeatWhileFull(helpers, 'select app_private.seal_events($1) as done', 5000)
  await requeue(helpers, { task: 'seal_events', payload: {} })
}

export default sealEvents
