import type { JobHelpers } from 'graphile-worker'
import { isConnectionFailure } from '../database/pools.ts'
import { inSpan, isTracing, noteRefusal, SpanKind } from '../process/tracing.ts'
import { createBatcher } from './batcher.ts'
import { storableText } from './storable_text.ts'
import { calendarFile } from './transports/calendar_file.ts'
import type { Transports } from './transports/index.ts'
import { DeliveryError, type Message } from './transports/message.ts'

/** The message of a claimed notification, from app_private.messages_of, or why there is none. */
type RenderedMessage = { id: string } & ((Message & { error: null }) | { error: string })

/** The outcome of an attempt for app_private.record_deliveries: sent, or an error. */
interface Outcome {
  clinic_id: string
  id: string
  reference?: string | undefined
  error?: string
  code?: string | undefined
}

/**
 * The common part of the jobs that send notifications. `messagesOf` gives the messages of a clinic's claimed notifications;
 * `send` passes one to its channel's transport and records the outcome, with the function of app_private that `recorder`
 * names. Links in messages lead to the pages at `publicUrl`; without it there are none. `send` rejects only when the outcome could
 * not be recorded; the message is then sent again when its claim expires.
 */
export function deliveries(
  transports: Transports,
  { query, logger }: JobHelpers,
  recorder: 'record_deliveries' | 'record_webhook_deliveries',
  publicUrl: string | null = null,
): {
  messagesOf(clinicId: string, ids: string[]): Promise<RenderedMessage[]>
  send(clinicId: string, message: RenderedMessage): Promise<unknown>
} {
  const recordLater = createBatcher(record)
  /** The spans that have caused messages, as traceparents, by clinic and notification. */
  const causes = new Map<string, string>()

  /** Looks up which requests have caused notifications, if traces are collected. */
  async function noteCauses(clinicId: string, ids: string[]): Promise<void> {
    if (!isTracing()) return
    const { rows } = await query<{ id: string; traceparent: string }>(
      `select notification_id as id, traceparent from app_private.notification_traces
       where clinic_id = $1 and notification_id = any ($2)`,
      [clinicId, ids],
    )
    for (const { id, traceparent } of rows) causes.set(`${clinicId} ${id}`, traceparent)
  }

  async function messagesOf(clinicId: string, ids: string[]): Promise<RenderedMessage[]> {
    try {
      await noteCauses(clinicId, ids)
      const { rows } = await query<RenderedMessage>(
        `select id, channel, recipient, subject, body, idempotency_key as "idempotencyKey", sender_name as "senderName",
           reply_to as "replyTo", calendar, secret, error
         from app_private.messages_of($1, $2, $3)`,
        [clinicId, ids, publicUrl],
      )
      return rows
    } catch (error) {
      return ids.map((id) => ({ id, error: (error as Error).message }))
    }
  }

  /** Makes an attempt in a span that the request of the booking has caused. */
  function tracedAttempt(clinicId: string, message: RenderedMessage): ReturnType<typeof attempt> {
    const channel = message.error === null ? message.channel : 'none'
    const key = `${clinicId} ${message.id}`
    const causedBy = causes.get(key)
    causes.delete(key)
    const attributes = { 'medislot.channel': channel }
    return inSpan(`message ${channel}`, { kind: SpanKind.PRODUCER, attributes, causedBy }, async () => {
      const outcome = await attempt(clinicId, message)
      if (outcome.error !== undefined) noteRefusal(outcome.code ?? 'failed')
      return outcome
    })
  }

  async function attempt(clinicId: string, message: RenderedMessage): Promise<Omit<Outcome, 'clinic_id' | 'id'>> {
    try {
      if (message.error !== null) throw new Error(message.error)
      const reference = await deliver(clinicId, message.id, message)
      return { reference: reference && storableText(reference) }
    } catch (error) {
      const code = error instanceof DeliveryError ? error.code : undefined
      return { error: storableText((error as Error).message), code: code && storableText(code) }
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
    let left = outcomes
    try {
      // Those that another transaction has locked are recorded next. Those that are never returned no longer exist.
      for (let recorded = new Set(['']); left.length > 0 && recorded.size > 0; ) {
        // If this fails, the attempts stay without an outcome, and the messages are sent again when their claims run out.
        const { rows } = await query<{ key: string }>(
          `select concat(clinic_id, ' ', id) as key from app_private.${recorder}($1)`,
          [JSON.stringify(left)],
        )
        recorded = new Set(rows.map(({ key }) => key))
        const isRecorded = ({ clinic_id, id }: Outcome) => recorded.has(`${clinic_id} ${id}`)
        left.filter(isRecorded).forEach(logOutcome)
        left = left.filter((outcome) => !isRecorded(outcome))
      }
      left.forEach(logOutcome)
    } catch (error) {
      if (left.length === 1 || isConnectionFailure(error as Error)) throw error
      // One by one, so that an outcome that cannot be recorded does not stop the others.
      const each = await Promise.allSettled(left.map((outcome) => record([outcome])))
      const failed = each.find(({ status }) => status === 'rejected')
      if (failed) throw (failed as PromiseRejectedResult).reason
    }
  }

  function logOutcome({ clinic_id, id, error, code }: Outcome): void {
    if (error === undefined) logger.info(`sent notification ${id} of clinic ${clinic_id}`)
    // Without the error's text: providers often quote the address in it.
    else logger.error(`notification ${id} of clinic ${clinic_id} failed${code ? ` with ${code}` : ''}`)
  }

  return {
    messagesOf,
    send: async (clinicId, message) =>
      recordLater({ clinic_id: clinicId, id: message.id, ...(await tracedAttempt(clinicId, message)) }),
  }
}
