import type { JobHelpers } from 'graphile-worker'

/** A job that runs for ever, in one instance per key, however many workers run. */
export interface PerpetualJob {
  task: string
  payload: { channel?: string | undefined; lane?: number | 'answering' | 'failing' | undefined }
}

/** The key of a perpetual job: its task, and what tells it from others of the task. */
export const keyOf = ({ task, payload: { channel, lane } }: PerpetualJob): string =>
  [task, channel, lane].filter((part) => part !== undefined).join(':')

/**
 * Puts a perpetual job back into the queue, due in `milliseconds`. Under its key, so that there is one of it; cron
 * (index.ts), which adds it under the same key, starts it again should it be lost. Not by addJob(), which takes a time of
 * this machine's clock: were that an hour ahead, nothing would be sent for an hour.
 */
export async function putBack({ query }: JobHelpers, job: PerpetualJob, milliseconds: number): Promise<void> {
  await query(
    `select graphile_worker.add_job($1, $2::json, run_at => now() + make_interval(secs => $3), job_key => $4)`,
    [job.task, JSON.stringify(job.payload), milliseconds / 1000, keyOf(job)],
  )
}
