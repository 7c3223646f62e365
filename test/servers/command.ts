import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { findProgram } from '../helpers/postgresql/find_program.ts'
import { startStockPostgresql } from '../helpers/postgresql/stock_postgresql.ts'
import { jest } from '../helpers/run/jest.ts'

// npm run test:stock [-- paths of tests]: runs tests on Debian's PostgreSQL 15, the oldest supported version, with its own
// defaults (test/helpers/postgresql/stock_postgresql.ts). Without paths those that .ci/run runs.

/**
 * The files that find differences between versions and settings of PostgreSQL: they use every function and table, and
 * run every kind of query in SQL and GraphQL. They include all of test/sql, except files that only test medislot's own
 * logic in many cases: random tests (fast-check), tests with several sessions, and the complete matrix of rights. The
 * main run has these.
 */
function usual(): string[] {
  const files = readdirSync('test/sql', { recursive: true, encoding: 'utf8' }).map((path) => join('test/sql', path))
  const chosen = files.filter(
    (path) =>
      /(?<!_at_once|_rights)\.test\.ts$/.test(path) && !readFileSync(path, 'utf8').includes("from 'fast-check'"),
  )
  return [
    ...chosen,
    'test/rights/graphql',
    'test/rights/roles',
    'test/time/session_settings',
    'test/repo/sql/database_rules',
  ]
}

const postgres = findProgram('/usr/lib/postgresql/15/bin/postgres')
if (!postgres) {
  process.stderr.write(
    'SKIPPED: the tests on PostgreSQL 15, which is not on this machine (apt-get install postgresql-15; .ci/run does)\n',
  )
  process.exit(0)
}

const [, , ...given] = process.argv
const server = await startStockPostgresql(postgres)
const folder = await mkdtemp(join(tmpdir(), 'medislot-stock-report-'))
const report = join(folder, 'report.json')
// This run may share the machine with other tests, so it runs one file at a time.
const args = [...jest, '--maxWorkers=1', '--json', `--outputFile=${report}`]
const tests = spawn(process.execPath, [...args, ...(given.length > 0 ? given : usual())], {
  env: { ...process.env, TEST_POSTGRESQL_URL: server.superuserUrl, TEST_POSTGRESQL_LOG: server.logFile },
  stdio: 'inherit',
})
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => tests.kill(signal))
const [code, signal] = (await once(tests, 'exit')) as [number | null, NodeJS.Signals | null]
await server.remove()
// Jest writes its report after the last test, so the report decides the result. After a long run in which every test
// had passed, Node once exited with an error and without a message.
const { success, numPassedTests } = existsSync(report)
  ? (JSON.parse(readFileSync(report, 'utf8')) as { success: boolean; numPassedTests: number })
  : { success: false, numPassedTests: 0 }
await rm(folder, { recursive: true })
if (code !== 0) process.stderr.write(`Jest on PostgreSQL 15 ended with ${signal ?? `exit code ${code}`}\n`)
process.exit(success && numPassedTests > 0 ? 0 : 1)
