import { setTimeout as sleep } from 'node:timers/promises'
import type { Pool } from 'pg'
import { log } from '../process/log.ts'
import { keyOf, type PerpetualJob } from './perpetual_jobs.ts'

const everyMs = 500

/**
 * Wakes perpetual jobs that have something to do, twice a second, until the function that it gives is called. So the transactions
 * that make work add no jobs (CONTRIBUTING.md), and an idle database runs next to none: the question reads a few index entries.
 * Without an answer, the jobs still run once a minute.
 */
export function keepWaking(pool: Pool, jobs: PerpetualJob[]): () => void {
  const end = new AbortController()

  async function loop(): Promise<void> {
    let isFailing = false
    while (!end.signal.aborted) {
      try {
        await wakeJobs(pool, jobs)
        isFailing = false
      } catch (error) {
        if (!isFailing && !end.signal.aborted) log.warn({ err: error }, 'cannot look for work')
        isFailing = true
      }
      await sleep(everyMs, undefined, { signal: end.signal }).catch(() => undefined)
    }
  }

  void loop()
  return () => end.abort()
}

/** Makes those of `jobs` due that have something to do (app_private.jobs_with_work). */
export async function wakeJobs(pool: Pool, jobs: PerpetualJob[]): Promise<void> {
  const { rows } = await pool.query<{ task: string; variant: string | null }>(
    'select * from app_private.jobs_with_work()',
  )
  const woken = jobs.filter(({ task, payload }) =>
    rows.some((row) => row.task === task && [null, payload.channel, payload.lane].includes(row.variant)),
  )
  for (const job of woken) {
    // A running job looks for more itself, and a failed one waits for its next attempt, or for cron.
    await pool.query(
      `select graphile_worker.add_job($1, $2::json, job_key => $3) where not exists (
         select from graphile_worker.jobs
         where key = $3 and (locked_at is not null or attempts > 0 or run_at <= now()))`,
      [job.task, JSON.stringify(job.payload), keyOf(job)],
    )
  }
}
