import type { Task } from 'graphile-worker'
import type { InvoiceDocument } from '../../invoice/document.ts'
import { requeue } from '../perpetual_jobs.ts'
import type { Transports } from '../transports/index.ts'
import { type Attachment, DeliveryError } from '../transports/message.ts'

interface AccountMessage {
  recipient: string
  subject: string
  body: string
  idempotencyKey: string
  /** The invoice that is attached. */
  invoice: InvoiceDocument | null
}

/**
 * Makes the task that sends e-mails about accounts (such as a link to choose a new password). `publicUrl` is the address of the
 * pages. Like send_notifications, for messages that belong to no clinic.
 */
export const sendAccountMessages =
  ({ email }: Transports, publicUrl: string): Task =>
  async (_payload, helpers) => {
    const { query, logger, abortSignal } = helpers
    async function send(id: string): Promise<void> {
      try {
        const { rows } = await query<AccountMessage>(
          `select recipient, subject, body, idempotency_key as "idempotencyKey", invoice
           from app_private.account_message_of($1, $2)`,
          [id, publicUrl],
        )
        const [message] = rows
        if (!message) return
        if (email) {
          const sender = { channel: 'email', senderName: 'medislot', replyTo: null, calendar: null, secret: null }
          const { invoice, ...text } = message
          await email.send({ ...text, ...sender, attachment: await fileOf(invoice) })
        } else {
          await query('select app_private.deliver_account_message($1, $2, $3)', [id, message.subject, message.body])
        }
        await query('select app_private.end_account_message($1)', [id])
        logger.info(`sent account message ${id}`)
      } catch (error) {
        const code = error instanceof DeliveryError ? error.code : undefined
        await query('select app_private.end_account_message($1, $2, $3)', [id, (error as Error).message, code])
        // Without the error's text: mail servers often quote the address in it.
        logger.error(`account message ${id} failed${code ? ` with ${code}` : ''}`)
      }
    }

    for (;;) {
      const { rows } = await query<{ id: string }>('select id from app_private.claim_account_messages() id')
      await Promise.all(rows.map(({ id }) => send(id)))
      if (rows.length === 0 || abortSignal?.aborted) break
    }
    await requeue(helpers, { task: 'send_account_messages', payload: {} })
  }

/** An invoice as a PDF; undefined for a mail without one. The library that makes it is loaded by the first one. */
async function fileOf(invoice: InvoiceDocument | null): Promise<Attachment | undefined> {
  if (!invoice) return undefined
  const { invoiceFileName, invoicePdf } = await import('../../invoice/pdf.ts')
  return { name: invoiceFileName(invoice), type: 'application/pdf', content: await invoicePdf(invoice) }
}
