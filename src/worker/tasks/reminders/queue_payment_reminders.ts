import type { Task } from 'graphile-worker'
import { eachClinic } from '../../each/clinic.ts'

/**
 * Queues the reminders of invoices that were not paid in time, one for each invoice, in one transaction per clinic:
 * sql/billing/steps/queue_payment_reminders.sql. Invoices of which a customer was reminded before are left out.
 */
const queuePaymentReminders: Task = (_payload, helpers) =>
  eachClinic<{ queued: number }>(
    helpers,
    'select clinic_id from billing_private.clinics_with_overdue_invoices()',
    'select billing_private.queue_payment_reminders($1) as queued',
    ({ queued }) => (queued > 0 ? `${queued} payment reminders queued` : undefined),
  )

export default queuePaymentReminders
