import type { Task } from 'graphile-worker'
import { putBack } from './put_back.ts'
import { whileFull } from './until_done.ts'

/** Seals new rows of app_public.events into their clinics' chains, then puts itself back half a second later: sql/booking/seal_events.sql. */
const sealEvents: Task = async (_payload, helpers) => {
  await whileFull(helpers, 'select app_private.seal_events($1) as done', 5000)
  await putBack(helpers, { task: 'seal_events', payload: {} }, 500)
}

export default sealEvents
