import type { Task } from 'graphile-worker'
import { deliveries } from '../delivery.ts'
import { type PerpetualJob, requeue } from '../perpetual_jobs.ts'
import type { Transports } from '../transports/index.ts'

/**
 * Makes the task that sends due rows of app_public.notifications by e-mail or SMS, batch by batch. sql/notification decides what
 * is sent, to whom, in which words, over which channel and how often it is tried; this task passes messages to the channel's
 * transport. `publicUrl` is the address of the pages, for links. A message that fails does not stop the others: its error is
 * recorded, and it is due again later.
 *
 * Each batch takes one statement to claim it, which commits before anything is sent, and one to get its messages. Outcomes are
 * recorded as soon as messages end, and those that end while outcomes are being recorded are recorded together, so that no
 * message waits for a slow recipient. A message is sent but not recorded for a few milliseconds; when a worker dies just then,
 * the message is sent a second time.
 *
 * A run sends what was due when it began. What becomes due meanwhile is sent by the next run, half a second later, together with
 * what comes until then: while people book at many clinics, batches of one or two messages would cost as much as the bookings.
 *
 * Not a job per message: adding a job in the booking's transaction costs nine tenths of the throughput (all commits then share a
 * lock). Workers look for due messages twice a second, so a message is sent within two seconds of its due time, not at once.
 */
export const sendNotifications =
  (transports: Transports, publicUrl: string): Task =>
  async (payload, helpers) => {
    const { query, abortSignal } = helpers
    // The channel (all channels if left out), and the number among jobs that run at the same time.
    const { channel, lane } = payload as PerpetualJob['payload']
    const { messagesOf, send } = deliveries(transports, helpers, 'record_deliveries', publicUrl)
    // As text: a Date would round it.
    const { rows: begun } = await query<{ at: string }>('select now()::text as at')
    for (;;) {
      const { rows } = await query<{ clinic_id: string; ids: string[] }>(
        `select clinic_id, array_agg(id) as ids
         from app_private.claim_notifications(only_channel => $1, due_by => $2) group by clinic_id`,
        [channel, begun[0]?.at],
      )
      for (const { clinic_id, ids } of rows) {
        const messages = await messagesOf(clinic_id, ids)
        await Promise.all(messages.map((message) => send(clinic_id, message)))
      }
      if (rows.length === 0 || abortSignal?.aborted) break
    }
    await requeue(helpers, { task: 'send_notifications', payload: { channel, lane } })
  }
