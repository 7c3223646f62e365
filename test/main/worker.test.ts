import { Client } from 'pg'
import { watchForDeadWorkers } from '../../src/dead_workers.ts'
import { type ClonedDatabase, cloneDatabase } from '../helpers/cluster.ts'
import { eventually } from '../helpers/eventually.ts'
import { startProgram } from '../helpers/program.ts'

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

/** A job that a worker pool took a minute ago and has not finished. */
async function lockedJob(pool: string): Promise<() => Promise<string | null | undefined>> {
  const { rows } = await client.query(`select id from graphile_worker.add_job('release_expired_holds', '{}')`)
  const { id } = rows[0]
  await client.query(
    `update graphile_worker._private_jobs set locked_by = $1, locked_at = now() - interval '1 minute' where id = $2`,
    [pool, id],
  )
  // Who has it now: null for nobody, undefined when it is done.
  return async () =>
    (await client.query('select locked_by from graphile_worker.jobs where id = $1', [id])).rows[0]?.locked_by
}

test('started alone, it does the jobs that a killed worker left behind, and stops with 0', async () => {
  const owner = await lockedJob('pool-killed')
  const worker = await startProgram('worker', { env: { DATABASE_URL: database.url } })
  expect(worker.readyLine).toBe('medislot worker is ready')
  await eventually(async () => (await owner()) === undefined, 'a job that is done')
  expect(await worker.stop()).toBe(0)
  expect(worker.stderr()).toContain('"workers":["pool-killed"]')
})

test('a worker that is alive keeps its jobs, one that is gone loses them', async () => {
  const owner = await lockedJob('pool-a')
  const stopA = await watchForDeadWorkers(database.url, 'pool-a')
  const stopB = await watchForDeadWorkers(database.url, 'pool-b')
  expect(await owner()).toBe('pool-a')

  await stopA()
  const stopC = await watchForDeadWorkers(database.url, 'pool-c')
  // At once, or a few seconds later if PostgreSQL has not heard of the end yet.
  await eventually(async () => (await owner()) === null, 'a job that is nobody’s')
  await Promise.all([stopB(), stopC()])
})
