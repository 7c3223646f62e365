import { Client } from 'pg'
import { watchForDeadWorkers } from '../../src/worker/dead_workers.ts'
import { type ClonedDatabase, cloneDatabase } from '../helpers/database/cluster.ts'
import { startProgram } from '../helpers/programs/program.ts'
import { eventually } from '../helpers/time/eventually.ts'

let database: ClonedDatabase
let client: Client

beforeEach(async () => {
  database = await cloneDatabase()
  client = new Client({ connectionString: database.url })
  await client.connect()
})

afterEach(async () => {
  await client.end()
  await database.drop()
})

/** A job that a worker pool locked a minute ago and has not finished. */
async function lockedJob(pool: string): Promise<() => Promise<string | null | undefined>> {
  const { rows } = await client.query(`select id from graphile_worker.add_job('release_expired_holds', '{}')`)
  const { id } = rows[0]
  await client.query(
    `update graphile_worker._private_jobs set locked_by = $1, locked_at = now() - interval '1 minute' where id = $2`,
    [pool, id],
  )
  // The worker that has locked it: null if none has, undefined if the job is done.
  return async () =>
    (await client.query('select locked_by from graphile_worker.jobs where id = $1', [id])).rows[0]?.locked_by
}

test('a worker started alone runs the jobs of a killed worker, and exits with 0', async () => {
  const owner = await lockedJob('pool-killed')
  const worker = await startProgram('worker', { env: { DATABASE_URL: database.url } })
  expect(worker.readyLine).toBe('medislot worker is ready')
  await eventually(async () => (await owner()) === undefined, 'a job that is done')
  expect(await worker.stop()).toBe(0)
  expect(worker.stderr()).toContain('"workers":["pool-killed"]')
})

test('a running worker keeps its jobs, and a dead worker loses them', async () => {
  const owner = await lockedJob('pool-a')
  const stopA = await watchForDeadWorkers(database.url, 'pool-a')
  const stopB = await watchForDeadWorkers(database.url, 'pool-b')
  expect(await owner()).toBe('pool-a')

  await stopA()
  const stopC = await watchForDeadWorkers(database.url, 'pool-c')
  // Immediately, or a few seconds later if PostgreSQL has not yet noticed that the connection is closed.
  await eventually(async () => (await owner()) === null, 'a job that no worker has locked')
  await Promise.all([stopB(), stopC()])
})
