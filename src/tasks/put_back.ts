import type { AddJobFunction } from 'graphile-worker'

/**
 * Puts a job that runs for ever back into the queue, due in `milliseconds`. Its name is its key, so that there is one of
 * it however many workers run, and cron (index.ts), which adds it under the same key, starts it again should it be lost.
 */
export async function putBack(addJob: AddJobFunction, name: string, milliseconds: number): Promise<void> {
  await addJob(name, {}, { jobKey: name, runAt: new Date(Date.now() + milliseconds) })
}
