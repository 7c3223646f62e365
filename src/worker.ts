import { EventEmitter } from 'node:events'
import { Logger, parseCronItems, run, type WorkerEvents } from 'graphile-worker'
import { createPool } from './database/pools.ts'
import { watchForDeadWorkers } from './dead_workers.ts'
import { Lifecycle } from './lifecycle.ts'
import { libraryLog, log } from './log.ts'
import { runProgram } from './run_program.ts'
import { readSettings, type Settings } from './settings.ts'
import { cronItems, perpetualJobs, taskList } from './tasks/index.ts'

/**
 * Starts the job worker on a database, as its owner. Gives how to stop it: no new jobs, those at hand are finished (told
 * to hurry after five seconds). Should the worker fail by itself, the program ends with 1.
 */
export async function startWorker(
  settings: Pick<Settings, 'workerConcurrency'> & { databaseUrl: string },
  lifecycle: Lifecycle,
): Promise<{ stop: () => Promise<void> }> {
  const pool = createPool(settings.databaseUrl, { name: 'worker', size: settings.workerConcurrency + 3 })
  const events: WorkerEvents = new EventEmitter()
  let poolId = ''
  events.on('pool:create', ({ workerPool }) => {
    poolId = workerPool.id
  })
  const runner = await run({
    pgPool: pool,
    taskList,
    parsedCronItems: parseCronItems(cronItems),
    concurrency: settings.workerConcurrency,
    // New jobs are announced; this is how late a job that waits for its time may be.
    pollInterval: 500,
    noHandleSignals: true,
    // Batches of what is done at the same moment. Not for speed: without a batch, a connection lost just as a job ends
    // is a rejection that graphile-worker handles nowhere, and that ends the program; a batch is tried again.
    preset: { worker: { completeJobBatchDelay: 0, failJobBatchDelay: 0 } },
    events,
    // What it tells of every single job is detail.
    logger: new Logger(libraryLog('worker', 'debug')),
  })
  for (const task of perpetualJobs) await runner.addJob(task, {}, { jobKey: task })
  const stopWatching = await watchForDeadWorkers(settings.databaseUrl, poolId)

  runner.promise
    .catch((error) => log.error({ err: error }, 'the worker failed'))
    .finally(() => {
      if (!lifecycle.stopping) void lifecycle.stop(1)
    })
  return {
    async stop() {
      await runner.stop()
      await stopWatching()
      await pool.end()
    },
  }
}

// `npm run worker`: the worker alone, on a database that others migrate.
if (import.meta.main) {
  const lifecycle = new Lifecycle()
  await runProgram(
    async () => {
      const settings = readSettings('worker')
      const worker = await startWorker({ ...settings, databaseUrl: settings.databaseUrl as string }, lifecycle)
      lifecycle.onStop('worker', worker.stop)
      process.stdout.write('medislot worker is ready\n')
    },
    () => lifecycle.stopping,
  )
}
