import { execFile } from 'node:child_process'
import { resolve } from 'node:path'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { Client } from 'pg'
import { describeWithProgram } from '../helpers/debian.ts'
import { type StockPostgresql, startStockPostgresql } from '../helpers/stock_postgresql.ts'

// The oldest PostgreSQL that medislot runs on, as Debian ships it, with a just-in-time compiler that is on by default.

describeWithProgram('postgresql-15', '/usr/lib/postgresql/15/bin/postgres', (postgres) => {
  let server: StockPostgresql
  beforeAll(async () => {
    server = await startStockPostgresql(postgres)
  })
  afterAll(() => server.remove())

  test('compiles just in time by default, so that the tests below would notice', async () => {
    const client = new Client({ connectionString: server.superuserUrl })
    await client.connect()
    const { rows } = await client.query(`select current_setting('jit') as jit, pg_jit_available() as is_available`)
    await client.end()
    expect(rows).toEqual([{ jit: 'on', is_available: true }])
  })

  test('migrates, and passes the tests of the search and of session settings', async () => {
    // Not this run's PostgreSQL, nor what jest tells its own workers.
    const { MEDISLOT_TEST_CLUSTER, JEST_WORKER_ID, ...env } = process.env
    const { code, output } = await runJest(
      ['test/sql/booking/available_slots', 'test/time/session_settings', 'test/repo/database_rules'],
      { ...env, TEST_POSTGRESQL_URL: server.superuserUrl },
    )
    expect([code, code === 0 ? '' : output]).toEqual([0, ''])
    expect(output).toMatch(/^Tests: +\d+ passed, \d+ total$/m)
  })
})

function runJest(paths: string[], env: NodeJS.ProcessEnv): Promise<{ code: unknown; output: string }> {
  const jest = resolve('node_modules/jest/bin/jest.js')
  const args = ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning', jest, '--maxWorkers=1', ...paths]
  return new Promise((done) => {
    // Ends before this test does, so that nothing is left running where searches are slow.
    const options = { env: { ...env, NO_COLOR: '1' }, maxBuffer: 1e8, timeout: 280_000 }
    execFile(process.execPath, args, options, (error, stdout, stderr) =>
      done({ code: error ? (error.code ?? error.signal) : 0, output: stdout + stderr }),
    )
  })
}
