import type { JobHelpers } from 'graphile-worker'

/**
 * A job that runs whenever it has something to do (wake_jobs.ts), and once a minute, in one instance per key, however many
 * workers there are.
 */
export interface PerpetualJob {
  task: string
  payload: { channel?: string | undefined; lane?: number | 'answering' | 'failing' | undefined }
}

/** The key of a perpetual job: its task, and what distinguishes it from other jobs of the task. */
export const keyOf = ({ task, payload: { channel, lane } }: PerpetualJob): string =>
  [task, channel, lane].filter((part) => part !== undefined).join(':')

/** How long a perpetual job waits for the next run if nobody wakes it (wake_jobs.ts), milliseconds. */
const restMs = 60_000

/**
 * Puts a perpetual job back into the queue, due in a minute or after `milliseconds`. Its key makes sure that there is only one;
 * cron (task_list.ts) adds it under the same key, and so restarts it if it was lost. Not by addJob(), which takes a time from this
 * machine's clock: with a clock that is an hour fast, the safety net would be missing for an hour.
 */
export async function requeue({ query }: JobHelpers, job: PerpetualJob, milliseconds = restMs): Promise<void> {
  await query(
    `select graphile_worker.add_job($1, $2::json, run_at => now() + make_interval(secs => $3), job_key => $4)`,
    [job.task, JSON.stringify(job.payload), milliseconds / 1000, keyOf(job)],
  )
}
