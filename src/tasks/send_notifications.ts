import type { Task } from 'graphile-worker'
import type { Transports } from '../transports/index.ts'
import { deliveries } from './delivery.ts'
import { type PerpetualJob, putBack } from './put_back.ts'

/**
 * Makes the task that sends what is due from app_public.notifications by e-mail or SMS, batch by batch, then puts itself back about a
 * second later. What is to be sent, to whom, in which words, over which channel and how often it is tried is decided in
 * sql/notification; this carries it to the channel's transport. A message that fails does not stop the others: its error
 * is recorded, and it is due again later.
 *
 * A batch is claimed, worded and recorded in a statement each, the claim being committed before anything is sent. Outcomes
 * are recorded as messages end, those together that ended while the recording before was on its way: nobody waits for a
 * slow recipient. A message is sent and not recorded for as long as two recordings take, a few milliseconds each; what a
 * worker leaves so that dies just then is sent a second time.
 *
 * Not a job per message: adding a job in the booking's transaction costs nine tenths of the throughput (all commits then
 * share a lock). A message therefore leaves within two seconds of its due time, not at once.
 */
export const sendNotifications =
  (transports: Transports): Task =>
  async (payload, helpers) => {
    const { query, abortSignal } = helpers
    // Over which channel (left out: all), and which of several that work at the same time.
    const { channel, lane } = payload as PerpetualJob['payload']
    const { messagesOf, send } = deliveries(transports, helpers, 'record_deliveries')
    for (;;) {
      const { rows } = await query<{ clinic_id: string; ids: string[] }>(
        `select clinic_id, array_agg(id) as ids from app_private.claim_notifications(only_channel => $1) group by clinic_id`,
        [channel],
      )
      for (const { clinic_id, ids } of rows) {
        const messages = await messagesOf(clinic_id, ids)
        await Promise.all(messages.map((worded) => send(clinic_id, worded)))
      }
      if (rows.length === 0 || abortSignal?.aborted) break
    }
    await putBack(helpers, { task: 'send_notifications', payload: { channel, lane } }, 1000)
  }
