import { EventEmitter } from 'node:events'
import { Logger, runOnce, type TaskList, type WorkerEvents } from 'graphile-worker'
import type { Pool } from 'pg'
import { libraryLog } from '../../../src/process/log.ts'
import { workerPreset } from '../../../src/worker/start_worker.ts'

/**
 * Adds a job and runs jobs until none is due, with the settings of a worker. Returns the errors of failed jobs. When it
 * returns, every outcome is in the database: without batches, runOnce of graphile-worker does not wait for completions.
 */
export async function work(pool: Pool, taskList: TaskList, task: string, payload: object = {}): Promise<string[]> {
  const failures: string[] = []
  const events: WorkerEvents = new EventEmitter()
  events.on('job:error', ({ job, error }) => failures.push(`${job.task_identifier}: ${(error as Error).message}`))
  await pool.query('select graphile_worker.add_job($1, $2::json)', [task, JSON.stringify(payload)])
  await runOnce({
    pgPool: pool,
    taskList,
    events,
    preset: workerPreset,
    noHandleSignals: true,
    logger: new Logger(libraryLog('worker', 'debug')),
  })
  return failures
}
