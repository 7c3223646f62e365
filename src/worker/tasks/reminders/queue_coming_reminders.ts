import type { Task } from 'graphile-worker'
import { eachClinic } from '../../each/clinic.ts'

/**
 * Writes the reminders that come near, half an hour after the last time for each clinic, one transaction per clinic:
 * sql/notification/queue/queue_coming_reminders.sql. After a downtime it writes those that are overdue.
 */
const queueComingReminders: Task = (_payload, helpers) =>
  eachClinic<{ queued: number }>(
    helpers,
    'select clinic_id from app_private.clinics_due_for_reminders()',
    'select app_private.queue_coming_reminders($1) as queued',
    ({ queued }) => (queued > 0 ? `${queued} reminders queued` : undefined),
  )

export default queueComingReminders
