import all from './jest.config.js'

/**
 * `npm run test:slow`: faults, crashes and long fuzzing, and what starts programs or PostgreSQL many times over. What a change breaks is
 * nearly always found by the other tests (jest.quick.config.js); `.ci/run` runs both.
 */
export const slow = [
  'test/attack/.*_fuzz',
  'test/attack/wire',
  'test/concurrency/(interleavings|money/money_fuzz|slots/freed_times)',
  'test/faults/',
  'test/programs/(logins|pgbouncer|server/connections|shards|start/(crash|embedded))',
  'test/repo/runs/(benchmarks|stopped_run)',
  'test/servers/',
  'test/story/sharded',
  'test/worker/crashes',
]

/** @type {import('jest').Config} */
export default {
  ...all,
  testRegex: slow.map((path) => `/${path}.*\\.test\\.ts$`),
  testMatch: undefined,
  // These wait for programs to start and stop most of the time.
  maxWorkers: 4,
}
