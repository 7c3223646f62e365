import type { Task } from 'graphile-worker'
import { isConnectionFailure } from '../database/pools.ts'
import { calendarFile } from '../transports/calendar_file.ts'
import type { Transports } from '../transports/index.ts'
import { DeliveryError, type Message } from '../transports/message.ts'
import { inGroups } from './in_groups.ts'
import { type PerpetualJob, putBack } from './put_back.ts'

/** A claimed notification as app_private.messages_of words it, or why it cannot. */
type Worded = { id: string } & ((Message & { error: null }) | { error: string })

/** How an attempt went, as app_private.record_deliveries takes it: with an error, or sent. */
interface Outcome {
  clinic_id: string
  id: string
  reference?: string | undefined
  error?: string
  code?: string | undefined
}

/**
 * Makes the task that sends what is due from app_public.notifications, batch by batch, then puts itself back about a
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
    const { query, logger, abortSignal } = helpers
    // Over which channel (left out: all), and which of several that work at the same time.
    const { channel, lane } = payload as PerpetualJob['payload']

    const ended = inGroups(record)

    async function messagesOf(clinicId: string, ids: string[]): Promise<Worded[]> {
      try {
        const { rows } = await query<Worded>(
          `select id, channel, recipient, subject, body, idempotency_key as "idempotencyKey", sender_name as "senderName",
             reply_to as "replyTo", calendar, secret, error
           from app_private.messages_of($1, $2)`,
          [clinicId, ids],
        )
        return rows
      } catch (error) {
        return ids.map((id) => ({ id, error: (error as Error).message }))
      }
    }

    async function attempt(clinicId: string, worded: Worded): Promise<Omit<Outcome, 'clinic_id' | 'id'>> {
      try {
        if (worded.error !== null) throw new Error(worded.error)
        const reference = await deliver(clinicId, worded.id, worded)
        return { reference: reference && plain(reference) }
      } catch (error) {
        const code = error instanceof DeliveryError ? error.code : undefined
        return { error: plain((error as Error).message), code: code && plain(code) }
      }
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

    async function record(outcomes: Outcome[]): Promise<void> {
      try {
        // Should this fail, the attempts stay without an outcome, and the messages are sent again when their claims run out.
        await query('select from app_private.record_deliveries($1)', [JSON.stringify(outcomes)])
      } catch (error) {
        if (outcomes.length === 1 || isConnectionFailure(error as Error)) throw error
        // One that cannot be recorded keeps no other from it.
        const each = await Promise.allSettled(outcomes.map((outcome) => record([outcome])))
        const failed = each.find(({ status }) => status === 'rejected')
        if (failed) throw (failed as PromiseRejectedResult).reason
        return
      }
      for (const { clinic_id, id, error, code } of outcomes) {
        if (error === undefined) logger.info(`sent notification ${id} of clinic ${clinic_id}`)
        // Without the error itself: providers like to quote the address.
        else logger.error(`notification ${id} of clinic ${clinic_id} failed${code ? ` with ${code}` : ''}`)
      }
    }

    for (;;) {
      const { rows } = await query<{ clinic_id: string; ids: string[] }>(
        `select clinic_id, array_agg(id) as ids from app_private.claim_notifications(only_channel => $1) group by clinic_id`,
        [channel],
      )
      for (const { clinic_id, ids } of rows) {
        const messages = await messagesOf(clinic_id, ids)
        await Promise.all(
          messages.map(async (worded) => ended({ clinic_id, id: worded.id, ...(await attempt(clinic_id, worded)) })),
        )
      }
      if (rows.length === 0 || abortSignal?.aborted) break
    }
    await putBack(helpers, { task: 'send_notifications', payload: { channel, lane } }, 1000)
  }

/** What the other side said, as PostgreSQL can keep it. */
const plain = (text: string): string => text.replaceAll('\0', '').toWellFormed()
