import type { CronItem, TaskList } from 'graphile-worker'
import type { Transports } from '../transports/index.ts'
import applyChangedTemplates from './apply_changed_templates.ts'
import archivePastSlots from './archive_past_slots.ts'
import compareTimeZones from './compare_time_zones.ts'
import generateDueSlots from './generate_due_slots.ts'
import planReminders from './plan_reminders.ts'
import publishEvents from './publish_events.ts'
import { keyOf, type PerpetualJob } from './put_back.ts'
import releaseExpiredHolds from './release_expired_holds.ts'
import removeOldRecords from './remove_old_records.ts'
import sealEvents from './seal_events.ts'
import { sendAccountMessages } from './send_account_messages.ts'
import { sendManagerMessages } from './send_manager_messages.ts'
import { sendNotifications } from './send_notifications.ts'
import { sendWebhooks } from './send_webhooks.ts'
import { storeEventHeads } from './store_event_heads.ts'
import verifyEvents from './verify_events.ts'

/** The jobs, by the name they have in SQL and as files. None carries data about people: ids at most. */
export const taskList = (transports: Transports, publicUrl: string, eventHeadsFile?: string): TaskList => ({
  send_notifications: sendNotifications(transports),
  send_webhooks: sendWebhooks(transports),
  send_account_messages: sendAccountMessages(transports, publicUrl),
  send_manager_messages: sendManagerMessages(transports, publicUrl),
  publish_events: publishEvents,
  seal_events: sealEvents,
  plan_reminders: planReminders,
  generate_due_slots: generateDueSlots,
  apply_changed_templates: applyChangedTemplates,
  release_expired_holds: releaseExpiredHolds,
  archive_past_slots: archivePastSlots,
  remove_old_records: removeOldRecords,
  verify_events: verifyEvents,
  store_event_heads: storeEventHeads(eventHeadsFile),
  compare_time_zones: compareTimeZones,
})

/**
 * Jobs that put themselves back when done; a worker adds them when it starts. Each channel has senders of its own, so
 * that a provider that hangs holds up nothing else; e-mail two, so that one goes on when the other's worker dies; webhooks one
 * for receivers that answer and one for those that did not.
 */
export const perpetualJobs: PerpetualJob[] = [
  { task: 'send_notifications', payload: { channel: 'email', lane: 1 } },
  { task: 'send_notifications', payload: { channel: 'email', lane: 2 } },
  { task: 'send_notifications', payload: { channel: 'sms', lane: 1 } },
  { task: 'send_webhooks', payload: { lane: 'answering' } },
  { task: 'send_webhooks', payload: { lane: 'failing' } },
  { task: 'send_account_messages', payload: {} },
  { task: 'publish_events', payload: {} },
  { task: 'seal_events', payload: {} },
]

const atMost = (task: string, match: string): CronItem => ({
  task,
  match,
  // Under a key, so that one that takes long is not queued twice. Missed runs are not made up for: each looks at all there is.
  options: { jobKey: task, backfillPeriod: 0 },
})

/** When the others run, and the safety net under the perpetual ones. Cron's clock is UTC, but none depends on the hour. */
export const cronItems: CronItem[] = [
  ...perpetualJobs.map((job) => ({
    task: job.task,
    identifier: keyOf(job),
    payload: job.payload,
    match: '* * * * *',
    // Under the key the job itself uses: one that waits is moved up, one that was lost is back.
    options: { jobKey: keyOf(job), backfillPeriod: 0 },
  })),
  atMost('plan_reminders', '* * * * *'),
  atMost('apply_changed_templates', '* * * * *'),
  atMost('send_manager_messages', '* * * * *'),
  atMost('release_expired_holds', '* * * * *'),
  // Finds every clinic's own schedule; its own hour is in policies.
  atMost('generate_due_slots', '*/5 * * * *'),
  atMost('archive_past_slots', '20 2 * * *'),
  atMost('remove_old_records', '40 * * * *'),
  atMost('store_event_heads', '40 3 * * *'),
  // And when a worker starts: it may be that PostgreSQL or Node has been updated.
  atMost('compare_time_zones', '50 3 * * *'),
  // Once: what was tampered with stays so, and the job that failed is there to be seen.
  { ...atMost('verify_events', '10 3 * * *'), options: { jobKey: 'verify_events', backfillPeriod: 0, maxAttempts: 1 } },
]
