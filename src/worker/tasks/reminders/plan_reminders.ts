import type { Task } from 'graphile-worker'

/** Spreads the reminders of the coming day over the time before they are due: sql/notification/queue/plan_reminders.sql. */
const planReminders: Task = async (_payload, { query, logger }) => {
  const { rows } = await query<{ planned: number }>('select app_private.plan_reminders() as planned')
  if (rows[0]?.planned) logger.info(`planned ${rows[0].planned} reminders`)
}

export default planReminders
