import { connect } from '../helpers/connection.ts'
import { eventually } from '../helpers/eventually.ts'
import { hasEnded, type Installation, isAlive, newInstallation, psqlOf, query } from '../helpers/installation.ts'
import { type Program, runToEnd } from '../helpers/program.ts'

// After kill -9 of any of its processes, the next start recovers by itself and what was committed is there.
let installation: Installation

beforeAll(async () => {
  installation = await newInstallation()
  const program = await installation.start()
  await query(psqlOf(program), 'create table app_private.kept as select 42 as answer')
  expect(await program.stop()).toBe(0)
})
// One test that fails must not fail the next.
afterEach(() => installation.killPrograms())
afterAll(() => installation.remove())

const kept = (program: Program) => query(psqlOf(program), 'select answer from app_private.kept')

test('of the program, whose PostgreSQL lives on', async () => {
  const program = await installation.start()
  const orphan = installation.postmaster()
  expect(await program.stop('SIGKILL')).toBe('SIGKILL')
  expect(isAlive(orphan)).toBe(true)

  const next = await installation.start()
  expect(isAlive(orphan)).toBe(false)
  expect(await kept(next)).toEqual([{ answer: 42 }])
  expect(await next.stop()).toBe(0)
})

test('of PostgreSQL, at which the program ends with an error', async () => {
  const program = await installation.start()
  process.kill(installation.postmaster(), 'SIGKILL')
  expect(await program.ended).toBe(1)
  expect(program.stderr()).toContain('PostgreSQL ended')

  const next = await installation.start()
  expect(await kept(next)).toEqual([{ answer: 42 }])
  expect(await next.stop()).toBe(0)
})

test('of one of PostgreSQL’s processes, which it survives, and the program with it', async () => {
  const program = await installation.start()
  const psql = psqlOf(program)
  const [victim] = await query(psql, `select pid from pg_stat_activity where application_name = 'medislot worker'`)
  const ours = await connect(psql)
  const cutOff = new Promise((resolve) => ours.client.once('end', resolve))
  process.kill(Number(victim?.pid), 'SIGKILL')
  // All processes of PostgreSQL end over it.
  await cutOff

  // Server and worker come back by themselves: requests are answered, jobs done.
  await eventually(async () => (await fetch(`${program.url}/readyz`)).status === 200, 'a server that is ready')
  const job = await eventually(async () => {
    const [added] = await query(psql, `select id from graphile_worker.add_job('release_expired_holds', '{}')`)
    return added
  }, 'a job that is taken down')
  await eventually(async () => {
    const left = await query(psql, `select from graphile_worker.jobs where id = ${job.id}`)
    return left.length === 0
  }, 'a job that is done')
  expect(await kept(program)).toEqual([{ answer: 42 }])
  expect(await program.stop()).toBe(0)
})

test('of both, then of starts at several stages', async () => {
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
