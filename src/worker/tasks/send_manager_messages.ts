import type { Task } from 'graphile-worker'
import { storableText } from '../storable_text.ts'
import type { Transports } from '../transports/index.ts'
import { DeliveryError } from '../transports/message.ts'

interface ManagerMessage {
  channel: 'email' | 'webhook'
  recipient: string
  subject: string
  body: string
  idempotencyKey: string
  secret: string | null
}

/**
 * Makes the task that sends managers the messages that are not about a booking (app_private.manager_messages): by e-mail,
 * or by webhook to their own system. `publicUrl` is the address of the pages.
 */
export const sendManagerMessages =
  (transports: Transports, publicUrl: string): Task =>
  async (_payload, { query, logger, abortSignal }) => {
    /** Sends one message; gives the text to store when there is no transport, as on a developer's machine. */
    async function deliver(clinicId: string, id: string): Promise<string | null> {
      const { rows } = await query<ManagerMessage>(
        `select channel, recipient, subject, body, idempotency_key as "idempotencyKey", secret
         from app_private.manager_message_of($1, $2, $3)`,
        [clinicId, id, publicUrl],
      )
      const [message] = rows
      if (!message) throw new Error('the manager has left, or the endpoint is switched off')
      const transport = transports[message.channel]
      if (!transport) return `${message.subject}\n\n${message.body}`
      await transport.send({ ...message, senderName: 'medislot', replyTo: null, calendar: null })
      return null
    }

    async function send(clinicId: string, id: string): Promise<void> {
      try {
        const stored = await deliver(clinicId, id)
        await query('select app_private.record_manager_message($1, $2, delivered_body => $3)', [clinicId, id, stored])
        logger.info(`sent manager message ${id} of clinic ${clinicId}`)
      } catch (error) {
        const code = error instanceof DeliveryError ? error.code : undefined
        const text = storableText((error as Error).message)
        await query('select app_private.record_manager_message($1, $2, $3, $4)', [clinicId, id, text, code])
        // Without the error's text: mail servers often quote the address in it.
        logger.error(`manager message ${id} of clinic ${clinicId} failed${code ? ` with ${code}` : ''}`)
      }
    }

    for (;;) {
      const { rows } = await query<{ clinic_id: string; id: string }>(
        'select clinic_id, id from app_private.claim_manager_messages()',
      )
      await Promise.all(rows.map(({ clinic_id, id }) => send(clinic_id, id)))
      if (rows.length === 0 || abortSignal?.aborted) return
    }
  }
