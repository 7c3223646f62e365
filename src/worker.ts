import { EventEmitter } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { Logger, parseCronItems, run, type WorkerEvents } from 'graphile-worker'
import type { Pool } from 'pg'
import { refusePoolerBefore } from './database/login.ts'
import { createPool } from './database/pools.ts'
import { watchForDeadWorkers } from './dead_workers.ts'
import { Lifecycle } from './lifecycle.ts'
import { libraryLog, log } from './log.ts'
import { runProgram } from './run_program.ts'
import { readSettings, type Settings } from './settings.ts'
import { cronItems, perpetualJobs, taskList } from './tasks/index.ts'
import { keyOf } from './tasks/put_back.ts'
import { closeTransports, createTransports, type Transports } from './transports/index.ts'

type WorkerSettings = Pick<Settings, 'workerConcurrency' | 'publicUrl'> &
  Partial<Pick<Settings, 'eventHeadsFile'>> & { databaseUrl: string }

/**
 * Batches of what is done at the same moment. Not for speed: without a batch, a connection lost just as a job ends is a
 * rejection that graphile-worker handles nowhere, and that ends the program; with it, the worker ends in order, and only
 * when each outcome is written down.
 */
export const workerPreset = { worker: { completeJobBatchDelay: 0, failJobBatchDelay: 0 } }

const pauseMs = 1000
/** Longest that an ending worker may take over the jobs at hand; they are tried again by whoever comes next. */
const graceMs = 10_000

/**
 * Starts the job worker on a database, as its owner. Gives how to stop it: no new jobs, those at hand are finished (told
 * to hurry after five seconds). Throws when it cannot start; from then on a worker that the loss of its database ended is
 * started again until it works.
 */
export async function startWorker(
  settings: WorkerSettings & Pick<Settings, 'mail' | 'twilio' | 'production'>,
): Promise<{ stop: () => Promise<void> }> {
  const pool = createPool(settings.databaseUrl, { name: 'worker', size: settings.workerConcurrency + 3 })
  await refusePoolerBefore(pool)
  const transports = createTransports(settings, async (addresses) => {
    const { rows } = await pool.query<{ are: boolean }>(
      'select bool_and(app_private.is_public_address(address)) as are from unnest($1::inet[]) address',
      [addresses],
    )
    return rows[0]?.are === true
  })
  // So that the database refuses webhooks to inner addresses when they are entered.
  if (settings.production) await pool.query('select app_private.declare_production()')
  if (settings.production && !settings.mail) {
    log.warn('SMTP_URL is not set: e-mails go to app_private.messages, to nobody')
  }
  if (settings.production && !settings.publicUrl) {
    log.warn('PUBLIC_URL is not set: links in e-mails lead to this machine')
  }
  let stopping = false
  let current = await begin(settings, pool, transports)
  const kept = keep()

  async function keep(): Promise<void> {
    for (;;) {
      await current.ended
      while (!stopping) {
        await sleep(pauseMs)
        try {
          current = await begin(settings, pool, transports)
          break
        } catch (error) {
          log.error({ err: error }, 'the worker cannot start again yet')
        }
      }
      if (stopping) return
    }
  }

  return {
    async stop() {
      stopping = true
      await current.stop()
      await kept
      closeTransports(transports)
      await pool.end()
    },
  }
}

/** One life of the worker. `ended` is fulfilled when it is over, asked for or not. */
async function begin(
  { databaseUrl, workerConcurrency, publicUrl = 'http://localhost:5678', eventHeadsFile }: WorkerSettings,
  pool: Pool,
  transports: Transports,
): Promise<{ stop: () => Promise<void>; ended: Promise<void> }> {
  const events: WorkerEvents = new EventEmitter()
  let poolId = ''
  events.on('pool:create', ({ workerPool }) => {
    poolId = workerPool.id
  })
  const runner = await run({
    pgPool: pool,
    taskList: taskList(transports, publicUrl, eventHeadsFile),
    parsedCronItems: parseCronItems(cronItems),
    concurrency: workerConcurrency,
    // New jobs are announced; this is how late a job that waits for its time may be.
    pollInterval: 500,
    noHandleSignals: true,
    preset: workerPreset,
    events,
    // What it tells of every single job is detail.
    logger: new Logger(libraryLog('worker', 'debug')),
  })
  // graphile-worker may end by itself, when it cannot write down how a job went, and may then hang over it for ever.
  let patience: NodeJS.Timeout | undefined
  const givenUp = new Promise<void>((resolve) => {
    events.once('pool:gracefulShutdown', () => {
      patience = setTimeout(resolve, graceMs)
    })
  })
  const ended = runner.promise
    .catch((error) => log.error({ err: error }, 'the worker ended'))
    .finally(() => clearTimeout(patience))
  const over = Promise.race([ended, givenUp])
  const stopRunner = () => Promise.race([runner.stop().catch(() => ended), givenUp])
  try {
    for (const job of perpetualJobs) await runner.addJob(job.task, job.payload, { jobKey: keyOf(job) })
    await runner.addJob('compare_time_zones', {}, { jobKey: 'compare_time_zones' })
    const stopWatching = await watchForDeadWorkers(databaseUrl, poolId)
    return { stop: async () => void (await stopRunner()), ended: over.then(stopWatching) }
  } catch (error) {
    await stopRunner()
    throw error
  }
}

// `npm run worker`: the worker alone, on a database that others migrate.
if (import.meta.main) {
  const lifecycle = new Lifecycle()
  await runProgram(
    async () => {
      const settings = readSettings('worker')
      const worker = await startWorker({ ...settings, databaseUrl: settings.databaseUrl as string })
      lifecycle.onStop('worker', worker.stop)
      process.stdout.write('medislot worker is ready\n')
    },
    () => lifecycle.stopping,
  )
}
