import type { JobHelpers } from 'graphile-worker'
import { isConnectionFailure } from '../database/pools.ts'
import { calendarFile } from '../transports/calendar_file.ts'
import type { Transports } from '../transports/index.ts'
import { DeliveryError, type Message } from '../transports/message.ts'
import { inGroups } from './in_groups.ts'

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
 * What the jobs that send notifications have in common. `messagesOf` words claimed notifications of a clinic; `send` hands
 * one to its channel's transport and records how that went, with the function of app_private that `recorder` names. `send`
 * rejects only when the outcome could not be recorded; the message is then sent again when its claim runs out.
 */
export function deliveries(
  transports: Transports,
  { query, logger }: JobHelpers,
  recorder: 'record_deliveries' | 'record_webhook_deliveries',
): {
  messagesOf(clinicId: string, ids: string[]): Promise<Worded[]>
  send(clinicId: string, worded: Worded): Promise<unknown>
} {
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
    if (recipient === null) throw new DeliveryError(`the clinic knows no address for ${message.channel}`, 'no_address')
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
      await query(`select from app_private.${recorder}($1)`, [JSON.stringify(outcomes)])
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

  return {
    messagesOf,
    send: async (clinicId, worded) =>
      ended({ clinic_id: clinicId, id: worded.id, ...(await attempt(clinicId, worded)) }),
  }
}

/** What the other side said, as PostgreSQL can keep it. */
const plain = (text: string): string => text.replaceAll('\0', '').toWellFormed()
