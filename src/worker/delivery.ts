import type { JobHelpers } from 'graphile-worker'
import { inSpan, isTracing, noteRefusal, SpanKind } from '../process/tracing.ts'
import { createBatcher } from './batcher.ts'
import { type Outcome, outcomeRecorder, type Recorder } from './record_outcomes.ts'
import { storableText } from './storable_text.ts'
import { calendarFile } from './transports/calendar_file.ts'
import type { Transports } from './transports/index.ts'
import { DeliveryError, type Message } from './transports/message.ts'

type Query = JobHelpers['query']

/** The message of a claimed notification, from app_private.messages_of, or why there is none. */
type RenderedMessage = { id: string } & ((Message & { error: null }) | { error: string })

/** What becomes of an attempt to deliver a message. */
type Attempt = Omit<Outcome, 'clinic_id' | 'id'>

/**
 * The common part of the jobs that send notifications. `messagesOf` gives the messages of a clinic's claimed
 * notifications; `send` passes one to its channel's transport and records the outcome, with the function of app_private
 * that `recorder` names. Links in messages lead to the pages at `publicUrl`; without it there are none. `send` rejects
 * only when the outcome could not be recorded; the message is then sent again when its claim expires.
 */
export function deliveries(
  transports: Transports,
  helpers: JobHelpers,
  recorder: Recorder,
  publicUrl: string | null = null,
): {
  messagesOf(clinicId: string, ids: string[]): Promise<RenderedMessage[]>
  send(clinicId: string, message: RenderedMessage): Promise<unknown>
} {
  const { query } = helpers
  const causes = new Causes(query)
  const recordLater = createBatcher(outcomeRecorder(helpers, recorder))
  return {
    async messagesOf(clinicId, ids) {
      try {
        await causes.lookUp(clinicId, ids)
        return await renderedMessages(query, clinicId, ids, publicUrl)
      } catch (error) {
        return ids.map((id) => ({ id, error: (error as Error).message }))
      }
    },
    async send(clinicId, message) {
      const causedBy = causes.take(clinicId, message.id)
      const outcome = await traced(message, causedBy, () => attempt(transports, query, clinicId, message))
      return recordLater({ clinic_id: clinicId, id: message.id, ...outcome })
    },
  }
}

/** The spans that have caused messages, as traceparents. */
class Causes {
  readonly #query: Query
  readonly #traceparents = new Map<string, string>()

  constructor(query: Query) {
    this.#query = query
  }

  /** Looks up which requests have caused notifications, if traces are collected. */
  async lookUp(clinicId: string, ids: string[]): Promise<void> {
    if (!isTracing()) return
    const { rows } = await this.#query<{ id: string; traceparent: string }>(
      `select notification_id as id, traceparent from app_private.notification_traces
       where clinic_id = $1 and notification_id = any ($2)`,
      [clinicId, ids],
    )
    for (const { id, traceparent } of rows) this.#traceparents.set(`${clinicId} ${id}`, traceparent)
  }

  /** Returns the cause of a notification, and forgets it. */
  take(clinicId: string, id: string): string | undefined {
    const key = `${clinicId} ${id}`
    const traceparent = this.#traceparents.get(key)
    this.#traceparents.delete(key)
    return traceparent
  }
}

async function renderedMessages(
  query: Query,
  clinicId: string,
  ids: string[],
  publicUrl: string | null,
): Promise<RenderedMessage[]> {
  const { rows } = await query<RenderedMessage>(
    `select id, channel, recipient, subject, body, idempotency_key as "idempotencyKey", sender_name as "senderName",
       reply_to as "replyTo", calendar, secret, error
     from app_private.messages_of($1, $2, $3)`,
    [clinicId, ids, publicUrl],
  )
  return rows
}

/** Makes an attempt in a span that the request of the booking has caused. */
function traced(
  message: RenderedMessage,
  causedBy: string | undefined,
  makeAttempt: () => Promise<Attempt>,
): Promise<Attempt> {
  const channel = message.error === null ? message.channel : 'none'
  const attributes = { 'medislot.channel': channel }
  return inSpan(`message ${channel}`, { kind: SpanKind.PRODUCER, attributes, causedBy }, async () => {
    const outcome = await makeAttempt()
    if (outcome.error !== undefined) noteRefusal(outcome.code ?? 'failed')
    return outcome
  })
}

/** Delivers a message. Does not throw. */
async function attempt(
  transports: Transports,
  query: Query,
  clinicId: string,
  message: RenderedMessage,
): Promise<Attempt> {
  try {
    if (message.error !== null) throw new Error(message.error)
    const { recipient } = message
    if (recipient === null) throw new DeliveryError(`the clinic knows no address for ${message.channel}`, 'no_address')
    const transport = transports[message.channel]
    if (!transport) {
      await deliverToDatabase(query, clinicId, { ...message, recipient })
      return { reference: undefined }
    }
    const reference = await transport.send({ ...message, recipient })
    return { reference: reference && storableText(reference) }
  } catch (error) {
    const code = error instanceof DeliveryError ? error.code : undefined
    return { error: storableText((error as Error).message), code: code && storableText(code) }
  }
}

/** Stores a message for which there is no transport. */
async function deliverToDatabase(
  query: Query,
  clinicId: string,
  message: Message & { id: string; recipient: string },
): Promise<void> {
  await query('select app_private.deliver_to_database($1, $2, $3, $4, $5, $6, $7, $8)', [
    clinicId,
    message.id,
    message.recipient,
    message.subject,
    message.body,
    message.channel,
    message.senderName,
    calendarFile(message, 'medislot@localhost')?.content,
  ])
}
