import { connect } from '../../helpers/database/connection.ts'
import {
  hasEnded,
  type Installation,
  isAlive,
  newInstallation,
  psqlOf,
  query,
} from '../../helpers/programs/installation.ts'
import { type Program, runToEnd } from '../../helpers/programs/program.ts'
import { eventually } from '../../helpers/time/eventually.ts'

// After kill -9 of any of its processes, the next start recovers without help, and no committed data is lost.
let installation: Installation

beforeAll(async () => {
  installation = await newInstallation()
  const program = await installation.start()
  await query(psqlOf(program), 'create table app_private.kept as select 42 as answer')
  expect(await program.stop()).toBe(0)
})
// A test that fails must not make the next one fail.
afterEach(() => installation.killPrograms())
afterAll(() => installation.remove())

const kept = (program: Program) => query(psqlOf(program), 'select answer from app_private.kept')

test('after a crash of the program, the next start replaces the PostgreSQL that still runs', async () => {
  const program = await installation.start()
  const orphan = installation.postmaster()
  expect(await program.stop('SIGKILL')).toBe('SIGKILL')
  expect(isAlive(orphan)).toBe(true)

  const next = await installation.start()
  expect(isAlive(orphan)).toBe(false)
  expect(await kept(next)).toEqual([{ answer: 42 }])
  expect(await next.stop()).toBe(0)
})

test('after a crash of PostgreSQL, the program exits with an error and the next start recovers', async () => {
  const program = await installation.start()
  process.kill(installation.postmaster(), 'SIGKILL')
  expect(await program.ended).toBe(1)
  expect(program.stderr()).toContain('PostgreSQL ended')

  const next = await installation.start()
  expect(await kept(next)).toEqual([{ answer: 42 }])
  expect(await next.stop()).toBe(0)
})

test('after a crash of one backend process, PostgreSQL and the program continue', async () => {
  const program = await installation.start()
  const psql = psqlOf(program)
  const [victim] = await query(psql, `select pid from pg_stat_activity where application_name = 'medislot worker'`)
  const ours = await connect(psql)
  const cutOff = new Promise((resolve) => ours.client.once('end', resolve))
  process.kill(Number(victim?.pid), 'SIGKILL')
  // PostgreSQL then ends all of its backend processes.
  await cutOff

  // The server and the worker reconnect: requests are answered and jobs run.
  await eventually(async () => (await fetch(`${program.url}/readyz`)).status === 200, 'a server that is ready')
  const job = await eventually(async () => {
    const [added] = await query(psql, `select id from graphile_worker.add_job('release_expired_holds', '{}')`)
    return added
  }, 'a job that is added')
  await eventually(async () => {
    const left = await query(psql, `select from graphile_worker.jobs where id = ${job.id}`)
    return left.length === 0
  }, 'a job that is done')
  expect(await kept(program)).toEqual([{ answer: 42 }])
  expect(await program.stop()).toBe(0)
})

test('after crashes of both, and of the following starts at several stages, a later start recovers', async () => {
  const program = await installation.start()
  const server = installation.postmaster()
  process.kill(server, 'SIGKILL')
  program.process.kill('SIGKILL')
  await Promise.all([program.ended, hasEnded(server)])

  for (const ms of [200, 400, 800]) {
    const env = { MEDISLOT_DATA_DIR: installation.dataDir, DEMO: 'off' }
    const { code } = await runToEnd('main', { env, signal: ['SIGKILL', ms] })
    expect(code).toBe('SIGKILL')
  }
  const next = await installation.start()
  expect(await kept(next)).toEqual([{ answer: 42 }])
  expect(await next.stop()).toBe(0)
})
