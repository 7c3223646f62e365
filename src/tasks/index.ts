import type { CronItem, TaskList } from 'graphile-worker'
import generateDueSlots from './generate_due_slots.ts'
import publishEvents from './publish_events.ts'
import releaseExpiredHolds from './release_expired_holds.ts'
import sendNotifications from './send_notifications.ts'

/** The jobs, by the name they have in SQL and as files. None carries data about people: ids at most. */
export const taskList: TaskList = {
  send_notifications: sendNotifications,
  publish_events: publishEvents,
  generate_due_slots: generateDueSlots,
  release_expired_holds: releaseExpiredHolds,
}

/** Jobs that put themselves back when done; a worker adds them when it starts. */
export const perpetualJobs = ['send_notifications', 'publish_events']

/** When the others run, and the safety net under the perpetual ones. Cron's clock is UTC, but none depends on the hour. */
export const cronItems: CronItem[] = [
  ...perpetualJobs.map((task) => ({
    task,
    match: '* * * * *',
    // Under the key the job itself uses: one that waits is moved up, one that was lost is back.
    options: { jobKey: task, backfillPeriod: 0 },
  })),
  { task: 'release_expired_holds', match: '* * * * *', options: { backfillPeriod: 0 } },
  // Finds every clinic's own schedule; its own hour is in policies.
  { task: 'generate_due_slots', match: '*/5 * * * *', options: { jobKey: 'generate_due_slots', backfillPeriod: 0 } },
]
