import { EventEmitter } from 'node:events'
import { Logger, runOnce, type TaskList, type WorkerEvents } from 'graphile-worker'
import type { Pool } from 'pg'
import { libraryLog } from '../../src/log.ts'
import { workerPreset } from '../../src/worker.ts'

/**
 * Adds a job and works until nothing is due, with a worker's own settings; gives what the jobs that failed said. With them
 * every outcome is in the database when this returns: without batches, graphile-worker's runOnce waits for none.
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
