import type { Task } from 'graphile-worker'
import { putBack } from './put_back.ts'

interface Notification {
  clinic_id: string
  id: string
}

/**
 * Sends what is due from app_public.notifications, batch by batch, then puts itself back about a second later. What is to
 * be sent, to whom, in which words and how often it is tried is decided in sql/notification; this carries it to the
 * transport. One message that fails does not stop the others: its error is recorded, and it is due again later.
 *
 * Not a job per message: adding a job in the booking's transaction costs nine tenths of the throughput (all commits then
 * share a lock). A message therefore leaves within two seconds of its due time, not at once.
 */
const sendNotifications: Task = async (_payload, { query, logger, addJob, abortSignal }) => {
  for (;;) {
    const { rows } = await query<Notification>('select clinic_id, id from app_private.claim_notifications()')
    for (const { clinic_id, id } of rows) {
      try {
        // The development transport: a table. A real one takes (recipient, subject, body) and the notification as its
        // idempotency key in the same place.
        await query(
          `select app_private.deliver_to_database($1, $2, m.recipient, m.subject, m.body)
           from app_private.message_of($1, $2) m`,
          [clinic_id, id],
        )
        await query('select app_private.notification_sent($1, $2)', [clinic_id, id])
        logger.info(`sent notification ${id} of clinic ${clinic_id}`)
      } catch (error) {
        const { message } = error as Error
        await query('select app_private.notification_failed($1, $2, $3)', [clinic_id, id, message])
        logger.error(`notification ${id} of clinic ${clinic_id} failed`, { error })
      }
    }
    if (rows.length === 0 || abortSignal?.aborted) break
  }
  await putBack(addJob, 'send_notifications', 1000)
}

export default sendNotifications
