import { EventEmitter } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { Logger, parseCronItems, type Runner, run, type WorkerEvents } from 'graphile-worker'
import type { Pool } from 'pg'
import { type ConsultationSettings, createProviders } from '../consultation/providers.ts'
import { createRecordingStore, type RecordingSettings } from '../consultation/recordings.ts'
import { refusePoolerBefore } from '../database/login.ts'
import { createPool } from '../database/pools.ts'
import type { ArePublic } from '../http/public_addresses.ts'
import { KeyRing } from '../identity/key_ring.ts'
import { libraryLog, log } from '../process/log.ts'
import type { Settings } from '../process/settings.ts'
import { watchForDeadWorkers } from './dead_workers.ts'
import { keyOf } from './perpetual_jobs.ts'
import { cronItems, perpetualJobs, taskList } from './task_list.ts'
import type { CalendarSettings } from './tasks/schedule/read_external_calendars.ts'
import { traced } from './traced.ts'
import { closeTransports, createTransports, type Transports } from './transports/index.ts'
import { keepWaking } from './wake_jobs.ts'

type WorkerSettings = Pick<Settings, 'workerConcurrency' | 'publicUrl'> &
  Partial<Pick<Settings, 'eventHeadsFile' | 'calendarKeys'>> &
  ConsultationSettings &
  RecordingSettings & { databaseUrl: string }

/**
 * Records the outcomes of jobs that end at the same moment in batches. Not for speed: without batches, a connection
 * that is lost just as a job ends causes a rejection that graphile-worker does not handle and that ends the program.
 * With batches the worker ends in order, after every outcome is recorded.
 */
export const workerPreset = { worker: { completeJobBatchDelay: 0, failJobBatchDelay: 0 } }

const pauseMs = 1000
/** How long an ending worker may take to finish its jobs, milliseconds; after that another worker tries them again. */
const graceMs = 10_000

/**
 * Starts the job worker on a database, as its owner. Returns a function that stops it: it takes no new jobs and
 * finishes the current ones (which are asked to abort after five seconds). Throws when it cannot start. Once it has
 * started, it is started again whenever it ends because its database was lost.
 */
export async function startWorker(
  settings: WorkerSettings & Pick<Settings, 'mail' | 'twilio' | 'production'>,
): Promise<{ stop: () => Promise<void> }> {
  const pool = createPool(settings.databaseUrl, { name: 'worker', size: settings.workerConcurrency + 4 })
  await refusePoolerBefore(pool)
  const arePublic: ArePublic = async (addresses) => {
    const { rows } = await pool.query<{ are: boolean }>(
      'select bool_and(app_private.is_public_address(address)) as are from unnest($1::inet[]) address',
      [addresses],
    )
    return rows[0]?.are === true
  }
  const transports = createTransports(settings, arePublic)
  const calendars: CalendarSettings = {
    ring: settings.calendarKeys ? new KeyRing(settings.calendarKeys, 'CALENDAR_KEYS') : undefined,
    arePublic: settings.production ? arePublic : undefined,
  }
  // With this the database refuses webhooks to private addresses when they are entered.
  if (settings.production) await pool.query('select app_private.declare_production()')
  if (settings.production && !settings.mail) {
    log.warn('SMTP_URL is not set: e-mails are stored in app_private.messages and not sent')
  }
  if (settings.production && !settings.publicUrl) {
    log.warn('PUBLIC_URL is not set: links in e-mails lead to this machine')
  }
  let stopping = false
  let current = await begin(settings, pool, transports, calendars)
  const kept = keep()

  async function keep(): Promise<void> {
    for (;;) {
      await current.ended
      while (!stopping) {
        await sleep(pauseMs)
        try {
          current = await begin(settings, pool, transports, calendars)
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

/** Starts the worker once. `ended` is resolved when it has ended, whether it was stopped or not. */
async function begin(
  { databaseUrl, workerConcurrency, publicUrl = 'http://localhost:5678', eventHeadsFile, ...settings }: WorkerSettings,
  pool: Pool,
  transports: Transports,
  calendars: CalendarSettings,
): Promise<{ stop: () => Promise<void>; ended: Promise<void> }> {
  const events: WorkerEvents = new EventEmitter()
  let poolId = ''
  events.on('pool:create', ({ workerPool }) => {
    poolId = workerPool.id
  })
  const runner = await run({
    pgPool: pool,
    taskList: traced(
      taskList(
        transports,
        publicUrl,
        eventHeadsFile,
        createProviders(settings),
        createRecordingStore(settings),
        calendars,
        databaseUrl,
      ),
    ),
    parsedCronItems: parseCronItems(cronItems),
    concurrency: workerConcurrency,
    // New and woken jobs are announced by NOTIFY; this is how late another attempt at a failed job, or a job of a
    // worker that died, may start. Each of the `concurrency` runners asks separately.
    pollInterval: 2000,
    noHandleSignals: true,
    preset: workerPreset,
    events,
    // Its messages about single jobs are details.
    logger: new Logger(libraryLog('worker', 'debug')),
  })
  const { over, stopRunner } = watchEnd(runner, events)
  try {
    for (const job of perpetualJobs) await runner.addJob(job.task, job.payload, { jobKey: keyOf(job) })
    await runner.addJob('compare_time_zones', {}, { jobKey: 'compare_time_zones' })
    const stopWatching = await watchForDeadWorkers(databaseUrl, poolId)
    const stopWaking = keepWaking(pool, perpetualJobs)
    return {
      async stop() {
        stopWaking()
        await stopRunner()
      },
      ended: over.then(stopWaking).then(stopWatching),
    }
  } catch (error) {
    await stopRunner()
    throw error
  }
}

/**
 * graphile-worker ends by itself when it cannot record the outcome of a job, and may then hang for ever. `over` is
 * resolved when it has ended, or has been ending for too long; so is what `stopRunner` gives.
 */
function watchEnd(runner: Runner, events: WorkerEvents): { over: Promise<void>; stopRunner(): Promise<void> } {
  let patience: NodeJS.Timeout | undefined
  const givenUp = new Promise<void>((resolve) => {
    events.once('pool:gracefulShutdown', () => {
      patience = setTimeout(resolve, graceMs)
    })
  })
  const ended = runner.promise
    .catch((error) => log.error({ err: error }, 'the worker ended'))
    .finally(() => clearTimeout(patience))
  return {
    over: Promise.race([ended, givenUp]),
    stopRunner: () => Promise.race([runner.stop().catch(() => ended), givenUp]),
  }
}
