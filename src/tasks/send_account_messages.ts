import type { Task } from 'graphile-worker'
import type { Transports } from '../transports/index.ts'
import { DeliveryError } from '../transports/message.ts'
import { putBack } from './put_back.ts'

interface AccountMessage {
  recipient: string
  subject: string
  body: string
  idempotencyKey: string
}

/**
 * Makes the task that sends e-mails about accounts (a link to choose a new password), then puts itself back about a
 * second later; `publicUrl` is where the pages are. The like of send_notifications, for what is of no clinic.
 */
export const sendAccountMessages =
  ({ email }: Transports, publicUrl: string): Task =>
  async (_payload, helpers) => {
    const { query, logger, abortSignal } = helpers
    async function send(id: string): Promise<void> {
      try {
        const { rows } = await query<AccountMessage>(
          `select recipient, subject, body, idempotency_key as "idempotencyKey"
           from app_private.account_message_of($1, $2)`,
          [id, publicUrl],
        )
        const [message] = rows
        if (!message) return
        if (email) {
          const sender = { channel: 'email', senderName: 'medislot', replyTo: null, calendar: null, secret: null }
          await email.send({ ...message, ...sender })
        } else {
          await query('select app_private.deliver_account_message($1, $2, $3)', [id, message.subject, message.body])
        }
        await query('select app_private.end_account_message($1)', [id])
        logger.info(`sent account message ${id}`)
      } catch (error) {
        const code = error instanceof DeliveryError ? error.code : undefined
        await query('select app_private.end_account_message($1, $2, $3)', [id, (error as Error).message, code])
        // Without the error itself: mail servers like to quote the address.
        logger.error(`account message ${id} failed${code ? ` with ${code}` : ''}`)
      }
    }

    for (;;) {
      const { rows } = await query<{ id: string }>('select id from app_private.claim_account_messages() id')
      await Promise.all(rows.map(({ id }) => send(id)))
      if (rows.length === 0 || abortSignal?.aborted) break
    }
    await putBack(helpers, { task: 'send_account_messages', payload: {} }, 1000)
  }
