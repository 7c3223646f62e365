import type { AddJobFunction } from 'graphile-worker'

/** A job that runs for ever, in one instance per key, however many workers run. */
export interface PerpetualJob {
  task: string
  payload: { channel?: string | undefined; lane?: number | undefined }
}

/** The key of a perpetual job: its task, and what tells it from others of the task. */
export const keyOf = ({ task, payload: { channel, lane } }: PerpetualJob): string =>
  [task, channel, lane].filter((part) => part !== undefined).join(':')

/**
 * Puts a perpetual job back into the queue, due in `milliseconds`. Under its key, so that there is one of it; cron
 * (index.ts), which adds it under the same key, starts it again should it be lost.
 */
export async function putBack(addJob: AddJobFunction, job: PerpetualJob, milliseconds: number): Promise<void> {
  await addJob(job.task, job.payload, { jobKey: keyOf(job), runAt: new Date(Date.now() + milliseconds) })
}
