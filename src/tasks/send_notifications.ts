import type { Task } from 'graphile-worker'
import { calendarFile } from '../transports/calendar_file.ts'
import type { Transports } from '../transports/index.ts'
import { DeliveryError, type Message } from '../transports/message.ts'
import { type PerpetualJob, putBack } from './put_back.ts'

interface Notification {
  clinic_id: string
  id: string
}

/**
 * Makes the task that sends what is due from app_public.notifications, batch by batch, then puts itself back about a
 * second later. What is to be sent, to whom, in which words, over which channel and how often it is tried is decided in
 * sql/notification; this carries it to the channel's transport. A message that fails does not stop the others: its error
 * is recorded, and it is due again later.
 *
 * Not a job per message: adding a job in the booking's transaction costs nine tenths of the throughput (all commits then
 * share a lock). A message therefore leaves within two seconds of its due time, not at once.
 */
export const sendNotifications =
  (transports: Transports): Task =>
  async (payload, helpers) => {
    const { query, logger, abortSignal } = helpers
    // Over which channel (left out: all), and which of several that work at the same time.
    const { channel, lane } = payload as PerpetualJob['payload']

    async function send({ clinic_id, id }: Notification): Promise<void> {
      let reference: string | undefined
      try {
        reference = await deliver(clinic_id, id, await messageOf(clinic_id, id))
      } catch (error) {
        const code = error instanceof DeliveryError ? error.code : undefined
        await query('select app_private.notification_failed($1, $2, $3, $4)', [
          clinic_id,
          id,
          (error as Error).message,
          code,
        ])
        // Without the error itself: providers like to quote the address.
        logger.error(`notification ${id} of clinic ${clinic_id} failed${code ? ` with ${code}` : ''}`)
        return
      }
      // Should this fail, the attempt stays without an outcome, and the message is sent again when its claim runs out.
      await query('select app_private.notification_sent($1, $2, $3)', [clinic_id, id, reference])
      logger.info(`sent notification ${id} of clinic ${clinic_id}`)
    }

    async function messageOf(clinicId: string, id: string): Promise<Message> {
      const { rows } = await query<{ message: Message }>(
        `select jsonb_build_object('channel', m.channel, 'recipient', m.recipient, 'subject', m.subject, 'body', m.body,
           'idempotencyKey', m.idempotency_key, 'senderName', m.sender_name, 'replyTo', m.reply_to,
           'calendar', m.calendar, 'secret', m.secret) as message
         from app_private.message_of($1, $2) m`,
        [clinicId, id],
      )
      if (!rows[0]) throw new Error('the notification is gone')
      return rows[0].message
    }

    async function deliver(clinicId: string, id: string, message: Message): Promise<string | undefined> {
      const { recipient } = message
      if (recipient === null) throw new DeliveryError(`the clinic knows no address for ${message.channel}`)
      const transport = transports[message.channel]
      if (transport) return transport.send({ ...message, recipient })
      await query('select app_private.deliver_to_database($1, $2, $3, $4, $5, $6, $7, $8)', [
        clinicId,
        id,
        recipient,
        message.subject,
        message.body,
        message.channel,
        message.senderName,
        calendarFile({ ...message, recipient }, 'medislot@localhost')?.content,
      ])
      return undefined
    }

    for (;;) {
      const { rows } = await query<Notification>(
        'select clinic_id, id from app_private.claim_notifications(only_channel => $1)',
        [channel],
      )
      await Promise.all(rows.map(send))
      if (rows.length === 0 || abortSignal?.aborted) break
    }
    await putBack(helpers, { task: 'send_notifications', payload: { channel, lane } }, 1000)
  }
