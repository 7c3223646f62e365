import type { CronItem, TaskList } from 'graphile-worker'
import type { Providers } from '../consultation/provider.ts'
import { createProviders } from '../consultation/providers.ts'
import type { RecordingStore } from '../consultation/recordings.ts'
import { keyOf, type PerpetualJob } from './perpetual_jobs.ts'
import compareTimeZones from './tasks/checks/compare_time_zones.ts'
import inviteGrownUpDependants from './tasks/checks/invite_grown_up_dependants.ts'
import reportHumansInTwoPlaces from './tasks/checks/report_humans_in_two_places.ts'
import verifyEvents from './tasks/checks/verify_events.ts'
import { keepRecordings } from './tasks/online_visits/keep_recordings.ts'
import { prepareConsultations } from './tasks/online_visits/prepare_consultations.ts'
import { carryOutErasure } from './tasks/people/carry_out_erasure.ts'
import { carryOutRemoval } from './tasks/people/carry_out_removal.ts'
import { settlePeople } from './tasks/people/settle_people.ts'
import publishEvents from './tasks/publish_events.ts'
import releaseExpiredHolds from './tasks/release_expired_holds.ts'
import planReminders from './tasks/reminders/plan_reminders.ts'
import queueComingReminders from './tasks/reminders/queue_coming_reminders.ts'
import queuePaymentReminders from './tasks/reminders/queue_payment_reminders.ts'
import removeOldRecords from './tasks/remove_old_records.ts'
import applyChangedTemplates from './tasks/schedule/apply_changed_templates.ts'
import archivePastSlots from './tasks/schedule/archive_past_slots.ts'
import generateDueSlots from './tasks/schedule/generate_due_slots.ts'
import { type CalendarSettings, readExternalCalendars } from './tasks/schedule/read_external_calendars.ts'
import sealEvents from './tasks/seal_events.ts'
import { sendAccountMessages } from './tasks/send_account_messages.ts'
import { sendManagerMessages } from './tasks/send_manager_messages.ts'
import { sendNotifications } from './tasks/send_notifications.ts'
import { sendWebhooks } from './tasks/send_webhooks.ts'
import { storeEventHeads } from './tasks/store_event_heads.ts'
import type { Transports } from './transports/index.ts'

/** The tasks by their names, which are the same in SQL and as files. Payloads contain ids at most, no personal data. */
export const taskList = (
  transports: Transports,
  publicUrl: string,
  eventHeadsFile?: string,
  consultations: Providers = createProviders({}),
  recordings?: RecordingStore,
  calendars: CalendarSettings = {},
  /** The worker's database. */
  databaseUrl = '',
): TaskList => ({
  send_notifications: sendNotifications(transports, publicUrl),
  send_webhooks: sendWebhooks(transports),
  send_account_messages: sendAccountMessages(transports, publicUrl),
  send_manager_messages: sendManagerMessages(transports, publicUrl),
  prepare_consultations: prepareConsultations(consultations),
  keep_recordings: keepRecordings(recordings),
  read_external_calendars: readExternalCalendars(calendars),
  publish_events: publishEvents,
  seal_events: sealEvents,
  queue_coming_reminders: queueComingReminders,
  queue_payment_reminders: queuePaymentReminders,
  plan_reminders: planReminders,
  generate_due_slots: generateDueSlots,
  apply_changed_templates: applyChangedTemplates,
  release_expired_holds: releaseExpiredHolds,
  archive_past_slots: archivePastSlots,
  remove_old_records: removeOldRecords,
  settle_people: settlePeople(databaseUrl),
  carry_out_erasure: carryOutErasure,
  carry_out_removal: carryOutRemoval,
  verify_events: verifyEvents,
  store_event_heads: storeEventHeads(eventHeadsFile),
  compare_time_zones: compareTimeZones,
  report_humans_in_two_places: reportHumansInTwoPlaces,
  invite_grown_up_dependants: inviteGrownUpDependants,
})

/**
 * Jobs that stay in the queue: a worker adds them when it starts, wakes them when they have something to do (wake_jobs.ts), and
 * they put themselves back when they are done. Each channel has its own
 * jobs, so that a provider that hangs delays nothing else. E-mail has two, so that one goes on when the other's worker dies;
 * webhooks have one for receivers that answer and one for those that did not.
 */
export const perpetualJobs: PerpetualJob[] = [
  { task: 'send_notifications', payload: { channel: 'email', lane: 1 } },
  { task: 'send_notifications', payload: { channel: 'email', lane: 2 } },
  { task: 'send_notifications', payload: { channel: 'sms', lane: 1 } },
  { task: 'send_webhooks', payload: { lane: 'answering' } },
  { task: 'send_webhooks', payload: { lane: 'failing' } },
  { task: 'send_account_messages', payload: {} },
  { task: 'prepare_consultations', payload: {} },
  { task: 'keep_recordings', payload: {} },
  { task: 'publish_events', payload: {} },
  { task: 'seal_events', payload: {} },
]

const atMost = (task: string, match: string): CronItem => ({
  task,
  match,
  // Under a key, so that a long job is not queued twice. Missed runs are not repeated, since each run processes everything.
  options: { jobKey: task, backfillPeriod: 0 },
})

/** When the other jobs run, and the safety net for the perpetual ones. Cron's clock is UTC, but no job depends on the hour. */
export const cronItems: CronItem[] = [
  ...perpetualJobs.map((job) => ({
    task: job.task,
    identifier: keyOf(job),
    payload: job.payload,
    match: '* * * * *',
    // Under the job's own key: a waiting job runs now, a lost one is added again.
    options: { jobKey: keyOf(job), backfillPeriod: 0 },
  })),
  atMost('queue_coming_reminders', '* * * * *'),
  atMost('plan_reminders', '* * * * *'),
  atMost('apply_changed_templates', '* * * * *'),
  atMost('send_manager_messages', '* * * * *'),
  // It finds the calendars that are due: each about every five minutes, less often after failures.
  atMost('read_external_calendars', '* * * * *'),
  atMost('release_expired_holds', '* * * * *'),
  // It finds the clinics whose time has come; each clinic's own time is in policies.
  atMost('generate_due_slots', '*/5 * * * *'),
  atMost('archive_past_slots', '20 2 * * *'),
  atMost('remove_old_records', '40 * * * *'),
  // With shards, in the global database.
  atMost('settle_people', '*/10 * * * *'),
  // In a shard.
  atMost('carry_out_erasure', '*/5 * * * *'),
  atMost('carry_out_removal', '*/5 * * * *'),
  // On Mondays; the function mails a clinic once a week at most.
  atMost('report_humans_in_two_places', '15 6 * * 1'),
  atMost('invite_grown_up_dependants', '30 6 * * *'),
  // Each invoice once. Sent outside the quiet hours of its clinic.
  atMost('queue_payment_reminders', '0 9 * * *'),
  atMost('store_event_heads', '40 3 * * *'),
  // Also when a worker starts, since PostgreSQL or Node may have been updated.
  atMost('compare_time_zones', '50 3 * * *'),
  // One attempt: a tampered event stays tampered, and the failed job stays visible.
  { ...atMost('verify_events', '10 3 * * *'), options: { jobKey: 'verify_events', backfillPeriod: 0, maxAttempts: 1 } },
]
