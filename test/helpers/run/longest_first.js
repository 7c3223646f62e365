import Sequencer from '@jest/test-sequencer'

/**
 * Files that take twenty seconds and more in `.ci/run`, the longest first. In a new checkout Jest knows no durations and begins
 * with the largest files. A small file that takes long would begin last and keep one worker busy when the others have nothing
 * left to do.
 */
const long = [
  'programs/shards/moving',
  'repo/runs/benchmarks',
  'faults/faults',
  'web/manage/manage',
  'web/desk/desk',
  'programs/shards/server',
  'web/pages/steady_pages',
  'programs/start/embedded',
  'rights/graphql',
  'web/account/account',
  'rest/rights',
  'programs/server/server',
  'web/money/payments',
  'faults/money',
  'programs/shards/shards',
  'programs/shards/start',
  'servers/patroni',
  'web/visits/patient_ways',
  'rights/ids',
  'programs/shards/copies',
  'web/money/my_payments',
  'programs/server/cache',
  'programs/start/crash',
  'programs/server/processes',
  'billing/checkout',
  'web/desk/absences',
  'web/pages/states',
  'attack/wire',
  'repo/runs/stopped_run',
  'programs/pgbouncer',
  'programs/tracing',
  'web/waiting/waiting_pages',
  'story/sharded',
  'rights/tokens',
  'web/visits/guest',
  'web/visits/patient',
  'servers/replicas',
  'web/visits/services',
  'graphql/serving/deadlines',
  'web/visits/online_visit',
  'web/visits/recordings',
].map((name) => `/test/${name}.test.ts`)

/** With shards, all files have the same databases, in which this one looks at all rows. */
const isAlone = (path) => process.env.TEST_SHARDS && path.endsWith('/test/rights/graphql.test.ts')

/** Starts the longest files of a run first. */
export default class extends Sequencer {
  sort(tests) {
    const rank = ({ path }) => {
      if (isAlone(path)) return -1
      const found = long.findIndex((name) => path.endsWith(name))
      return found < 0 ? long.length : found
    }
    return super.sort(tests).sort((one, other) => rank(one) - rank(other))
  }
}
